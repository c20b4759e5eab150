"""A step for which there is no room is given back, and called again: no try, no failure (plan language 4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.engine.draft import Change
from activities.engine.effects import CloseWork, RunStep, SetTimer
from tests.activities.engine.words import (
    BACKOFF,
    CANCELLED,
    COMPLETED,
    FAILED,
    NOON,
    PENDING,
    QUEUED,
    RUNNING,
    RetryPolicy,
    cancel,
    created,
    deferred,
    done,
    failed,
    fires,
    ignored,
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

ONCE_MORE = RetryPolicy(max_attempts=2, backoff="immediate")


def test_it_waits_for_a_timer_and_holds_nobody_up() -> None:
    played = play(plan("a", "b", "c<-a"), deferred("a"), done("b"))

    assert played.phases == {"a": BACKOFF, "b": COMPLETED, "c": PENDING}
    assert SetTimer(0, "slot", 1, NOON + timedelta(seconds=5)) in played.asked
    assert played.decisions[2].changes == (Change(0, RUNNING, BACKOFF, "deferred"),)


def test_when_it_is_called_it_is_claimed_again() -> None:
    played = play(plan("a"), deferred("a"), fires("a", "slot"))

    assert (played.phases["a"], played.asked[-1]) == (QUEUED, RunStep(0))
    assert run(plan("a"), deferred("a"), fires("a", "slot"), done("a")) == {"a": COMPLETED}


def test_waiting_counts_neither_as_a_try_nor_as_a_failure() -> None:
    word = (deferred("a"), fires("a", "slot"))

    played = play(plan(step("a", retry=ONCE_MORE)), *word * 5, failed("a"), *word * 5)

    assert played.phases["a"] is QUEUED
    assert played.state.extra(0).failures == 1
    failed("a")(played)
    assert played.phases["a"] is FAILED


def test_whoever_gives_it_back_lives() -> None:
    words = (lost("a"), lost("a"), deferred("a"), fires("a", "slot"), lost("a"), lost("a"))

    assert run(plan("a"), *words) == {"a": QUEUED}


@pytest.mark.parametrize("kind", ["wake", "timeout"])
def test_only_its_own_timer_calls_it(kind: str) -> None:
    play(plan(step("a", timeout=1)), deferred("a"), ignored(fires("a", kind)))


def test_a_call_of_an_earlier_claim_is_stale() -> None:
    play(
        plan("a"),
        deferred("a"),
        fires("a", "slot"),
        ignored(fires("a", "slot")),
        deferred("a"),
        ignored(fires("a", "slot", attempt=1)),
        fires("a", "slot", attempt=2),
        started("a"),
        ignored(fires("a", "slot")),
    )


@pytest.mark.parametrize("before", [waits("a"), done("a"), cancel(), deferred("a")])
def test_only_a_running_step_is_given_back(before: Any) -> None:
    play(plan("a", "b"), before, ignored(deferred("a")))


def test_a_cancel_takes_it_out_of_its_line() -> None:
    played = play(plan("a"), deferred("a"), cancel())

    assert (played.phases, CloseWork(0, "cancelled") in played.asked) == ({"a": CANCELLED}, True)
    ignored(fires("a", "slot"))(played)


def test_a_retry_after_a_cancel_asks_again() -> None:
    words = (deferred("a"), cancel(), retry(), ignored(fires("a", "slot", attempt=1)), done("a"))

    assert run(plan("a"), *words) == {"a": COMPLETED}


def test_a_rerun_above_it_takes_it_out_of_its_line() -> None:
    played = play(plan("a", "b<-a"), done("a"), deferred("b"), rerun("a"))

    assert played.phases == {"a": QUEUED, "b": PENDING}
    assert CloseWork(1, "done again") in played.asked


def test_called_in_a_pause_it_waits_for_the_resume() -> None:
    played = play(plan("a"), deferred("a"), pause(), fires("a", "slot"))
    assert played.phases == {"a": PENDING}

    resume()(played)

    assert played.phases == {"a": QUEUED}


def test_an_activity_with_a_waiting_step_does_not_end() -> None:
    played = play(plan("a", "b"), deferred("a"), failed("b"), pause())

    assert played.endings == []


def test_the_log_of_it_folds_to_the_same_state() -> None:
    played = play(plan("a", "b<-a"), deferred("a"), fires("a", "slot"), deferred("a"), fires("a", "slot"))
    again = created(played.graph)

    for event in played.log:
        again.take(event)

    assert again.state == played.state
