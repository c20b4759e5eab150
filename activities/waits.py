"""What the work of a waiting step may ask of its activity: to end the step, and to be told when an instant has come."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from activities import runtime
from activities.compiled import compiled
from activities.engine.state import Phase, unpack
from activities.models import Step
from activities.runtime import locked
from activities.steps import Failed
from activities.worker import outcome_event


@runtime_checkable
class HearsTime(Protocol):
    """A handler whose work asked for instants by `call_at`."""

    def time_came(self, activity_id: UUID, position: int, *, kind: str, at: datetime) -> None:
        """Do what the instant of the kind is for; in a transaction, the activity locked. Called once an instant."""
        ...


def call_at(activity_id: UUID, position: int, *, kind: str, due_at: datetime) -> None:
    """Have the step's handler told at the instant, however long nobody looks at the clock; a later call moves it.

    It holds for the step's present attempt. In a transaction, the activity locked.
    """
    attempt = _attempt(activity_id, position)
    runtime.set_timer(activity_id, position, kind=kind, attempt=attempt, due_at=due_at)


def fail(activity_id: UUID, slug: str, *, run: int, failed: Failed) -> bool:
    """Fail a step that waits; tell if it counted. What it waited for is withdrawn."""
    with locked(activity_id) as activity:
        plan, state = compiled(activity.version_id, activity.pinned_id), unpack(activity.state)
        position = plan.graph.positions[slug]
        extra = state.extra(position)
        if extra.run != run or state.phase(position) is not Phase.WAITING:
            return False
        event, _open = outcome_event(slug, extra.attempt, failed)
        return runtime.record(activity_id, event).all_counted


def _attempt(activity_id: UUID, position: int) -> int:
    return Step.objects.values_list("attempt", flat=True).get(activity=activity_id, position=position)
