"""The live stream: snapshots and events from the database, hints through the channel layer.

A hint says only "look": it may be lost, doubled or early. One tail per activity and process reads new events once and
fans them out in memory to its sockets.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import messages
from activities.compiled import compiled
from activities.engine.readiness import action_of
from activities.engine.state import PUBLIC_STATUS, unpack
from activities.models import Activity, Event, Step
from activities.rows import blocked, documents_view
from plans.graph_view import telling_line

logger = logging.getLogger("throughline.live")
_server_loop: asyncio.AbstractEventLoop | None = None
_own_loop: tuple[int, asyncio.AbstractEventLoop] | None = None  # with the process that made it
_newest: dict[UUID, int] = {}  # hints that are on their way to be sent
_guard = threading.Lock()


def group(activity_id: UUID | str) -> str:
    """Return the name of the activity's group."""
    return f"activity.{activity_id}"


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the loop of the embedded server: its in-memory layer must be spoken to from there."""
    global _server_loop
    _server_loop = loop


def hint(activity_id: UUID, seq: int) -> None:
    """Tell whoever watches that there is something new. Never waits, never raises: a hint is only for speed."""
    layer = get_channel_layer()
    loop = None if layer is None else _loop_of(layer)
    if loop is None:
        return
    with _guard:
        sent = activity_id in _newest
        _newest[activity_id] = seq
    if not sent:
        asyncio.run_coroutine_threadsafe(_tell(layer, activity_id), loop)


async def _tell(layer: Any, activity_id: UUID) -> None:
    with _guard:
        seq = _newest.pop(activity_id)
    try:
        message = {"type": "activity.changed", "seq": seq, "activity": str(activity_id)}
        await layer.group_send(group(activity_id), message)
    except Exception as error:  # noqa: BLE001  whatever the layer raises, there is nobody to tell
        logger.warning("hint for activity %s was lost: %s", activity_id, error)


def _loop_of(layer: Any) -> asyncio.AbstractEventLoop | None:
    """Return the loop to speak from: the server's, else one of our own that keeps its connection open."""
    global _own_loop
    if _server_loop is not None and _server_loop.is_running():
        return _server_loop
    if isinstance(layer, InMemoryChannelLayer):
        return None
    with _guard:
        if _own_loop is None or _own_loop[0] != os.getpid():  # a fork has the loop, and not its thread
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="hints", daemon=True).start()
            _own_loop = (os.getpid(), loop)
            _newest.clear()
        return _own_loop[1]


def snapshot(activity_id: UUID) -> messages.Snapshot:
    """Return the whole view of an activity; raise Activity.DoesNotExist."""
    activity = (
        Activity.objects.select_related("plan", "version", "started_by")
        .defer("inputs", "output")
        .get(pk=activity_id)
    )
    plan = compiled(activity.version_id, activity.pinned_id)
    state = unpack(activity.state)
    held_up = blocked(plan, state)
    rows = Step.objects.filter(activity=activity).only(
        "position",
        "slug",
        "kind",
        "name",
        "waiting_on",
        "started_at",
        "finished_at",
        "error",
        "attempt",
        "run",
    )
    steps = [
        messages.StepView(
            slug=row.slug,
            name=row.name or row.slug,
            kind=row.kind,
            line=telling_line(plan.steps[row.position]),
            status=PUBLIC_STATUS[state.phase(row.position)],
            action=action_of(plan.graph, state, row.position),
            waiting_on=row.waiting_on or None,
            blocked=row.position in held_up,
            attempt=row.attempt,
            run=row.run,
            started_at=_iso(row.started_at),
            finished_at=_iso(row.finished_at),
            error=row.error,
            documents=_documents(documents_view(state.extra(row.position).documents)),
        )
        for row in rows
    ]
    return messages.Snapshot(seq=activity.seq, activity=_head(activity), steps=steps)


def events_after(activity_id: UUID, seq: int, *, limit: int = 500) -> list[messages.EventMessage]:
    """Return the events after `seq`, in order, at most `limit`."""
    rows = (
        Event.objects.filter(activity_id=activity_id, seq__gt=seq)
        .select_related("actor")
        .order_by("seq")[:limit]
    )
    return [event_message(row) for row in rows]


