"""The line before an agent runtime: so many agents at once, the others wait in the order in which they came.

Rule 1: who waits holds no thread: the step is given back, its turn stays in line, a timer looks after it.
Rule 2: a turn is what its step makes of it. One that works counts while the lease of its claim holds; one that waits
counts while the step may be called; what a dead worker leaves counts no more, and is taken away by whoever looks next.
Rule 3: whoever ends a turn has the next in line called. A call that is lost costs `LOOK_SECONDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from activities import runtime
from activities.engine.state import ActivityStatus, Phase
from activities.models import Activity, AgentTurn, Step, Timer
from activities.steps import StepCall

LOOK_SECONDS: Final = 5.0
TIMER: Final = "slot"


class Standing(StrEnum):
    """Where a turn stands."""

    AT_WORK = "at work"  # it takes a place
    IN_LINE = "in line"  # those behind it wait for it
    ASIDE = "aside"  # it keeps its place and holds up nobody: its activity is paused, its worker silent
    GONE = "gone"


def take_place(call: StepCall, name: str, *, at_once: int) -> AgentTurn:
    """Stand at the end of the runtime's line, or where the step stands already."""
    step = Step.objects.values_list("pk", flat=True).get(activity_id=call.activity_id, position=call.position)
    with transaction.atomic():
        known = AgentTurn.objects.select_for_update().filter(step_id=step)
        known.exclude(admitted_at=None, runtime=name).delete()  # of a claim that is gone
        mine = known.order_by("pk").first()
        if mine is None:
            return AgentTurn.objects.create(
                organization_id=call.organization_id, runtime=name, step_id=step, attempt=call.attempt,
                at_once=at_once,
            )  # fmt: skip
        mine.attempt, mine.at_once = call.attempt, at_once
        mine.save(update_fields=["attempt", "at_once"])
        return mine


def admitted(mine: AgentTurn) -> bool:
    """Let this turn in if there is room for it and for all before it; tell if it is in."""
    with transaction.atomic():
        line = _standing(_line_of(mine).select_for_update(of=("self",)))
        here = next((standing for turn, standing in line if turn.pk == mine.pk), Standing.GONE)
        if here is Standing.IN_LINE and _before(mine, line) < mine.at_once:
            AgentTurn.objects.filter(pk=mine.pk).update(admitted_at=timezone.now())
            return True
    return here is Standing.AT_WORK


@contextmanager
def leaving(mine: AgentTurn) -> Iterator[None]:
    """End the turn after the block, and have those called who have room now."""
    try:
        yield
    finally:
        mine.delete()
        call_next(mine)


def call_next(ended: AgentTurn) -> None:
    """Have every step called that is in the ended turn's line and has room."""
    line = _standing(_line_of(ended))
    for turn, standing in line:
        if standing is Standing.IN_LINE and _before(turn, line) < turn.at_once:
            runtime.hasten(turn.step.activity_id, turn.step.position, TIMER)


def look_again(mine: AgentTurn) -> None:
    """Once the wait is written: room that came up meanwhile was told to nobody."""
    transaction.on_commit(partial(call_next, mine))


def leave(activity_id: UUID, position: int) -> None:
    """Take the step out of the line in which it waits."""
    AgentTurn.objects.filter(
        step__activity_id=activity_id, step__position=position, admitted_at=None
    ).delete()


def without_waiting(activity: Activity, due: Iterable[Timer], *, at: datetime) -> list[Timer]:
    """Return the timers that are to fire; the others are put off, their turn has not come. The activity is held."""
    timers = list(due)
    waiting = [timer.pk for timer in timers if timer.kind == TIMER and not _is_next(activity, timer)]
    Timer.objects.filter(pk__in=waiting).update(due_at=at + timedelta(seconds=LOOK_SECONDS))
    return [timer for timer in timers if timer.pk not in waiting]


def sweep() -> None:
    """Take away the turns that dead workers left."""
    turns = _with_steps(AgentTurn.objects.all())
    gone = [turn.pk for turn, standing in _standing(turns) if standing is Standing.GONE]
    AgentTurn.objects.filter(pk__in=gone).delete()


def _is_next(activity: Activity, timer: Timer) -> bool:
    """Tell if the step may be called: there is room for it, or it stands in no line any more."""
    if activity.status == ActivityStatus.PAUSED:
        return False
    mine = AgentTurn.objects.filter(
        step__activity=activity, step__position=timer.position, admitted_at=None
    ).first()
    return mine is None or _before(mine, _standing(_line_of(mine))) < mine.at_once


def _line_of(turn: AgentTurn) -> QuerySet[AgentTurn]:
    line = AgentTurn.objects.filter(organization_id=turn.organization_id, runtime=turn.runtime)
    return _with_steps(line).order_by("pk")


def _with_steps(turns: QuerySet[AgentTurn]) -> QuerySet[AgentTurn]:
    """Read what `_where` asks of step and activity, and nothing of what they hold."""
    step = ("phase", "attempt", "lease_until", "position", "activity__status")
    own = ("runtime", "attempt", "at_once", "admitted_at", "organization_id")
    return turns.select_related("step__activity").only(*own, *(f"step__{name}" for name in step))


def _standing(turns: Iterable[AgentTurn]) -> list[tuple[AgentTurn, Standing]]:
    now = timezone.now()
    return [(turn, _where(turn, now)) for turn in turns]


def _where(turn: AgentTurn, now: datetime) -> Standing:
    step = turn.step
    held = step.phase == Phase.RUNNING and step.lease_until is not None and step.lease_until > now
    if turn.admitted_at is not None:
        return Standing.AT_WORK if held and step.attempt == turn.attempt else Standing.GONE
    # A claim is written before its handler asks: the step may be one ahead.
    if step.phase > Phase.BACKOFF or not turn.attempt <= step.attempt <= turn.attempt + 1:
        return Standing.GONE
    called = held or step.phase in (Phase.QUEUED, Phase.BACKOFF)
    return Standing.IN_LINE if called and step.activity.status == ActivityStatus.RUNNING else Standing.ASIDE


def _before(mine: AgentTurn, line: Iterable[tuple[AgentTurn, Standing]]) -> int:
    """Count those at work and those in line before this turn."""
    return sum(
        standing is Standing.AT_WORK or (standing is Standing.IN_LINE and turn.pk < mine.pk)
        for turn, standing in line
        if turn.pk != mine.pk
    )
