"""Word to open inboxes that tasks of their project have changed: a hint after the commit; rows are the truth."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from plans import hints
from plans.access import may
from plans.models import Person, Project
from tasks import inbox

CHANGED: Final = {"type": "inbox.changed"}


def group(project_id: int) -> str:
    """Return the name of the group of the project's open inboxes."""
    return f"inbox.{project_id}"


def stream_of(project: Project) -> str:
    """Return the address of the websocket that counts the project's tasks for whoever opens it."""
    return f"/ws/inbox/{project.pk}/"


def announce(project_id: int) -> None:
    """Tell open inboxes to look again, once the transaction is committed."""
    transaction.on_commit(partial(hints.send, group(project_id), CHANGED), robust=True)


def counted(person: Person, project: Project, *, changed: bool) -> dict[str, Any]:
    """Return what an open inbox hears: `{kind: "counts", counts: {list: n}, changed, at}`.

    `changed` is False for a heartbeat, which nothing has caused.
    """
    counts = inbox.counts(person, project, operates=may(person, "operate", project))
    return {"kind": "counts", "counts": counts, "changed": changed, "at": timezone.now().isoformat()}
