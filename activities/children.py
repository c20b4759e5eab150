"""Children: activities that a step starts and waits for, be it one (PLAN, eval), many (map) or one after the other.

Rule 1: they are made in the transaction that says that the step waits, so a step waits for children or has none.
Rule 2: parent and child speak through the outbox; no transaction takes the lock of a second activity.
Rule 3: a child counts once, by its `outcome`, and only for the attempt that started it.
Rule 4: the end of one child costs the same whether there are ten or ten thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from activities import runtime, schemas
from activities.compiled import compiled
from activities.engine import events as facts
from activities.engine.state import ENDED, ActivityStatus, Phase, unpack
from activities.models import Activity, Child, ChildGroup, Outbox
from activities.modules.builtin.nested import MAX_DEPTH
from activities.start_checks import require_documents
from activities.starting import Lineage, Startable, judge, launch
from activities.steps import Failed, LogLine, StepCall, Waiting
from activities.steps.child_results import result_of
from activities.steps.failures import system
from plans.errors import Refused

Result = dict[str, Any]  # {outcome, result | error}, as `builtin/eval` shows it
ERROR_KEYS: Final = ("code", "class", "message", "place")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a step wants to start: the version, by how many inputs, and at most how many at once."""

    mode: str  # plan, eval, map, iterate
    version: Startable
    inputs: Sequence[Any]
    total: int = 1
    at_once: int = 1
    title: str = ""


def wait_for(call: StepCall, wanted: Wanted, *, logs: Sequence[LogLine] = ()) -> Waiting | Failed:
    """Wait for children that begin with the wait; a system error where activities would nest too deep."""
    depth = Activity.objects.values_list("depth", flat=True).get(pk=call.activity_id)
    if depth >= MAX_DEPTH:
        message = (
            f'step "{call.step.slug}" starts an activity within {MAX_DEPTH} others; it may not go deeper'
        )
        return system("NestedTooDeep", message, logs=logs)
    return Waiting("CHILD", open=partial(_open, call, wanted), logs=logs)


def withdraw(activity_id: UUID, position: int, *, reason: str) -> None:
    """Have the children of a step cancelled that nobody waits for any more. The activity is locked."""
    for group in ChildGroup.objects.filter(activity_id=activity_id, position=position).order_by("-attempt")[
        :1
    ]:
        payload = {"group": group.pk, "reason": reason}
        runtime.post(activity_id, "cancel-children", name=f"cancel-children#{group.pk}", payload=payload)


def _open(call: StepCall, wanted: Wanted) -> None:
    """Make the children, and begin the first of them; called with the activity locked."""
    group = ChildGroup.objects.create(
        activity_id=call.activity_id,
        position=call.position,
        attempt=call.attempt,
        mode=wanted.mode,
        version=wanted.version.version,
        pinned=wanted.version.pinned,
        title=wanted.title[:300],
        total=wanted.total,
        at_once=wanted.at_once,
    )
    rows = [Child(group=group, number=number, input=value) for number, value in enumerate(wanted.inputs)]
    Child.objects.bulk_create(rows, batch_size=500)
    _begin_more(group, Activity.objects.select_related("project", "organization").get(pk=call.activity_id))
    if group.ended:
        # The step waits from this transaction on; what ended at once is told when it does.
        runtime.post(
            call.activity_id,
            "children-ended",
            name=f"children-ended#{group.pk}",
            payload={"group": group.pk},
        )


def _begin_more(group: ChildGroup, parent: Activity) -> None:
    """Begin children while there are any and not too many run; one that can't begin has ended."""
    while group.started < group.total and group.started - group.ended < group.at_once:
        child = Child.objects.filter(group=group, number=group.started).first()
        if child is None:
            break  # its input is what the one before it will give
        group.started += 1
        child.outcome = _begin(group, child, parent)
        if child.outcome is not None:
            group.ended += 1
        child.save(update_fields=["activity", "outcome"])
    group.save(update_fields=["started", "ended"])


