"""Workers: bursts that share commits, claims, what happens when somebody else is faster, and the sweep."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activities import runtime, services, sweep, worker
from activities.engine import events as facts
from activities.models import Activity, Event, Step
from activities.steps import Completed, ErrorInfo, Failed, Outcome, StepCall
from tests import builders
from tests.activities.running import (
    FAILS,
    SKIPS,
    WAITS,
    World,
    acting,
    chain,
    complete,
    fresh,
    log,
    row,
    statuses,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def commits(monkeypatch: Any) -> list[int]:
    """How many events each `record` was given, as they come."""
    seen: list[int] = []
    real = runtime.record

    def counting(activity_id: Any, *events: facts.Event, **keys: Any) -> runtime.Recorded:
        seen.append(len(events))
        return real(activity_id, *events, **keys)

    monkeypatch.setattr(runtime, "record", counting)
    return seen


def test_a_chain_of_pure_steps_shares_a_commit(world: World, commits: list[int], monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BURST_SECONDS", 60)
    activity = world.start(*chain(20))
    commits.clear()

    activity = world.play(activity)

    assert (activity.status, commits) == ("COMPLETED", [40])


def test_a_burst_is_bounded_by_its_events(world: World, commits: list[int], monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BURST_SECONDS", 60)
    monkeypatch.setattr(worker, "BURST_EVENTS", 10)
    activity = world.start(*chain(12))
    commits.clear()

    world.play(activity)

    assert commits == [10, 10, 4]


def test_a_burst_is_bounded_by_time(world: World, commits: list[int], monkeypatch: Any) -> None:
    monkeypatch.setattr(worker, "BURST_SECONDS", -1)
    activity = world.start(*chain(3))
    commits.clear()

    world.play(activity)

    assert commits == [2, 2, 2]


def test_a_step_that_touches_the_world_is_claimed_before_and_told_after(
    world: World, commits: list[int]
) -> None:
    world.touching = {"s0", "s1", "s2"}
    seen: list[str] = []
    world.answers["s1"] = lambda call: seen.extend(statuses(activity).values()) or Completed({})  # type: ignore[func-returns-value]
    activity = world.start(*chain(3))
    commits.clear()

    world.play(activity)

    assert seen == ["COMPLETED", "RUNNING", "PENDING"]
    assert commits == [1, 2, 2, 1]  # the after of one is the before of the next


def test_one_worker_takes_one_step_that_touches_the_world_and_announces_the_others(world: World) -> None:
    world.touching = {"b", "c", "d"}
    world.start(builders.script("a"), *(builders.script(slug, "a") for slug in "bcd"))
    activity = Activity.objects.get()
    hints: list[Any] = []
    world.answers["b"] = lambda call: hints.extend(world.hints) or Completed({})  # type: ignore[func-returns-value]
    world.lose_hints()

    worker.drive(activity.pk)

    assert [(what, position) for what, position in hints] == [("drive", 2), ("drive", 3)]
    assert statuses(activity) == {"a": "COMPLETED", "b": "COMPLETED", "c": "PENDING", "d": "PENDING"}


def test_the_result_of_a_step_of_the_burst_is_read_without_the_database(
    world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr(worker, "BURST_SECONDS", 60)
    first = builders.script("a")
    second = builders.script("b", input={"$from": {"step": "a"}, "path": "n"})
    world.answers["a"] = Completed({"n": 41})

    activity = world.play(world.start(first, second))

    assert world.called("b")[0].input == 41
    assert row(activity, "b").input == 41


def test_a_handler_that_breaks_is_a_system_error_of_the_step(world: World) -> None:
    def breaks(call: StepCall) -> Outcome:
        raise ZeroDivisionError("division by zero")

    world.answers["a"] = breaks
    activity = world.play(world.start(builders.script("a", onError={"action": "skip"})))

    assert activity.status == "FAILED"
    assert row(activity, "a").error == {
        "code": 500,
        "class": "ZeroDivisionError",
        "message": "the SCRIPT handler broke: division by zero",
        "place": "",
    }


def test_a_pure_step_that_takes_long_is_claimed_like_one_that_touches_the_world(
    world: World, commits: list[int]
) -> None:
    timed_out = Failed(ErrorInfo("timeout", "cut off", "Timeout"), kind="timeout")
    bounds: list[float | None] = []

    def slow(call: StepCall) -> Outcome:
        bounds.append(call.timeout_seconds)
        return timed_out if call.timeout_seconds == worker.QUICK_SECONDS else Completed("at last")

    world.answers["a"] = slow
    activity = world.start(builders.script("a"))
    commits.clear()

    activity = world.play(activity)

    assert (row(activity, "a").result, bounds, commits) == ("at last", [worker.QUICK_SECONDS, None], [1, 1])
    assert row(activity, "a").attempt == 1


def test_a_step_whose_own_time_is_short_is_cut_off_for_good(world: World) -> None:
    world.answers["a"] = Failed(ErrorInfo("timeout", "cut off", "Timeout"), kind="timeout")
    step = builders.script("a", executionPolicy={"timeoutSeconds": 0.1})

    activity = world.play(world.start(step))

    assert (activity.status, row(activity, "a").error["code"]) == ("FAILED", "timeout")


def test_a_step_may_skip_itself_with_a_reason(world: World) -> None:
    world.answers["a"] = SKIPS

    activity = world.play(world.start(builders.script("a"), builders.script("b", "a")))

    assert (statuses(activity), row(activity, "a").reason) == (
        {"a": "SKIPPED", "b": "COMPLETED"},
        "nothing to do",
    )


def test_an_activity_that_is_not_running_is_left_alone(world: World) -> None:
    activity = world.start(*chain(2))
    services.pause(activity.pk, by=None)

    worker.drive(activity.pk)
    worker.drive(activity.pk, 0)

    assert world.calls == []


def test_a_worker_that_is_told_to_stop_ends_between_steps(world: World, monkeypatch: Any) -> None:
    stopping = threading.Event()
    monkeypatch.setattr(worker, "stopping", stopping)
    world.touching = {"s0", "s1", "s2"}
    world.answers["s1"] = lambda call: stopping.set() or Completed({})  # type: ignore[func-returns-value]
    activity = world.start(*chain(3))
    world.lose_hints()

    worker.drive(activity.pk, 0)

    assert statuses(activity) == {"s0": "COMPLETED", "s1": "COMPLETED", "s2": "PENDING"}
    assert world.hints == [("drive", 2)]


# -- somebody else is faster -------------------------------------------------------------------------------------------


def test_work_on_a_copy_is_thrown_away_where_another_worker_was_faster(world: World) -> None:
    """While one computes a pure step, another does all there is."""
    numbers = iter(range(10))
    activity = world.start(builders.script("a"), builders.script("b", "a", input={"$from": {"step": "a"}}))

    def overtaken(call: StepCall) -> Outcome:
        number = next(numbers)
        if number == 0:
            worker.drive(activity.pk)
        return Completed(number)

    world.answers["a"] = overtaken
    activity = world.play(activity)

    assert log(activity).count("StepCompleted a") == log(activity).count("StepCompleted b") == 1
    assert row(activity, "b").input == row(activity, "a").result == 1


def test_a_burst_does_not_go_on_from_a_result_that_was_refused(world: World) -> None:
    """Another worker does `a` with another result, and leaves `b`: what this one made of its own `a` must not count."""
    numbers = iter(range(10))
    activity = world.start(builders.script("a"), builders.script("b", "a", input={"$from": {"step": "a"}}))
    at = runtime.now()

    def overtaken(call: StepCall) -> Outcome:
        number = next(numbers)
        if number == 0:
            runtime.record(
                activity.pk,
                facts.StepStarted(at=at, step="a", attempt=1),
                facts.StepCompleted(at=at, step="a", attempt=1, result="theirs"),
            )
        return Completed("mine")

    world.answers["a"] = overtaken
    activity = world.play(activity)

    assert row(activity, "a").result == "theirs"
    assert (row(activity, "b").input, activity.status) == ("theirs", "COMPLETED")


def test_other_work_of_a_burst_is_done_again_when_a_part_was_refused(world: World) -> None:
    """`c` was this worker's alone; refused with the rest, it must not wait for the sweep."""
    activity = world.start(builders.script("a"), builders.script("b", "a"), builders.script("c"))
    at = runtime.now()

    def overtaken(call: StepCall) -> Outcome:
        if fresh(activity).seq == 1:
            runtime.record(
                activity.pk,
                facts.StepStarted(at=at, step="a", attempt=1),
                facts.StepCompleted(at=at, step="a", attempt=1, result="theirs"),
                announce=False,
            )
        return Completed("mine")

    world.answers["c"] = overtaken
    activity = world.play(activity)

    assert statuses(activity) == dict.fromkeys("abc", "COMPLETED")


