"""The line before an agent runtime: so many at once, the others in the order in which they came."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from activities.ai.stopping import Stop
from activities.engine.state import Phase
from activities.models import AgentTurn, Step
from activities.steps import StepCall
from activities.steps.agent_line import admitted, take_place, turn
from tests import builders
from tests.activities.running import World
from tests.activities.steps.calls import call


def claimed(world: World, count: int) -> list[StepCall]:
    """Return calls of steps of one activity, each held by a living worker."""
    steps = [{"slug": f"a{n}", "kind": "AGENT", "config": {"agentRuntimeRef": "clerk"}} for n in range(count)]
    activity = world.start(*steps, slug=f"agents-{count}")
    until = timezone.now() + timedelta(minutes=5)
    Step.objects.filter(activity=activity).update(phase=Phase.RUNNING, attempt=1, lease_until=until)
    made = call("AGENT", {"agentRuntimeRef": "clerk"}, organization_id=builders.organization().pk)
    return [replace(made, activity_id=activity.pk, position=n) for n in range(count)]


def await_turns(count: int) -> None:
    """Return when so many stand in line."""
    deadline = time.monotonic() + 30
    while AgentTurn.objects.count() < count:
        assert time.monotonic() < deadline, "nobody came"


@pytest.mark.django_db
def test_there_is_room_for_so_many_and_the_others_wait_in_order(world: World) -> None:
    first, second, third, fourth = [take_place(each, "clerk") for each in claimed(world, 4)]

    assert not admitted(third, limit=2)
    assert [admitted(each, limit=2) for each in (first, second, third, fourth)] == [True, True, False, False]
    second.delete()
    assert not admitted(fourth, limit=2)
    assert admitted(third, limit=2)


@pytest.mark.django_db
def test_runtimes_do_not_wait_for_one_another(world: World) -> None:
    calls = claimed(world, 2)
    one, other = take_place(calls[0], "clerk"), take_place(calls[1], "typist")

    assert admitted(one, limit=1) and admitted(other, limit=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"lease_until": timezone.now() - timedelta(seconds=1)}, {"attempt": 2}, {"phase": Phase.CANCELLED}],
)
def test_the_turn_of_a_claim_that_is_gone_counts_no_more(change: dict[str, Any], world: World) -> None:
    calls = claimed(world, 2)
    gone, next_in_line = [take_place(each, "clerk") for each in calls]
    assert admitted(gone, limit=1)
    assert not admitted(next_in_line, limit=1)

    Step.objects.filter(activity_id=calls[0].activity_id, position=0).update(**change)

    assert admitted(next_in_line, limit=1)
    assert not AgentTurn.objects.filter(pk=gone.pk).exists()


@pytest.mark.django_db
def test_a_wait_that_is_stopped_leaves_the_line(world: World) -> None:
    calls, stop = claimed(world, 2), Stop()

    with turn(calls[0], "clerk", limit=1, stop=Stop()) as mine:
        assert mine
        stop.kill()
        with turn(calls[1], "clerk", limit=1, stop=stop) as other:
            assert not other

    assert AgentTurn.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_goes_on_when_the_turn_before_ends(world: World) -> None:
    calls = claimed(world, 3)
    order: list[int] = []

    def work(number: int) -> None:
        with turn(calls[number], "clerk", limit=1, stop=Stop()) as mine:
            order.append(number if mine else -1)
        connections.close_all()

    with turn(calls[0], "clerk", limit=1, stop=Stop()):
        second = threading.Thread(target=work, args=(1,))
        second.start()
        await_turns(2)
        third = threading.Thread(target=work, args=(2,))
        third.start()
        await_turns(3)
        assert order == []
    for thread in (second, third):
        thread.join(30)

    assert order == [1, 2]