def event_message(row: Event) -> messages.EventMessage:
    """Return the event as a browser sees it."""
    moved = row.changes.get("activity")
    return messages.EventMessage(
        seq=row.seq,
        at=row.at.isoformat(),
        type=row.type,
        step=row.step or None,
        actor=messages.Actor(id=row.actor.pk, name=row.actor.name) if row.actor else None,
        text=sentence(row),
        activity=messages.ActivityMoved.model_validate(moved) if moved else None,
        steps=row.changes.get("steps", []),
    )


def sentence(row: Event) -> str:
    """Say in words what happened."""
    statuses = [
        step["status"]
        for step in row.changes.get("steps", [])
        if step.get("slug") == row.step and "status" in step
    ]
    words: dict[str, Any] = {"step": row.step, "status": statuses[-1] if statuses else "", **row.data}
    match row.type:
        case "ActivityStarted":
            return _("Activity started")
        case "GuardEvaluated":
            return _guard_sentence(row)
        case "StepStarted":
            return _("%(step)s started") % words
        case "StepWaiting":
            return _(WAITS.get(str(row.data.get("on")), "%(step)s waits")) % words
        case "StepDeferred":
            return _(WAITS.get(str(row.data.get("on")), "%(step)s waits")) % words
        case "StepCompleted" if row.data.get("action"):
            return _("%(step)s completed with %(action)s") % words
        case "StepCompleted":
            return _("%(step)s completed") % words
        case "StepFailed":
            return _(FAILURES.get(str(words["status"]), "%(step)s failed")) % words
        case "StepSkipped":
            return _("%(step)s found that it need not run") % words
        case "StepLost":
            return _("%(step)s lost its worker") % words
        case "DocumentsOpened":
            total = int(row.data.get("total", 0))
            said = ngettext(
                "%(step)s began on %(total)s document", "%(step)s began on %(total)s documents", total
            )
            return said % words
        case "DocumentsSettled":
            done = sum(int(row.data.get(key, 0)) for key in ("completed", "failed", "skipped", "cancelled"))
            said = ngettext("%(step)s: %(done)s document done", "%(step)s: %(done)s documents done", done)
            return said % (words | {"done": done})
        case "TimerFired" if row.data.get("kind") == "slot":
            return _("%(step)s is called: there may be room") % words
        case "TimerFired":
            return _("%(step)s: its time has come (%(kind)s)") % words
        case "ActivityNamed":
            return _("Activity named “%(title)s”") % {
                "title": row.changes.get("activity", {}).get("title", "")
            }
        case "CancelRequested" if row.data.get("reason"):
            return _("Activity cancelled: %(reason)s") % words
        case _:
            return PLAIN_SENTENCES.get(row.type, row.type) % words


FAILURES = {
    "PENDING": "%(step)s failed and is tried again",
    "COMPLETED": "%(step)s failed; the run goes on with its default output",
    "SKIPPED": "%(step)s failed and is skipped",
}
WAITS = {
    "TASK": "%(step)s waits for a person",
    "APPROVAL": "%(step)s waits for approval",
    "SLOT": "%(step)s waits for a slot",
    "CHILD": "%(step)s waits for its child activity",
}
PLAIN_SENTENCES = {
    "PauseRequested": "Activity paused",
    "ResumeRequested": "Activity resumed",
    "CancelRequested": "Activity cancelled",
    "RetryRequested": "Failed steps tried again",
    "RerunRequested": "%(step)s and all after it done again",
    "SkipRequested": "%(step)s skipped by an operator",
    "OutputEvaluated": "Output evaluated",
    "Replanned": "Replanned",
}


def _guard_sentence(row: Event) -> str:
    verdicts = {
        "run": _("%(step)s may run"),
        "skip": _("%(step)s is skipped"),
        "not_taken": _("%(step)s is not taken"),
        "needs": _("%(step)s waits for what its input needs"),
        "fail": _("%(step)s failed: its input can't be resolved"),
    }
    return verdicts[str(row.data["verdict"])] % {"step": row.step}


def _head(activity: Activity) -> messages.ActivityView:
    return messages.ActivityView(
        id=str(activity.pk),
        title=activity.title,
        status=activity.status,
        plan_slug=activity.plan.slug,
        plan_name=activity.plan.name,
        plan_version=activity.version.number,
        started_by=activity.started_by.name if activity.started_by else None,
        created_at=activity.created_at.isoformat(),
        started_at=_iso(activity.started_at),
        finished_at=_iso(activity.finished_at),
        error=activity.error,
        badges=activity.badges,
    )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _documents(counts: dict[str, int] | None) -> messages.Documents | None:
    return None if counts is None else messages.Documents.model_validate(counts)
