"""How an activity ends: when nothing runs and nothing can, and with which status."""

from __future__ import annotations

from typing import Any

import pytest

from activities.engine import events
from activities.engine.decide import outcome_of
from activities.engine.effects import EvaluateOutput, FinishActivity
from activities.engine.state import ActivityStatus
from tests.activities.engine.words import (
    CANCELLED,
    COMPLETED,
    FAILED,
    NOON,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    SKIPPED,
    FanOut,
    RetryPolicy,
    cancel,
    created,
    documents,
    done,
    evaluated,
    failed,
    ignored,
    opened,
    pause,
    plan,
    play,
    retry,
    skips_itself,
    started,
    step,
    waits,
)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((done("a"), done("b")), "COMPLETED"),
        ((done("a"), skips_itself("b")), "COMPLETED"),
        ((failed("a"), done("b")), "FAILED"),
        ((done("a"), failed("b")), "FAILED"),
        ((cancel(),), "CANCELLED"),
        ((failed("a"), cancel()), "CANCELLED"),  # a person's word, whatever failed before it
    ],
)
def test_it_ends_by_its_steps(words: Any, status: str) -> None:
    played = play(plan("a", "b"), *words)

    assert (str(played.status), played.endings) == (status, [status])


@pytest.mark.parametrize(
    ("phases", "status"),
    [
        ([COMPLETED, SKIPPED, NOT_TAKEN], ActivityStatus.COMPLETED),
        ([COMPLETED, FAILED, CANCELLED], ActivityStatus.FAILED),
        ([COMPLETED, CANCELLED, PENDING], ActivityStatus.CANCELLED),
        ([], ActivityStatus.COMPLETED),
    ],
)
def test_a_failure_outweighs_a_cancelled_step(phases: list[int], status: ActivityStatus) -> None:
    assert outcome_of(bytes(phases)) is status


def test_a_plan_without_steps_ends_where_it_begins() -> None:
    assert play(plan()).endings == ["COMPLETED"]


def test_a_plan_of_dead_and_bypassed_steps_ends_where_it_begins() -> None:
    assert play(plan(step("a", bypass=True), step("b<-a", bypass=True))).endings == ["COMPLETED"]


@pytest.mark.parametrize(
    "words",
    [
        (),  # queued
        (started("a"),),
        (waits("a"),),
        (opened("a", 3),),
        (opened("a", 3), documents("a", completed=1)),  # done with the first, the rest goes on
        (failed("a"),),  # to be tried again
    ],
)
def test_it_goes_on_while_a_step_is_under_way(words: Any) -> None:
    a = step("a", retry=RetryPolicy(max_attempts=2), fan_out=FanOut("ANY_COMPLETED"))

    played = play(plan(a, "b"), done("b"), *words)

    assert (played.status, played.endings) == (ActivityStatus.RUNNING, [])


def test_it_goes_on_while_a_step_is_judged() -> None:
    assert play(plan(step("a", guarded=True), "b"), done("b")).status is ActivityStatus.RUNNING


def test_every_end_is_told_once() -> None:
    played = play(plan("a"), failed("a"), retry(), failed("a"), retry(), done("a"))

    assert played.endings == ["FAILED", "FAILED", "COMPLETED"]


def test_it_ends_with_the_last_document() -> None:
    any_completed = plan(step("a", fan_out=FanOut("ANY_COMPLETED")))

    played = play(any_completed, opened("a", 2), documents("a", completed=1), documents("a", failed=1))

    assert played.endings == ["COMPLETED"]


# -- where the plan has an output --------------------------------------------------------------------------------------


def test_the_value_of_the_output_is_asked_for_first() -> None:
    played = play(plan("a", output=True), done("a"))

    assert (played.asked[-1], played.status, played.endings) == (EvaluateOutput(), ActivityStatus.RUNNING, [])
    evaluated("COMPLETED")(played)
    assert played.endings == ["COMPLETED"]


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "CANCELLED"])
def test_the_output_says_how_it_ends(status: str) -> None:
    played = play(plan("a", output=True), failed("a"), evaluated(status))

    assert str(played.status) == status
    assert played.asked[-1] == FinishActivity(ActivityStatus(status))


def test_an_output_counts_once() -> None:
    play(plan("a", output=True), done("a"), evaluated("COMPLETED"), ignored(evaluated("FAILED")))


def test_an_output_is_stale_while_something_runs() -> None:
    played = play(plan("a", "b", output=True), done("a"), ignored(evaluated("COMPLETED")))

    assert played.status is ActivityStatus.RUNNING


def test_an_output_from_before_a_retry_is_stale() -> None:
    played = play(plan("a", output=True), failed("a"), retry(), ignored(evaluated("FAILED")))

    assert played.phases["a"] is QUEUED


def test_an_output_is_stale_while_a_pause_holds_a_retried_step_back() -> None:
    graph = plan("a", "b", output=True)
    played = play(graph, started("a"), started("b"), pause(), done("b"), failed("a"), retry())
    assert played.phases["a"] is PENDING

    ignored(evaluated("FAILED"))(played)

    assert played.status is ActivityStatus.PAUSED


def test_a_cancel_ends_it_without_an_output() -> None:
    played = play(plan("a", output=True), cancel())

    assert (played.phases["a"], played.endings) == (CANCELLED, ["CANCELLED"])
    assert EvaluateOutput() not in played.asked


def test_an_output_is_evaluated_in_a_pause_when_nothing_is_left() -> None:
    played = play(plan("a", output=True), started("a"), pause(), done("a"))

    assert played.asked[-1] == EvaluateOutput()
    evaluated("COMPLETED")(played)
    assert played.endings == ["COMPLETED"]


def test_an_output_before_the_beginning_is_stale() -> None:
    from activities.engine.events import OutputEvaluated

    assert not created(plan("a", output=True)).take(
        OutputEvaluated(at=NOON, status="COMPLETED", outcome="success")
    )


@pytest.mark.parametrize("words", [(), (started("a"),), (done("a"),), (cancel(),), (pause(),)])
def test_a_name_moves_nothing_and_asks_for_nothing(words: Any) -> None:
    played = play(plan("a", output=True), *words)
    before, asked = played.state, list(played.asked)

    assert played.take(events.ActivityNamed(at=NOON, title="Another"))

    assert (played.state, played.asked) == (before, asked)
    assert played.decisions[-1].changes == ()
