"""What happens to a task at an instant: it is due, somebody is reminded of it, it goes to others as well.

Every instant is a timer of the task's step (`activities.waits`), so each happens once, late if nobody looked at the
clock, in the order in which they were due; all with the activity locked, and on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from activities import waits
from activities.steps import Completed, Failed
from activities.steps.due import when_due
from tasks import approvals, live, people, services
from tasks.models import Candidate, Task, TaskEvent
from tasks.notices import telling
from tasks.time import dates
from tasks.time.calendars import CalendarInvalid
from tasks.time.settings import calendar_of

DUE: Final = "due"
REMIND: Final = "remind"
ESCALATE: Final = "escalate"
NOBODY_IN_TIME: Final = "nobody decided in time"


def due_of(organization_id: int, opened: datetime, due: dates.Due) -> tuple[datetime | None, list[str]]:
    """Return when a task is due by its organization's calendar, and what is to be said of that."""
    try:
        return dates.due_at(calendar_of(organization_id), opened, due), []
    except (CalendarInvalid, OverflowError) as error:
        return None, [f"it has no due date: {error}"]


def watch(task: Task) -> None:
    """Ask for the instants of an open task; again after its due date moved. In a transaction, the activity locked."""
    if task.due_at is None:
        return
    for kind, instant in _instants(task, task.due_at):
        waits.call_at(task.activity_id, task.position, kind=kind, due_at=instant)
    Task.objects.filter(pk=task.pk).update(soon_at=task.soon_at)


def time_came(activity_id: UUID, position: int, *, kind: str, at: datetime) -> None:
    """Do to the step's open task what the instant is for; nothing, if it is done already or the instant was moved."""
    for found in Task.objects.open().filter(activity=activity_id, position=position):
        with services.held(found) as task:
            if task.due_at is not None and at >= dict(_instants(task, task.due_at)).get(kind, dates.NEVER):
                _happen(task, kind, at)


def escalate(task: Task, names: Sequence[str], *, at: datetime) -> None:
    """Let more people take the task: roles, teams or people of these names. In a transaction, all locked."""
    before = {_identity(row) for row in task.candidates.all()}
    anyone = not before
    unknown = people.name_candidates(task, people.Named(any_kind=names))
    named = list(task.candidates.order_by("pk"))
    seen: set[tuple[Any, ...]] = set()
    for row in named:
        if _identity(row) in seen or anyone:  # to name one is to leave out the others
            row.delete()
        seen.add(_identity(row))
    added = [str(row) for row in task.candidates.all() if _identity(row) not in before]
    notes = [f"nobody answers to the name {name!r}" for name in unknown]
    detail = ", ".join([*(added or ([] if unknown else names)), *notes])
    TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.ESCALATED, detail=detail[:500], at=at)
    live.announce(task.project_id)
    telling.escalated(task, [row for row in named if _identity(row) not in before], at=at)
    if task.is_approval:
        approvals.retally(task)


def _instants(task: Task, due: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield what happens when to a task that is due then; note from when on that is soon."""
    calendar = calendar_of(task.organization_id)
    service = dates.Service.read(task.definition.get("service") or {})
    task.soon_at = dates.soon_at(calendar, task.created_at, due, service)
    if service.remind_before is not None and task.soon_at > task.created_at:
        yield REMIND, task.soon_at
    yield DUE, due
    later = dates.escalates_at(calendar, due, service)
    if later is not None:
        yield ESCALATE, later


def _happen(task: Task, kind: str, at: datetime) -> None:
    match kind:
        case "due":
            _fall_due(task, at)
        case "remind":
            TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.REMINDED, at=at)
            telling.fell_due(task, reminder=True, at=at)
        case "escalate":
            service = dates.Service.read(task.definition.get("service") or {})
            escalate(task, service.escalate_to, at=at)


def _fall_due(task: Task, at: datetime) -> None:
    on_due = task.rule.get("onDue") if task.is_approval else None
    TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.DUE, detail=on_due or "", at=at)
    if on_due == "escalate":
        escalate(task, _names(task.rule.get("escalateTo")), at=at)
        return
    telling.fell_due(task, at=at)
    match when_due(on_due, approvals.result_of(task, "")["decisions"]):
        case Completed(result, action):
            services.close(task, by=None, action=action or "", at=at)
            services.advance(task, action=action, result=result, by=None)
        case Failed() as failed:
            services.withdraw(task.activity_id, task.position, reason=NOBODY_IN_TIME)
            waits.fail(task.activity_id, task.step_slug, run=task.run, failed=failed)


def _names(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _identity(row: Candidate) -> tuple[Any, ...]:
    return (row.person_id, row.role, row.team_id)
