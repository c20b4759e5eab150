"""How an approval ends when nobody decided in time, the same for real runs and for trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from activities.steps import Completed, ErrorInfo, Failed


def when_due(on_due: str | None, decisions: Sequence[Any] = ()) -> Completed | Failed | None:
    """Return how it ends, with the decisions taken until then; None where it goes on, with others or the same people.

    `on_due` is that of the plan language: approve, reject, cancel, escalate, or None.
    """
    match on_due:
        case "approve" | "reject":
            outcome = "approved" if on_due == "approve" else "rejected"
            return Completed({"outcome": outcome, "decisions": list(decisions)}, outcome)
        case "cancel":
            return Failed(ErrorInfo("due", _("nobody decided in time"), "Due"), kind="timeout")
        case _:
            return None
