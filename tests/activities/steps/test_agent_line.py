"""The line before an agent runtime: so many at once, the others in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from activities import dispatch, live, services, sweep, timers
from activities.engine.state import Phase
from activities.models import Activity, AgentTurn, Step, Timer
from activities.steps import StepCall, StepHandler, standing_in
from activities.steps.agent import Agent
from activities.steps.agent_line import admitted, leave, leaving, look_again, take_place
from plans.models import AgentRuntime
from plans.services import save_resource
from tests import builders
from tests.activities.histories.history import replay_rows
from tests.activities.running import World, fresh, log, row, state, statuses
from tests.activities.steps.calls import call
from tests.activities.steps.models import completion, sent, serve_model

THREE = ("first", "second", "third")


def runtime() -> None:
    """Let there be a runtime whose agents work one at a time."""
    definition = {"maxConcurrent": 1}
    save_resource(AgentRuntime, builders.organization(), "clerk", {"definition": definition}, by=None)


def claimed(world: World, count: int) -> list[StepCall]:
    """Return calls of steps of one activity, each held by a living worker."""
    steps = [{"slug": f"a{n}", "kind": "AGENT", "config": {"agentRuntimeRef": "clerk"}} for n in range(count)]
    runtime()
    activity = world.start(*steps, slug=f"agents-{count}")
    until = timezone.now() + timedelta(minutes=5)
    Step.objects.filter(activity=activity).update(phase=Phase.RUNNING, attempt=1, lease_until=until)
    made = call("AGENT", {"agentRuntimeRef": "clerk"}, organization_id=builders.organization().pk)
    return [replace(made, activity_id=activity.pk, position=n) for n in range(count)]


def move(of: StepCall, **columns: Any) -> None:
    """Let something become of the step."""
    Step.objects.filter(activity_id=of.activity_id, position=of.position).update(**columns)


@pytest.mark.django_db
def test_there_is_room_for_so_many_and_the_others_wait_in_order(world: World) -> None:
    first, second, third, fourth = [take_place(each, "clerk", at_once=2) for each in claimed(world, 4)]

    assert not admitted(third)
    assert [admitted(each) for each in (first, second, third, fourth)] == [True, True, False, False]
    second.delete()
    assert not admitted(fourth)
    assert admitted(third)


@pytest.mark.django_db
def test_runtimes_do_not_wait_for_one_another(world: World) -> None:
    calls = claimed(world, 2)
    one, other = take_place(calls[0], "clerk", at_once=1), take_place(calls[1], "typist", at_once=1)

    assert admitted(one) and admitted(other)


@pytest.mark.django_db
def test_whoever_asks_again_stands_where_it_stood(world: World) -> None:
    first, second, third = claimed(world, 3)
    inside = take_place(first, "clerk", at_once=1)
    assert admitted(inside)
    place = take_place(second, "clerk", at_once=1)
    move(second, phase=Phase.BACKOFF)
    behind = take_place(third, "clerk", at_once=1)
    inside.delete()
    assert not admitted(behind)

    move(second, phase=Phase.RUNNING, attempt=2)
    again = take_place(replace(second, attempt=2), "clerk", at_once=1)

    assert again.pk == place.pk
    assert admitted(again)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"lease_until": timezone.now() - timedelta(seconds=1)}, {"attempt": 2}, {"phase": Phase.CANCELLED}],
)
def test_the_turn_of_a_claim_that_is_gone_counts_no_more(change: dict[str, Any], world: World) -> None:
    calls = claimed(world, 2)
    gone, next_in_line = [take_place(each, "clerk", at_once=1) for each in calls]
    assert admitted(gone)
    assert not admitted(next_in_line)

    move(calls[0], **change)

    assert admitted(next_in_line)
    sweep.sweep()
    assert not AgentTurn.objects.filter(pk=gone.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.GUARDING])
def test_what_a_pause_took_back_keeps_its_place_and_holds_up_nobody(phase: Phase, world: World) -> None:
    first, second = claimed(world, 2)
    aside, behind = take_place(first, "clerk", at_once=1), take_place(second, "clerk", at_once=1)

    move(first, phase=phase)

    assert not admitted(aside)
    assert admitted(behind)
    sweep.sweep()
    assert AgentTurn.objects.filter(pk=aside.pk).exists()


@pytest.mark.django_db
def test_a_step_leaves_the_line_and_not_its_work(world: World) -> None:
    calls = claimed(world, 2)
    working, _waiting = [take_place(each, "clerk", at_once=1) for each in calls]
    assert admitted(working)

    for each in calls:
        leave(each.activity_id, each.position)

    assert list(AgentTurn.objects.all()) == [working]


@pytest.mark.django_db
def test_the_end_of_a_turn_is_the_end_of_it_whatever_happened(world: World) -> None:
    (only,) = claimed(world, 1)

    with pytest.raises(ZeroDivisionError), leaving(take_place(only, "clerk", at_once=1)):
        1 / 0  # noqa: B018

    assert AgentTurn.objects.count() == 0


# -- whole runs, against a real model ----------------------------------------------------------------------------------


class Held:
    """A model that keeps its first caller waiting until it is let go; `asked` are the prompts, in order."""

    def __init__(self, service: Any, settings: Any) -> None:
        serve_model(service, settings, completion("done"))
        self.asked: list[str] = []
        self.reached, self.let_go = threading.Event(), threading.Event()
        answer = service.answer

        def hold(request: dict[str, Any]) -> Any:
            self.asked.append(sent(request)["messages"][-1]["content"])
            if len(self.asked) == 1:
                self.reached.set()
                assert self.let_go.wait(60)
            return answer(request)

        service.answer = hold


@pytest.fixture
def agents(world: World) -> Iterator[World]:
    """Let AGENT steps be carried out for real, one at a time, and all others by the world."""
    world.touching = {*THREE, "other"}
    runtime()
    agent = Agent()

    def handler(kind: str) -> StepHandler:
        return agent if kind == "AGENT" else world

    with standing_in(handler):
        yield world


def agent_step(slug: str, **keys: Any) -> dict[str, Any]:
    return {"slug": slug, "kind": "AGENT", "config": {"agentRuntimeRef": "clerk", "prompt": slug}} | keys


@contextmanager
def first_at_work(world: World, held: Held, *more: dict[str, Any]) -> Iterator[Activity]:
    """Let another worker be held in the first step, and this one do all else that it can."""
    activity = world.start(agent_step("first"), *more)
    world.commit()
    hints = sorted(world.line.hints, key=lambda hint: hint[2] or 0)
    world.line.hints.clear()
    world.line.hints.extend(hints)

    def work() -> None:
        world.line.next()
        connections.close_all()

    elsewhere = threading.Thread(target=copy_context().run, args=(work,))
    elsewhere.start()
    try:
        assert held.reached.wait(60)
        yield world.play(activity, until_timers=True)
    finally:
        held.let_go.set()
        elsewhere.join(60)


def waiting(activity: Activity) -> list[str]:
    return [step.slug for step in live.snapshot(activity.pk).steps if step.waiting_on == "SLOT"]


@pytest.mark.django_db(transaction=True)
def test_three_agents_and_another_step_share_a_worker(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)
    other = builders.script("other")

    with first_at_work(agents, held, agent_step("second"), agent_step("third"), other) as activity:
        assert statuses(activity) == {
            "first": "RUNNING", "second": "PENDING", "third": "PENDING", "other": "COMPLETED"
        }  # fmt: skip
        assert waiting(activity) == ["second", "third"]
        assert services.why_not(activity, "second").startswith("It waits for its turn")
        assert (row(activity, "second").started_at, row(activity, "second").lease_until) == (None, None)
    done = agents.play(activity)

    assert set(statuses(done).values()) == {"COMPLETED"}
    assert held.asked == ["first", "second", "third"]
    assert agents.ahead == timedelta(0)  # each was called by the one before, none by the clock
    assert (AgentTurn.objects.count(), Timer.objects.count()) == (0, 0)
    assert row(done, "third").attempts.count() == 0
    assert replay_rows(_graph(done), done.events.order_by("seq")) == state(done)


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_lost_costs_the_time_of_a_look(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)

    with first_at_work(agents, held, agent_step("second")) as activity:
        later = timezone.now() + timedelta(minutes=1)
        assert (
            timers.fire(activity.pk, at=later) == 0
        )  # there is no room: it is put off, and nothing is logged
        assert log(activity)[-1] == "StepDeferred second"
        Timer.objects.update(due_at=timezone.now() + timedelta(days=1))
    Timer.objects.update(due_at=timezone.now() + timedelta(seconds=5))

    assert statuses(agents.play(activity)) == {"first": "COMPLETED", "second": "COMPLETED"}


@pytest.mark.django_db(transaction=True)
def test_waiting_counts_neither_as_a_try_nor_as_time(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)
    strict = {"executionPolicy": {"maxAttempts": 1, "timeoutSeconds": 30}}

    with first_at_work(agents, held, agent_step("second", **strict)) as activity:
        agents.ahead = timedelta(minutes=10)
        assert not Timer.objects.exclude(kind="slot").exists()

    assert statuses(agents.play(activity))["second"] == "COMPLETED"


@pytest.mark.django_db(transaction=True)
def test_a_cancel_leaves_no_turn_behind(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)

    with first_at_work(agents, held, agent_step("second")) as activity:
        services.cancel(activity.pk, by=None, reason="enough")
        assert not AgentTurn.objects.filter(admitted_at=None).exists()
    done = agents.play(activity)

    assert set(statuses(done).values()) == {"CANCELLED"}
    assert (held.asked, AgentTurn.objects.count()) == (["first"], 0)
    services.retry(done.pk, by=None)
    assert set(statuses(agents.play(done)).values()) == {"COMPLETED"}


@pytest.mark.django_db(transaction=True)
def test_a_pause_keeps_the_place_until_the_resume(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)

    with first_at_work(agents, held, agent_step("second"), agent_step("third")) as activity:
        services.pause(activity.pk, by=None)
    paused = agents.play(activity)

    assert statuses(paused) == {"first": "COMPLETED", "second": "PENDING", "third": "PENDING"}
    assert waiting(paused) == ["second", "third"]
    services.resume(activity.pk, by=None)
    assert set(statuses(agents.play(activity)).values()) == {"COMPLETED"}
    assert held.asked == ["first", "second", "third"]


@pytest.mark.django_db(transaction=True)
def test_a_dead_worker_makes_room_when_its_lease_ends(agents: World, service: Any, settings: Any) -> None:
    held = Held(service, settings)

    with first_at_work(agents, held, agent_step("second")) as activity:
        Step.objects.filter(slug="first").update(lease_until=timezone.now() - timedelta(hours=1))
        timers.fire(activity.pk, at=timezone.now() + timedelta(minutes=1))
        agents.play(activity, until_timers=True)
        assert statuses(activity)["second"] == "COMPLETED"
        sweep.sweep()
    done = agents.play(activity)

    assert statuses(done)["first"] == "COMPLETED"
    assert AgentTurn.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_room_that_came_up_while_the_wait_was_written_is_seen(
    agents: World, service: Any, settings: Any
) -> None:
    held = Held(service, settings)
    told: list[str] = []

    class Ear(type(agents.line)):  # type: ignore[misc]
        def timer(self, activity_id: Any, due_at: Any) -> None:
            told.append("due" if due_at <= agents.now() else "later")

    with first_at_work(agents, held, agent_step("second")) as activity:
        turn = AgentTurn.objects.get(admitted_at=None)
        Step.objects.filter(slug="first").update(lease_until=timezone.now() - timedelta(hours=1))
        with dispatch.using(Ear()):
            look_again(turn)
        assert told == ["due"]
    assert fresh(activity).status == "RUNNING"


def _graph(activity: Activity) -> Any:
    from activities.compiled import compiled

    return compiled(activity.version_id, activity.pinned_id).graph
