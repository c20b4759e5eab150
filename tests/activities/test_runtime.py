"""The only writer: what a recorded event leaves in the rows, and what one that does not count leaves alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from activities import runtime
from activities.engine import events as facts
from activities.engine.state import Phase
from activities.errors import ActivityUnknown
from activities.models import Activity, Attempt, Event, Outbox, Timer
from tests import builders
from tests.activities.running import (
    FAILS,
    WAITS,
    World,
    acting,
    chain,
    complete,
    fresh,
    log,
    row,
    state,
    statuses,
)

pytestmark = pytest.mark.django_db


def claim(activity: Activity, slug: str, attempt: int = 1, **keys: Any) -> runtime.Recorded:
    """Record that a worker claimed the step."""
    return runtime.record(
        activity.pk, facts.StepStarted(at=runtime.now(), step=slug, attempt=attempt), **keys
    )


def done(slug: str, attempt: int = 1, **keys: Any) -> facts.StepCompleted:
    """Return the completion of a step."""
    return facts.StepCompleted(at=runtime.now(), step=slug, attempt=attempt, **keys)


def test_a_start_makes_rows_and_the_first_event(world: World) -> None:
    activity = world.start(*chain(3))

    assert (activity.status, activity.seq, activity.started_at is not None) == ("RUNNING", 1, True)
    assert log(activity) == ["ActivityStarted"]
    assert [row(activity, slug).phase for slug in ("s0", "s1", "s2")] == [
        Phase.QUEUED,
        Phase.PENDING,
        Phase.PENDING,
    ]


def test_a_claim_gives_a_lease_and_the_worker(world: World, settings: Any) -> None:
    activity = world.start(*chain(1))

    claim(activity, "s0", worker="host:1")

    step = row(activity, "s0")
    assert (step.status, step.attempt, step.worker, step.queued_at) == ("RUNNING", 1, "host:1", None)
    assert step.lease_until - step.started_at == timedelta(seconds=settings.LEASE_SECONDS)


def test_a_completion_keeps_result_action_and_logs_in_the_row_and_a_digest_in_the_log(world: World) -> None:
    activity = world.start(acting("a", actions=["yes"]))
    claim(activity, "a")

    runtime.record(
        activity.pk, done("a", action="yes", result={"iban": "DE02"}, logs=[{"level": "info", "text": "hi"}])
    )

    step, event = row(activity, "a"), activity.events.get(type="StepCompleted")
    assert (step.status, step.action, step.result, step.logs) == (
        "COMPLETED",
        "yes",
        {"iban": "DE02"},
        [{"level": "info", "text": "hi"}],
    )
    assert (step.lease_until, step.worker) == (None, "")
    assert event.data["result"] == {"digest": facts.digest({"iban": "DE02"})}
    assert "DE02" not in str(event.data)


def test_sequence_numbers_have_no_gaps(world: World) -> None:
    activity = world.play(world.start(*chain(5)))

    numbers = list(activity.events.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, activity.seq + 1))


def test_a_stale_event_writes_nothing(world: World) -> None:
    activity = world.start(*chain(2))
    claim(activity, "s0")
    before = (fresh(activity).seq, bytes(fresh(activity).state), Event.objects.count())

    recorded = runtime.record(activity.pk, done("s0", attempt=7))

    assert recorded.counted == [False]
    assert (fresh(activity).seq, bytes(fresh(activity).state), Event.objects.count()) == before


def test_what_was_decided_after_a_refused_event_is_refused_with_it(world: World) -> None:
    activity = world.start(builders.script("a"), builders.script("b"), builders.script("c"))
    claim(activity, "b")
    at = runtime.now()
    burst = [
        *(facts.StepStarted(at=at, step="a", attempt=1), done("a")),
        *(facts.StepStarted(at=at, step="b", attempt=1), done("b", result="mine")),
        *(facts.StepStarted(at=at, step="c", attempt=1), done("c")),
    ]

    recorded = runtime.record(activity.pk, *burst, chained=True)

    assert recorded.counted == [True, True, False, False, False, False]
    assert statuses(activity) == {"a": "COMPLETED", "b": "RUNNING", "c": "PENDING"}


def test_events_that_are_independent_count_each_for_itself(world: World) -> None:
    activity = world.start(*chain(1))

    recorded = runtime.record(
        activity.pk, done("s0", attempt=9), facts.StepStarted(at=runtime.now(), step="s0", attempt=1)
    )

    assert recorded.counted == [False, True]


def test_what_an_event_opens_happens_with_it_or_not_at_all(world: World) -> None:
    activity = world.start(*chain(1))
    opened: list[str] = []
    waiting = facts.StepWaiting(at=runtime.now(), step="s0", attempt=1, on="TASK")

    runtime.record(activity.pk, waiting, opening={0: lambda: opened.append("too early")})
    claim(activity, "s0")
    runtime.record(activity.pk, waiting, opening={0: lambda: opened.append("now")})

    assert opened == ["now"]
    assert row(activity, "s0").waiting_on == "TASK"


def test_what_cannot_be_opened_takes_its_event_with_it(world: World) -> None:
    activity = world.start(*chain(1))
    claim(activity, "s0")
    waiting = facts.StepWaiting(at=runtime.now(), step="s0", attempt=1, on="TASK")

    def breaks() -> None:
        raise RuntimeError("no task")

    with pytest.raises(RuntimeError):
        runtime.record(activity.pk, waiting, opening={0: breaks})

    assert (statuses(activity)["s0"], log(activity)[-1]) == ("RUNNING", "StepStarted s0")
    assert state(activity).phase(0) is Phase.RUNNING


def test_ready_steps_are_announced_after_the_commit(world: World) -> None:
    world.touching = {"b"}
    activity = world.start(builders.script("a"), builders.script("b"), builders.script("c", "a"))

    assert world.hints == [("drive", 1), ("drive", None)]  # what shares commits is one worker's
    world.lose_hints()
    runtime.record(activity.pk, facts.StepStarted(at=runtime.now(), step="a", attempt=1), done("a"))
    assert world.hints == [("drive", None)]


def test_a_caller_may_take_what_is_ready_on_itself(world: World) -> None:
    activity = world.start(*chain(2))
    world.lose_hints()

    recorded = runtime.record(
        activity.pk, facts.StepStarted(at=runtime.now(), step="s0", attempt=1), done("s0"), announce=False
    )

    assert (recorded.ready, world.hints) == ([1], [])


def test_a_step_that_became_ready_and_went_on_in_one_go_is_not_announced(world: World) -> None:
    activity = world.start(*chain(2))
    at = runtime.now()

    recorded = runtime.record(
        activity.pk,
        facts.StepStarted(at=at, step="s0", attempt=1),
        done("s0"),
        facts.StepStarted(at=at, step="s1", attempt=1),
    )

    assert recorded.ready == []


def test_a_default_that_stands_in_becomes_the_result_beside_the_error(world: World) -> None:
    world.answers["a"] = FAILS
    step = builders.script("a", onError={"action": "continue", "defaultOutput": {"total": 0}})

    activity = world.play(world.start(step))

    assert (row(activity, "a").status, row(activity, "a").result) == ("COMPLETED", {"total": 0})
    assert row(activity, "a").error["message"] == "it would not"


def test_earlier_tries_are_kept(world: World) -> None:
    world.answers["a"] = FAILS
    step = builders.script("a", executionPolicy={"maxAttempts": 3, "backoff": "immediate"})

    activity = world.play(world.start(step))

    tries = [
        (kept.attempt, kept.status, kept.error["message"]) for kept in Attempt.objects.order_by("attempt")
    ]
    assert tries == [(1, "FAILED", "it would not"), (2, "FAILED", "it would not")]
    assert (row(activity, "a").attempt, row(activity, "a").status) == (3, "FAILED")


def test_the_error_of_the_activity_is_that_of_the_first_failed_step_in_plan_order(world: World) -> None:
    world.answers |= {"a": FAILS, "b": FAILS}
    activity = world.start(builders.script("b"), builders.script("a"))

    activity = world.play(activity)

    assert activity.error["step"] == "b"
    assert activity.error["message"] == "it would not"


def test_an_activity_that_goes_on_again_forgets_how_it_had_ended(world: World) -> None:
    world.answers["s0"] = [FAILS, WAITS]
    activity = world.play(world.start(*chain(1)))
    assert (activity.status, activity.outcome, activity.finished_at is not None) == ("FAILED", "failed", True)

    runtime.record(activity.pk, facts.RetryRequested(at=runtime.now()))
    activity = world.play(activity)

    assert (activity.status, activity.outcome, activity.finished_at, activity.error) == (
        "RUNNING",
        "",
        None,
        None,
    )


def test_a_wait_until_an_instant_is_a_timer_row(world: World) -> None:
    from activities.steps import Completed, Waiting

    instant = runtime.now() + timedelta(hours=3)
    world.answers |= {"a": Waiting(on="TIMER", until=instant, result={"slept": 3}), "b": Completed(1)}
    activity = world.play(world.start(builders.script("a"), builders.script("b", "a")), until_timers=True)
    assert list(Timer.objects.values_list("position", "kind", "attempt", "due_at")) == [
        (0, "wake", 1, instant)
    ]

    activity = world.play(activity)

    assert (row(activity, "a").result, activity.status, Timer.objects.count()) == (
        {"slept": 3},
        "COMPLETED",
        0,
    )


def test_the_owner_is_told_of_a_failure_once(world: World, ann: Any, mailoutbox: Any) -> None:
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(1), by=ann))
    world.play(activity)

    assert [mail.to for mail in mailoutbox] == [["ann@northwind.example"]]
    assert "it would not" in mailoutbox[0].body
    assert Outbox.objects.filter(delivered_at=None).count() == 0


def test_a_completed_step_with_a_person_behind_it_names_the_person(world: World, ann: Any) -> None:
    from activities import services

    world.answers["s0"] = WAITS
    activity = world.play(world.start(*chain(1)))

    services.complete_step(activity.pk, "s0", run=1, action="go", result={}, by=ann)

    assert activity.events.get(type="StepCompleted").actor == ann
    assert not complete(activity, "s0")


def test_an_unknown_activity_is_unknown(db: None) -> None:
    with pytest.raises(ActivityUnknown), runtime.locked(uuid4()):
        raise AssertionError("never reached")


def test_the_log_line_of_a_transition_has_ids_and_no_payload(world: World, caplog: Any) -> None:
    activity = world.start(*chain(1))
    claim(activity, "s0")

    with caplog.at_level("DEBUG", logger="throughline.runtime"):
        runtime.record(activity.pk, done("s0", result={"iban": "DE02"}))

    assert str(activity.pk) in caplog.text
    assert "DE02" not in caplog.text
