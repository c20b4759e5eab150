"""The line before an agent runtime: so many agents at once, the others wait in the order in which they came.

A turn counts as long as the claim that it was made under holds: the lease of the step's row, renewed while its worker
lives. What a dead worker leaves behind counts no more, and is taken away by whoever asks next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from activities.ai.stopping import Stop
from activities.engine.state import Phase
from activities.models import AgentTurn, Step
from activities.steps import StepCall

LOOK_SECONDS: Final = 1.0  # turns of other processes end without a word


class _Moves:
    """How often a turn of this process has ended; whoever waits is woken by it."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def tell(self) -> None:
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def wait_after(self, count: int) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.count != count, timeout=LOOK_SECONDS)


_moves = _Moves()


@contextmanager
def turn(call: StepCall, runtime: str, *, limit: int, stop: Stop) -> Iterator[bool]:
    """Wait for a turn, and keep it for the length of the block; False where the wait was stopped."""
    mine = take_place(call, runtime)
    try:
        with stop.ending(_moves.tell):
            yield _waited(mine, limit, stop)
    finally:
        mine.delete()
        _moves.tell()


def take_place(call: StepCall, runtime: str) -> AgentTurn:
    """Stand at the end of the line."""
    step = Step.objects.values_list("pk", flat=True).get(activity_id=call.activity_id, position=call.position)
    return AgentTurn.objects.create(
        organization_id=call.organization_id, runtime=runtime, step_id=step, attempt=call.attempt
    )


def admitted(mine: AgentTurn, *, limit: int) -> bool:
    """Let in as many as there is room for, in order; tell if this turn is among them."""
    with transaction.atomic():
        line = AgentTurn.objects.filter(organization_id=mine.organization_id, runtime=mine.runtime)
        turns = list(line.select_for_update().order_by("pk"))
        counting = set(_counting(line).values_list("pk", flat=True))
        gone = [each.pk for each in turns if each.pk not in counting]
        AgentTurn.objects.filter(pk__in=gone).delete()
        turns = [each for each in turns if each.pk in counting]
        room = limit - sum(each.admitted_at is not None for each in turns)
        waiting = [each.pk for each in turns if each.admitted_at is None]
        let_in = waiting[: max(0, room)]
        AgentTurn.objects.filter(pk__in=let_in).update(admitted_at=timezone.now())
    inside = {each.pk for each in turns if each.admitted_at is not None} | set(let_in)
    return mine.pk in inside


def _counting(line: QuerySet[AgentTurn]) -> QuerySet[AgentTurn]:
    return line.filter(
        step__attempt=F("attempt"), step__phase=Phase.RUNNING, step__lease_until__gt=timezone.now()
    )


def _waited(mine: AgentTurn, limit: int, stop: Stop) -> bool:
    while not stop.stopped:
        seen = _moves.count
        if admitted(mine, limit=limit):
            return True
        _moves.wait_after(seen)
    return False
