"""After a failure: retries, backoff, onError, lost workers, timers (plan language 2.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.engine.effects import CloseWork, RunStep, SetTimer
from activities.engine.retries import MAX_DELAY_SECONDS, GiveUp, TryAgain, after_failure, delay
from activities.engine.state import ActivityStatus
from tests.activities.engine.words import (
    BACKOFF,
    CANCELLED,
    COMPLETED,
    FAILED,
    NOON,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    RUNNING,
    SKIPPED,
    WAITING,
    RetryPolicy,
    cancel,
    done,
    failed,
    fires,
    ignored,
    later,
    lost,
    pause,
    plan,
    play,
    rerun,
    resume,
    retry,
    run,
    started,
    step,
    waits,
)

AT_ONCE = RetryPolicy(max_attempts=3, backoff="immediate")
PATIENT = RetryPolicy(max_attempts=3, backoff="exponential", base_seconds=2)


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (RetryPolicy(backoff="immediate", base_seconds=9), [0, 0, 0, 0]),
        (RetryPolicy(backoff="linear", base_seconds=3), [3, 6, 9, 12]),
        (RetryPolicy(backoff="exponential", base_seconds=1.5), [1.5, 3, 6, 12]),
        (RetryPolicy(backoff="exponential", base_seconds=0), [0, 0, 0, 0]),
        (RetryPolicy(backoff="linear", base_seconds=3000), [3000, 3600, 3600, 3600]),
    ],
)
def test_the_wait_grows_as_the_policy_says(policy: RetryPolicy, delays: list[float]) -> None:
    assert [delay(policy, failures) for failures in range(1, 5)] == delays


def test_the_wait_never_exceeds_an_hour() -> None:
    assert delay(RetryPolicy(base_seconds=1), 10_000) == MAX_DELAY_SECONDS


@pytest.mark.parametrize(
    ("failures", "kind", "exhausted", "verdict"),
    [
        (1, "business", "fail", TryAgain(2)),
        (2, "timeout", "fail", TryAgain(4)),
        (3, "business", "fail", GiveUp("fail")),
        (3, "timeout", "skip", GiveUp("skip")),
        (3, "business", "default", GiveUp("default")),
        (1, "system", "default", GiveUp("fail")),
        (3, "system", "skip", GiveUp("fail")),
    ],
)
def test_a_failure_is_judged(failures: int, kind: str, exhausted: str, verdict: object) -> None:
    policy = RetryPolicy(max_attempts=3, base_seconds=2, exhausted=exhausted)

    assert after_failure(policy, failures=failures, kind=kind) == verdict


@pytest.mark.parametrize(("asked", "waited"), [(None, 2), (1, 2), (30, 30), (1e9, 3600)])
def test_the_other_side_may_ask_for_more_time_but_not_for_less(asked: float | None, waited: float) -> None:
    assert after_failure(PATIENT, failures=1, kind="business", retry_after=asked) == TryAgain(waited)


def test_a_failure_for_good_fails_the_step_and_blocks_what_follows() -> None:
    played = play(plan("a", "b<-a"), failed("a"))

    assert played.phases == {"a": FAILED, "b": PENDING}
    assert played.endings == ["FAILED"]


@pytest.mark.parametrize(
    ("exhausted", "phase", "after"),
    [("fail", FAILED, PENDING), ("skip", SKIPPED, QUEUED), ("default", COMPLETED, QUEUED)],
)
def test_what_a_failure_for_good_becomes(exhausted: str, phase: object, after: object) -> None:
    a = step("a", retry=RetryPolicy(exhausted=exhausted))

    assert run(plan(a, "b<-a"), failed("a")) == {"a": phase, "b": after}


def test_a_default_that_stands_in_has_no_action() -> None:
    played = play(plan(step("a", retry=RetryPolicy(exhausted="default")), "b<-a:x"), failed("a"))

    assert (played.actions, played.phases["b"]) == ({}, NOT_TAKEN)


@pytest.mark.parametrize("exhausted", ["skip", "default"])
def test_a_system_error_is_not_caught(exhausted: str) -> None:
    a = step("a", retry=RetryPolicy(max_attempts=3, exhausted=exhausted))

    assert run(plan(a), failed("a", "system"))["a"] is FAILED


def test_tries_without_backoff_follow_at_once() -> None:
    played = play(plan(step("a", retry=AT_ONCE)), failed("a"), failed("a"))

    assert (played.phases["a"], played.attempt("a")) == (QUEUED, 2)
    assert played.asked == [RunStep(0)] * 3
    done("a")(played)
    assert played.status is ActivityStatus.COMPLETED


def test_backoff_sets_a_timer_and_the_timer_queues() -> None:
    played = play(plan(step("a", retry=PATIENT)), failed("a"))

    assert played.phases["a"] is BACKOFF
    assert played.asked[-1] == SetTimer(0, "backoff", 1, NOON + timedelta(seconds=2))
    fires("a", "backoff")(played)
    assert played.phases["a"] is QUEUED


def test_a_step_in_backoff_keeps_the_activity_going() -> None:
    played = play(plan(step("a", retry=PATIENT), "b"), failed("a"), done("b"))

    assert played.status is ActivityStatus.RUNNING


def test_a_backoff_timer_of_an_earlier_try_is_stale() -> None:
    play(
        plan(step("a", retry=PATIENT)),
        failed("a"),
        fires("a", "backoff"),
        failed("a"),
        ignored(fires("a", "backoff", attempt=1)),
        fires("a", "backoff", attempt=2),
    )


def test_attempts_are_counted_over_runs_and_failures_within_one() -> None:
    played = play(plan(step("a", retry=AT_ONCE)), failed("a"), failed("a"), failed("a"))
    assert played.phases["a"] is FAILED

    retry("a")(played)
    failed("a")(played)

    assert (played.phases["a"], played.attempt("a"), played.run_of("a")) == (QUEUED, 4, 2)


def test_a_result_of_an_old_attempt_is_refused() -> None:
    play(plan(step("a", retry=AT_ONCE)), failed("a"), started("a"), ignored(done("a", attempt=1)), done("a"))


@pytest.mark.parametrize("event", [done("a"), failed("a"), waits("a"), lost("a")])
def test_a_step_that_has_ended_hears_of_nothing_more(event: Any) -> None:
    play(plan("a", "b"), done("a"), ignored(event))


def test_a_step_is_claimed_once() -> None:
    from activities.engine.events import StepStarted

    played = play(plan("a"), started("a"))

    assert not played.take(StepStarted(at=NOON, step="a", attempt=1))
    assert not played.take(StepStarted(at=NOON, step="a", attempt=2))


def test_a_try_that_fails_while_the_activity_is_paused_waits_for_the_resume() -> None:
    played = play(plan(step("a", retry=AT_ONCE)), started("a"), pause(), failed("a"))
    assert played.phases["a"] is PENDING

    asked = len(played.asked)
    resume()(played)

    assert played.phases["a"] is QUEUED
    assert played.asked[asked:] == [RunStep(0)]


def test_a_backoff_that_ends_in_a_pause_waits_for_the_resume() -> None:
    played = play(plan(step("a", retry=PATIENT)), failed("a"), pause(), fires("a", "backoff"))
    assert (played.phases["a"], played.status) == (PENDING, ActivityStatus.PAUSED)

    resume()(played)

    assert played.phases["a"] is QUEUED


# -- workers that die --------------------------------------------------------------------------------------------------


def test_a_lost_worker_is_replaced() -> None:
    played = play(plan("a"), lost("a"))

    assert (played.phases["a"], played.asked[-1]) == (QUEUED, RunStep(0))
    done("a")(played)
    assert (played.attempt("a"), played.status) == (2, ActivityStatus.COMPLETED)


def test_three_losses_in_a_row_fail_the_step() -> None:
    assert run(plan("a"), lost("a"), lost("a"), lost("a"))["a"] is FAILED


def test_losses_are_no_attempts_of_the_policy() -> None:
    a = step("a", retry=RetryPolicy(max_attempts=2, backoff="immediate"))

    assert run(plan(a), lost("a"), lost("a"), failed("a"))["a"] is QUEUED


@pytest.mark.parametrize("between", [failed("a"), waits("a")])
def test_a_sign_of_life_ends_the_row_of_losses(between: Any) -> None:
    a = step("a", retry=AT_ONCE, timeout=60)
    played = play(plan(a), lost("a"), lost("a"), between)
    if played.phases["a"] is WAITING:
        fires("a", "timeout")(played)

    lost("a")(played)

    assert played.phases["a"] is QUEUED


def test_a_loss_does_not_go_round_what_would_catch_it() -> None:
    """A dead worker is no business failure: onError does not apply."""
    a = step("a", retry=RetryPolicy(exhausted="skip"))

    assert run(plan(a), lost("a"), lost("a"), lost("a"))["a"] is FAILED


def test_a_loss_in_a_pause_waits_for_the_resume() -> None:
    played = play(plan("a"), started("a"), pause(), lost("a"))
    assert played.phases["a"] is PENDING

    resume()(played)

    assert played.phases["a"] is QUEUED


def test_the_late_result_of_a_lost_worker_is_refused() -> None:
    play(plan("a"), lost("a"), started("a"), ignored(done("a", attempt=1)), done("a", attempt=2))


def test_a_waiting_step_has_no_worker_to_lose() -> None:
    play(plan("a"), waits("a"), ignored(lost("a")))


# -- waiting and timers ------------------------------------------------------------------------------------------------


def test_a_wait_until_an_instant_ends_by_its_timer() -> None:
    until = NOON + timedelta(minutes=5)
    played = play(plan("a", "b<-a"), waits("a", "TIMER", until=until))
    assert played.asked[-1] == SetTimer(0, "wake", 1, until)

    fires("a", "wake")(played)

    assert played.phases == {"a": COMPLETED, "b": QUEUED}


def test_a_wait_ends_by_its_timeout() -> None:
    played = play(plan(step("a", timeout=90)), later(10), waits("a"))
    assert played.asked[-1] == SetTimer(0, "timeout", 1, NOON + timedelta(seconds=100))

    fires("a", "timeout")(played)

    assert played.phases["a"] is FAILED
    assert CloseWork(0, "failed") in played.asked


@pytest.mark.parametrize(("until", "kind", "due"), [(80, "wake", 80), (90, "wake", 90), (91, "timeout", 90)])
def test_a_wait_for_a_time_beyond_the_timeout_ends_by_it(until: int, kind: str, due: int) -> None:
    played = play(plan(step("a", timeout=90)), waits("a", until=NOON + timedelta(seconds=until)))

    assert played.asked[-1] == SetTimer(0, kind, 1, NOON + timedelta(seconds=due))


def test_a_timeout_is_tried_again() -> None:
    played = play(plan(step("a", timeout=90, retry=PATIENT)), waits("a"), fires("a", "timeout"))

    assert played.phases["a"] is BACKOFF
    assert CloseWork(0, "failed") in played.asked


def test_a_wait_without_a_limit_sets_no_timer() -> None:
    assert play(plan("a"), waits("a")).asked == [RunStep(0)]


@pytest.mark.parametrize("kind", ["wake", "timeout"])
def test_a_timer_of_a_step_that_went_on_is_stale(kind: str) -> None:
    play(plan(step("a", timeout=5), "b"), waits("a"), done("a"), ignored(fires("a", kind)))


@pytest.mark.parametrize("kind", ["wake", "timeout", "backoff"])
def test_a_timer_does_not_touch_a_step_that_runs(kind: str) -> None:
    play(plan("a"), started("a"), ignored(fires("a", kind)))


def test_a_timer_of_an_earlier_run_is_stale() -> None:
    played = play(plan(step("a", timeout=5)), waits("a"), done("a"), rerun("a"), waits("a"))

    ignored(fires("a", "timeout", attempt=1))(played)

    assert played.phases["a"] is WAITING


def test_a_timer_after_a_cancel_is_stale() -> None:
    assert run(plan(step("a", timeout=5)), waits("a"), cancel(), ignored(fires("a", "timeout"))) == {
        "a": CANCELLED
    }


def test_a_waiting_step_is_completed_by_whoever_has_its_attempt() -> None:
    assert run(plan("a", "b<-a:yes"), waits("a"), done("a", "yes")) == {"a": COMPLETED, "b": QUEUED}


def test_a_step_that_waits_runs_on_in_a_pause() -> None:
    played = play(plan("a", "b<-a"), waits("a"), pause(), done("a"))

    assert played.phases == {"a": COMPLETED, "b": PENDING}
    resume()(played)
    assert played.phases["b"] is QUEUED


def test_a_running_step_may_skip_itself() -> None:
    from tests.activities.engine.words import skips_itself

    assert run(plan("a", "b<-a"), started("a"), skips_itself("a")) == {"a": SKIPPED, "b": QUEUED}
    assert run(plan("a"), started("a"))["a"] is RUNNING