def test_a_step_that_is_claimed_elsewhere_is_not_run_twice(world: World) -> None:
    world.touching = {"a"}
    activity = world.start(builders.script("a"))
    stale = Activity.objects.select_related("organization", "project").get(pk=activity.pk)
    worker.drive(activity.pk, 0)

    worker.Burst(stale).run(0)

    assert len(world.called("a")) == 1
    assert log(activity).count("StepCompleted a") == 1


def test_a_cancel_in_the_middle_of_a_step_wins(world: World) -> None:
    world.touching = {"a"}
    activity = world.start(builders.script("a"), builders.script("b", "a"))
    world.answers["a"] = lambda call: services.cancel(activity.pk, by=None) and Completed("late")

    activity = world.play(activity)

    assert (activity.status, statuses(activity)) == ("CANCELLED", {"a": "CANCELLED", "b": "CANCELLED"})
    assert row(activity, "a").result is None


# -- the sweep ---------------------------------------------------------------------------------------------------------


def test_a_lost_announcement_is_made_again(world: World, settings: Any) -> None:
    activity = world.start(*chain(2))
    world.lose_hints()
    sweep.sweep()
    assert world.hints == []  # not yet

    settings.ANNOUNCE_AGAIN_SECONDS = -1
    sweep.sweep()

    assert world.hints == [("drive", 0)]
    assert world.play(activity).status == "COMPLETED"


