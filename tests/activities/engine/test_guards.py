"""What stands before a step: bypass, then what somebody must evaluate, and what becomes of the verdict."""

from __future__ import annotations

import pytest

from activities.engine.decide import ImpossibleEvent
from activities.engine.effects import EvaluateGuard, RunStep
from activities.engine.events import GuardEvaluated, StepStarted
from activities.engine.state import ActivityStatus
from tests.activities.engine.words import (
    COMPLETED,
    FAILED,
    GUARDING,
    NOON,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    SKIPPED,
    cancel,
    created,
    done,
    failed,
    ignored,
    judged,
    pause,
    plan,
    play,
    rerun,
    resume,
    retry,
    run,
    skips_itself,
    started,
    step,
)


def test_a_plain_step_is_run_and_a_guarded_one_is_evaluated_first() -> None:
    played = play(plan("a", step("b", guarded=True)))

    assert played.phases == {"a": QUEUED, "b": GUARDING}
    assert played.asked == [RunStep(0), EvaluateGuard(1)]


def test_bypass_comes_before_what_would_be_evaluated() -> None:
    played = play(plan(step("a", bypass=True, guarded=True), "b<-a"))

    assert played.phases == {"a": SKIPPED, "b": QUEUED}
    assert played.asked == [RunStep(1)]


def test_dependencies_come_before_bypass() -> None:
    graph = plan("a", step("b<-a:x", bypass=True), step("c<-a", bypass=True))

    assert run(graph) == {"a": QUEUED, "b": PENDING, "c": PENDING}
    assert run(graph, done("a", "y")) == {"a": COMPLETED, "b": NOT_TAKEN, "c": SKIPPED}
    assert run(graph, failed("a")) == {"a": FAILED, "b": PENDING, "c": PENDING}


@pytest.mark.parametrize(
    ("verdict", "phase"), [("run", QUEUED), ("skip", SKIPPED), ("not_taken", NOT_TAKEN), ("fail", FAILED)]
)
def test_a_verdict_moves_the_step(verdict: str, phase: object) -> None:
    assert run(plan(step("a", guarded=True)), judged("a", verdict))["a"] is phase


def test_a_failure_to_resolve_is_nobodys_to_catch() -> None:
    """A missing path is a system error: no retry, no default."""
    from tests.activities.engine.words import RetryPolicy

    patient = step("a", guarded=True, retry=RetryPolicy(max_attempts=5, exhausted="default"))

    assert run(plan(patient), judged("a", "fail"))["a"] is FAILED


def test_a_lazy_reference_is_waited_for_and_evaluated_again() -> None:
    graph = plan("a", step("b", lazy=("a",)))

    waiting = play(graph, started("a"), judged("b", "needs", needs=("a",)))
    assert waiting.phases["b"] is PENDING

    done("a")(waiting)
    assert waiting.phases["b"] is GUARDING
    assert waiting.asked[-1] == EvaluateGuard(1)


def test_a_lazy_reference_to_a_failure_blocks() -> None:
    graph = plan("a", step("b", lazy=("a",)))

    played = play(graph, judged("b", "needs", needs=("a",)), failed("a"))

    assert (played.phases["b"], played.status) == (PENDING, ActivityStatus.FAILED)


@pytest.mark.parametrize("settled", [done("a"), skips_itself("a")])
def test_what_a_lazy_reference_needs_may_have_settled_meanwhile(settled: object) -> None:
    graph = plan("a", step("b", lazy=("a",)))

    played = play(graph, settled, judged("b", "needs", needs=("a",)))  # type: ignore[arg-type]

    assert played.phases["b"] is GUARDING


def test_needs_add_to_the_written_dependencies() -> None:
    graph = plan("a", "c", step("b<-c", lazy=("a",)))

    played = play(graph, done("c"), judged("b", "needs", needs=("a",)))
    assert played.phases["b"] is PENDING

    done("a")(played)
    assert played.phases["b"] is GUARDING


def test_a_step_done_again_forgets_what_it_needed() -> None:
    graph = plan("choice", "a", step("b<-choice", lazy=("a",)))
    played = play(graph, done("choice"), judged("b", "needs", needs=("a",)), failed("a"))
    assert played.phases["b"] is PENDING

    rerun("choice")(played)
    done("choice")(played)

    assert played.phases["b"] is GUARDING  # this time it may need another step


def test_a_retry_of_what_comes_before_forgets_what_a_step_needed() -> None:
    graph = plan("choice", "a", step("b<-choice?", lazy=("a", "choice")))
    played = play(graph, done("choice"), judged("b", "needs", needs=("a",)), failed("a"))

    rerun("choice")(played)
    failed("choice")(played)
    retry("choice")(played)
    done("choice")(played)

    assert played.phases["b"] is GUARDING


def test_a_verdict_counts_once() -> None:
    play(plan(step("a", guarded=True)), judged("a"), ignored(judged("a", "skip")))


def test_a_verdict_of_an_earlier_run_is_stale() -> None:
    graph = plan(step("a", guarded=True), "b<-a")

    play(
        graph,
        judged("a"),
        done("a"),
        rerun("a"),
        ignored(judged("a", "skip", of_run=1)),
        judged("a", "run", of_run=2),
    )


def test_a_verdict_on_an_input_that_is_being_made_again_is_stale() -> None:
    """Evaluated before a pause, told after what it read was done again."""
    graph = plan("a", step("b<-a", guarded=True))
    played = play(graph, done("a"), pause())
    assert played.phases["b"] is PENDING

    rerun("a")(played)
    resume()(played)
    done("a")(played)
    ignored(judged("b", "skip", of_run=1))(played)

    assert played.phases["b"] is GUARDING


def test_a_verdict_after_a_pause_is_stale() -> None:
    play(plan(step("a", guarded=True)), pause(), ignored(judged("a")))


def test_a_verdict_after_a_cancel_is_stale() -> None:
    play(plan(step("a", guarded=True)), cancel(), ignored(judged("a")))


def test_nothing_happens_before_the_activity_begins() -> None:
    played = created(plan("a", step("b", guarded=True)))

    assert not played.take(StepStarted(at=NOON, step="a", attempt=1))
    assert not played.take(GuardEvaluated(at=NOON, step="b", run=1, verdict="run"))


def test_a_step_that_the_plan_does_not_have_is_a_bug() -> None:
    with pytest.raises(ImpossibleEvent, match="no step 'nope'"):
        play(plan("a")).take(StepStarted(at=NOON, step="nope", attempt=1))
