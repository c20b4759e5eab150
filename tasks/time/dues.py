"""What happens to a task at an instant: it is due, somebody is reminded of it, it goes to others as well.

Every instant is a timer of the task's step (`activities.waits`), so each happens once, late if nobody looked at the
clock, in the order in which they were due; all with the activity locked, and on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from activities import waits
from activities.steps import Completed, Failed
from activities.steps.due import when_due
from tasks import approvals, people, services
from tasks.models import Candidate, Task, TaskEvent

DUE: Final = "due"
NOBODY_IN_TIME: Final = "nobody decided in time"


def watch(task: Task) -> None:
    """Ask for the instants of an open task; again after its due date moved. In a transaction, the activity locked."""
    if task.due_at is not None:
        waits.call_at(task.activity_id, task.position, kind=DUE, due_at=task.due_at)


def time_came(activity_id: UUID, position: int, *, kind: str, at: datetime) -> None:
    """Do to the step's open task what the instant is for; nothing, if it is done already or the instant was moved."""
    for task in Task.objects.open().filter(activity=activity_id, position=position):
        with services.held(task) as task:
            if kind == DUE and task.due_at is not None and task.due_at <= at:
                _fall_due(task, at)


def escalate(task: Task, names: Sequence[str], *, at: datetime) -> None:
    """Let more people take the task: roles, teams or people of these names. In a transaction, all locked."""
    before = {_identity(row) for row in task.candidates.all()}
    unknown = people.name_candidates(task, people.Named(any_kind=names))
    seen: set[tuple[Any, ...]] = set()
    for row in task.candidates.order_by("pk"):
        if _identity(row) in seen:
            row.delete()
        seen.add(_identity(row))
    added = [str(row) for row in task.candidates.all() if _identity(row) not in before]
    detail = ", ".join(added) or ", ".join(f"nobody answers to the name {name!r}" for name in unknown)
    TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.ESCALATED, detail=detail[:500], at=at)
    if task.is_approval:
        approvals.retally(task)


def _fall_due(task: Task, at: datetime) -> None:
    on_due = task.rule.get("onDue") if task.is_approval else None
    TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.DUE, detail=on_due or "", at=at)
    if on_due == "escalate":
        escalate(task, _names(task.rule.get("escalateTo")), at=at)
        return
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