def _begin(group: ChildGroup, child: Child, parent: Activity) -> Result | None:
    """Start the child's activity; return how it ended where it can't be started."""
    document = compiled(group.version_id, group.pinned_id).plan
    given, findings = judge(document, child.input, None)
    wrong = next((finding for finding in findings if finding.severity == "error"), None)
    if wrong is not None:
        return _failed(wrong.code, wrong.message)
    rows = parent.activity_documents.select_related("document").order_by("position")
    documents = [row.document for row in rows]
    try:
        require_documents(document, documents)
        child.activity = launch(
            group.version,
            group.pinned,
            project=parent.project,
            by=parent.started_by,
            given=given,
            documents=documents,
            title=f"{group.title} {child.number + 1}" if group.title and group.total > 1 else group.title,
            lineage=Lineage(parent, nested=group.mode != "plan"),
        )
    except Refused as refusal:
        return _failed(refusal.code, refusal.message)
    return None


def child_ended(row: Outbox) -> None:
    """Tell the step that waits for this activity how it ended. Stale where nobody waits, or it runs again."""
    known = Child.objects.filter(activity_id=row.activity_id, outcome__isnull=True)
    child = known.select_related("activity", "group").first()
    if child is None or child.activity is None or child.activity.status not in ENDED:
        return
    result = _result(child.activity)
    with runtime.locked(child.group.activity_id) as parent:
        if not known.filter(pk=child.pk).update(outcome=result):
            return
        group = ChildGroup.objects.get(pk=child.group_id)
        group.ended += 1
        group.save(update_fields=["ended"])
        _go_on(group, parent)


def group_ended(row: Outbox) -> None:
    """See to a group some of whose children ended before they began."""
    with runtime.locked(row.activity_id) as parent:
        _go_on(ChildGroup.objects.get(pk=row.payload["group"]), parent)


def cancel_group(row: Outbox) -> None:
    """Cancel what still runs of a group."""
    running = Activity.objects.filter(as_child__group_id=row.payload["group"]).exclude(status__in=ENDED)
    for activity_id in running.values_list("pk", flat=True):
        runtime.record(activity_id, facts.CancelRequested(at=runtime.now(), reason=row.payload["reason"]))


def _go_on(group: ChildGroup, parent: Activity) -> None:
    """End the step, or begin more; the parent is locked."""
    state = unpack(parent.state)
    waits = (
        state.phase(group.position) is Phase.WAITING and state.extra(group.position).attempt == group.attempt
    )
    while waits:
        outcome = result_of(group)
        if outcome is not None:
            from activities.worker import outcome_event

            step = compiled(parent.version_id, parent.pinned_id).steps[group.position]
            event, _open = outcome_event(step.slug, group.attempt, schemas.judged(step, outcome))
            runtime.record(parent.pk, event)
            return
        ended = group.ended
        _begin_more(group, parent)
        waits = group.ended > ended


def _result(activity: Activity) -> Result:
    """Say how an activity ended, as a step that waits for it sees it."""
    if activity.status == ActivityStatus.COMPLETED:
        if activity.outcome == "skipped":
            return {"outcome": "skipped"}
        return {"outcome": "success", "result": activity.output}
    if activity.status == ActivityStatus.FAILED:
        return {"outcome": "failed", "error": _error(activity)}
    message = _("activity “%(title)s” was cancelled") % {"title": activity.title}
    return _failed("child-cancelled", message)


def _error(activity: Activity) -> dict[str, Any]:
    error: Mapping[str, Any] = activity.error or {"code": 500, "message": "it failed"}
    kept = {key: error[key] for key in ERROR_KEYS if key in error}
    data = {"activityId": str(activity.pk)} | {key: error[key] for key in ("step", "data") if error.get(key)}
    return kept | {"data": data}


def _failed(code: str | int, message: str) -> Result:
    return {
        "outcome": "failed",
        "error": {"code": code, "class": "ChildFailed", "message": message, "place": ""},
    }