@pytest.mark.parametrize("deed", [services.pause, services.cancel])
def test_nothing_is_announced_for_an_activity_that_stands_still(
    world: World, settings: Any, deed: Any
) -> None:
    settings.ANNOUNCE_AGAIN_SECONDS = -1
    activity = world.start(*chain(2))
    deed(activity.pk, by=None)
    world.lose_hints()

    sweep.sweep()

    assert world.hints == []


def test_a_running_step_with_a_dead_lease_is_given_to_another_worker(world: World) -> None:
    activity = world.start(*chain(1))
    runtime.record(activity.pk, facts.StepStarted(at=runtime.now(), step="s0", attempt=1), worker="dead:1")
    Step.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    world.lose_hints()

    sweep.sweep()

    activity = world.play(activity)
    assert (activity.status, row(activity, "s0").attempt) == ("COMPLETED", 2)
    assert "StepLost s0" in log(activity)


def test_a_living_lease_is_left_alone(world: World) -> None:
    activity = world.start(*chain(1))
    runtime.record(activity.pk, facts.StepStarted(at=runtime.now(), step="s0", attempt=1), worker="alive:1")

    sweep.sweep()

    assert "StepLost s0" not in log(activity)


def test_timers_and_deliveries_that_nobody_was_told_of_are_found(
    world: World, mailoutbox: Any, ann: Any
) -> None:
    world.ahead = timedelta(minutes=-10)
    world.answers["s0"] = FAILS
    step = builders.script("s0", executionPolicy={"maxAttempts": 2, "backoffBaseSeconds": 1})
    activity = world.play(world.start(step, by=ann), until_timers=True)
    world.lose_hints()

    world.ahead = timedelta(0)
    sweep.sweep()
    assert world.hints == [("drive", None)]
    world.ahead = timedelta(minutes=-10)
    world.line.next()  # the second try
    world.lose_hints()
    world.ahead = timedelta(0)
    sweep.sweep()

    assert fresh(activity).status == "FAILED"
    assert len(mailoutbox) == 1


def test_a_delivery_that_fails_is_tried_again_and_kept(world: World, ann: Any, monkeypatch: Any) -> None:
    from activities import delivery
    from activities.models import Outbox

    tries: list[int] = []

    def refuses(row: Outbox) -> None:
        tries.append(row.tries)
        raise OSError("the mail server is out")

    monkeypatch.setitem(delivery.DELIVERIES, "tell-owner", refuses)
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(1), by=ann))

    delivery.deliver(activity.pk)  # not due again yet

    sent = Outbox.objects.get()
    assert (tries, sent.delivered_at, sent.error) == ([1], None, "the mail server is out")


def test_a_human_step_waits_without_a_lease(world: World) -> None:
    world.answers["a"] = WAITS
    activity = world.play(world.start(acting("a", actions=["go"]), builders.script("b", "a:go")))

    step = row(activity, "a")
    assert (step.status, step.waiting_on, step.lease_until, step.worker) == ("RUNNING", "TASK", None, "")
    assert complete(activity, "a", "go")
    assert world.play(activity).status == "COMPLETED"
    assert Event.objects.filter(type="StepLost").count() == 0
