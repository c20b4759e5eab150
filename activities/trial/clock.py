"""The clock that an author plays: how far time may go while people are waited for, and what is due then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from django.utils.dateparse import parse_datetime, parse_duration
from django.utils.translation import gettext as _

from activities import runtime
from activities.compiled import compiled
from activities.engine import events as facts
from activities.engine.state import Phase
from activities.models import Activity, Step, Timer
from activities.steps.due import when_due
from activities.worker import outcome_event
from plans.errors import Invalid
from plans.language.schema import ApprovalConfig

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
# Steps that wait for somebody outside of the trial: their time runs out only if the author says so.
PATIENT: Final = ("TASK", "APPROVAL", "EXECUTION", "AGENT")


@dataclass(frozen=True, slots=True)
class Due:
    """What happens at an instant to a step that waits for a person: its time is out, or its approval is due."""

    at: datetime
    activity_id: UUID
    version_id: int
    pinned_id: int
    position: int
    attempt: int
    kind: Literal["timeout", "due"]
    happened: list[Due] | None = None  # where it is written down once it did

    def happen(self, at: datetime) -> None:
        """Let it happen; an approval that only goes to somebody else then stays as it is."""
        if self.happened is not None:
            self.happened.append(self)
        step = compiled(self.version_id, self.pinned_id).steps[self.position]
        if self.kind == "timeout":
            fired = facts.TimerFired(at=at, step=step.slug, attempt=self.attempt, kind="timeout")
            runtime.record(self.activity_id, fired)
            return
        assert isinstance(step.config, ApprovalConfig)
        outcome = when_due(step.config.on_due)
        if outcome is not None:
            event, _open = outcome_event(step.slug, self.attempt, outcome)
            runtime.record(self.activity_id, event)


@dataclass(slots=True)
class Clock:
    """How far time may go, from the start or to an instant; None: not while a person is waited for."""

    until: datetime | timedelta | None = None
    _taken: dict[tuple[UUID, int, str, int], Due] = field(default_factory=dict)
    happened: list[Due] = field(default_factory=list)

    @classmethod
    def read(cls, typed: Any) -> Clock:
        """Read `{until: "+PT48H" | "2026-11-20T12:00:00Z"}`; raise Invalid."""
        until = typed.get("until") if isinstance(typed, dict) else typed
        if until is None:
            return cls()
        found = _instant(until) if isinstance(until, str) else None
        if found is None:
            raise Invalid(
                _('clock.until is neither a duration, such as "+PT48H", nor an instant, such as %(example)s')
                % {"example": '"2026-11-20T12:00:00Z"'},
                code="invalid-clock",
            )
        return cls(found)

    def next(self, family: Iterable[Activity], *, began: datetime) -> Due | None:
        """Return what is due next among the steps that wait for people, if time may go so far."""
        dues = sorted(self.dues(family), key=lambda due: due.at)
        limit = began + self.until if isinstance(self.until, timedelta) else self.until
        if not dues or limit is None or dues[0].at > limit:
            return None
        return replace(dues[0], happened=self.happened)

    def dues(self, family: Iterable[Activity]) -> Iterator[Due]:
        """Give what is to come; timers are taken out of the activities' hands, where they would fire by themselves."""
        happened = {_key(due) for due in self.happened}
        for activity in family:
            waiting = Step.objects.filter(activity=activity, phase=Phase.WAITING, waiting_on__in=PATIENT)
            for row in waiting.only("activity_id", "position", "attempt", "started_at", "waiting_on"):
                yield from (due for due in self._of(activity, row) if _key(due) not in happened)

    def _of(self, activity: Activity, row: Step) -> Iterator[Due]:
        timer = Timer.objects.filter(
            activity=activity, position=row.position, kind="timeout", attempt=row.attempt
        ).first()
        key = (activity.pk, row.position, "timeout", row.attempt)
        if timer is not None:
            timer.delete()
            self._taken[key] = _due(activity, row, timer.due_at, "timeout")
        if key in self._taken:
            yield self._taken[key]
        hours = _due_hours(activity, row)
        if hours is not None and row.started_at is not None:
            yield _due(activity, row, row.started_at + timedelta(hours=hours), "due")


def _due_hours(activity: Activity, row: Step) -> float | None:
    config = compiled(activity.version_id, activity.pinned_id).steps[row.position].config
    hours = config.due_in_hours if isinstance(config, ApprovalConfig) else None
    return float(hours) if hours else None


def _due(activity: Activity, row: Step, at: datetime, kind: Literal["timeout", "due"]) -> Due:
    return Due(at, activity.pk, activity.version_id, activity.pinned_id, row.position, row.attempt, kind)


def _key(due: Due) -> tuple[UUID, int, str, int]:
    return (due.activity_id, due.position, due.kind, due.attempt)


def _instant(text: str) -> datetime | timedelta | None:
    try:
        duration = parse_duration(text.removeprefix("+")) if "P" in text else None
        instant = None if duration is not None else parse_datetime(text)
    except (ValueError, OverflowError):
        return None
    if instant is not None and instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return duration if duration is not None else instant
