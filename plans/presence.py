"""Who is in a plan, and word of what they save: hints through the channel layer, kept nowhere.

Each open editor tells the others of its plan that it is there, again and again; who falls silent is gone. A hint may be
lost: the next one heals it, and a save that nobody heard of is found by the save that comes after it.
"""

from __future__ import annotations

from plans import hints
from plans.models import Person, Plan, PlanVersion


def group(plan_id: int) -> str:
    """Return the name of the plan's group."""
    return f"plan.{plan_id}"


def announce_saved(plan: Plan, version: PlanVersion, *, by: Person | None) -> None:
    """Tell the open editors of a new version. Never waits, never raises: whoever missed it sees it when saving."""
    message = {
        "type": "plan.saved",
        "versionNumber": version.number,
        "changeSequence": plan.change_sequence,
        "by": by.name if by is not None else "",
        "username": by.username if by is not None else "",
    }
    hints.send(group(plan.pk), message)
