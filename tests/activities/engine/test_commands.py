"""What people may ask of an activity: pause, resume, cancel, retry, rerun, skip, replan (plan language 4)."""

from __future__ import annotations

from typing import Any

import pytest

from activities.engine.effects import CloseWork, FinishActivity, RunStep
from activities.engine.events import (
    CancelRequested,
    PauseRequested,
    Replanned,
    RerunRequested,
    ResumeRequested,
    RetryRequested,
    SkipRequested,
)
from activities.engine.state import ActivityStatus
from tests.activities.engine.words import (
    CANCELLED,
    COMPLETED,
    FAILED,
    GUARDING,
    NOON,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    RUNNING,
    SKIPPED,
    WAITING,
    RetryPolicy,
    cancel,
    created,
    done,
    failed,
    ignored,
    judged,
    lost,
    pause,
    plan,
    play,
    replan,
    rerun,
    resume,
    retry,
    run,
    skip,
    started,
    step,
    waits,
)

CHAIN = plan("a", "b<-a", "c<-b")


# -- pause and resume --------------------------------------------------------------------------------------------------


def test_a_pause_lets_running_steps_end_and_starts_none() -> None:
    played = play(plan("a", "b", "c<-a"), started("a"), pause())
    assert (played.status, played.phases) == (
        ActivityStatus.PAUSED,
        {"a": RUNNING, "b": PENDING, "c": PENDING},
    )

    done("a")(played)

    assert played.phases == {"a": COMPLETED, "b": PENDING, "c": PENDING}
    assert played.status is ActivityStatus.PAUSED


def test_a_queued_step_cannot_be_claimed_in_a_pause() -> None:
    from activities.engine.events import StepStarted

    assert not play(plan("a"), pause()).take(StepStarted(at=NOON, step="a", attempt=1))


def test_a_resume_starts_what_was_held_back() -> None:
    played = play(plan("a", step("b", guarded=True), "c<-a"), started("a"), pause(), done("a"), resume())

    assert played.phases == {"a": COMPLETED, "b": GUARDING, "c": QUEUED}
    assert played.status is ActivityStatus.RUNNING


def test_dead_branches_settle_in_a_pause() -> None:
    assert run(plan("a", "b<-a:x"), started("a"), pause(), done("a"))["b"] is NOT_TAKEN


def test_a_paused_activity_ends_when_nothing_is_left() -> None:
    played = play(plan("a", "b<-a:x"), started("a"), pause(), done("a"))

    assert (played.status, played.endings) == (ActivityStatus.COMPLETED, ["COMPLETED"])


def test_a_paused_activity_with_something_ready_goes_on_after_a_failure_elsewhere() -> None:
    played = play(plan("a", "b"), started("a"), pause(), failed("a"))

    assert played.status is ActivityStatus.PAUSED
    resume()(played)
    assert played.phases == {"a": FAILED, "b": QUEUED}


# -- cancel ------------------------------------------------------------------------------------------------------------


def test_cancel_settles_what_is_pending_and_stops_what_runs() -> None:
    graph = plan(
        "done", "running", "waiting", "again", "queued", step("guarding", guarded=True), "pending<-running"
    )
    played = play(graph, done("done"), started("running"), waits("waiting"), cancel())

    assert played.phases == dict.fromkeys(played.phases, CANCELLED) | {"done": COMPLETED}
    assert played.status is ActivityStatus.CANCELLED
    assert played.asked[-2:] == [CloseWork(2, "cancelled"), FinishActivity(ActivityStatus.CANCELLED)]


def test_the_reason_of_a_cancel_goes_to_the_open_work() -> None:
    assert CloseWork(0, "wrong file") in play(plan("a"), waits("a"), cancel("wrong file")).asked


def test_cancel_keeps_failed_skipped_and_dead_steps_as_they_are() -> None:
    graph = plan("a", step("b", bypass=True), "c<-d:x", "d", "e")

    assert run(graph, failed("a"), done("d"), cancel()) == {
        "a": FAILED,
        "b": SKIPPED,
        "c": NOT_TAKEN,
        "d": COMPLETED,
        "e": CANCELLED,
    }


@pytest.mark.parametrize("late", [done("a"), failed("a"), lost("a"), waits("a")])
def test_results_after_a_cancel_are_refused(late: Any) -> None:
    played = play(CHAIN, started("a"), cancel())

    ignored(late)(played)

    assert played.endings == ["CANCELLED"]


def test_an_activity_that_has_not_begun_can_be_cancelled() -> None:
    played = created(CHAIN)

    assert played.take(CancelRequested(at=NOON))
    assert (played.status, set(played.phases.values())) == (ActivityStatus.CANCELLED, {CANCELLED})


def test_a_paused_activity_can_be_cancelled() -> None:
    assert play(CHAIN, pause(), cancel()).status is ActivityStatus.CANCELLED


# -- retry -------------------------------------------------------------------------------------------------------------


def test_retry_runs_failed_steps_again_and_keeps_completed_work() -> None:
    played = play(CHAIN, done("a"), failed("b"), retry())

    assert played.phases == {"a": COMPLETED, "b": QUEUED, "c": PENDING}
    assert (played.status, played.run_of("a"), played.run_of("b")) == (ActivityStatus.RUNNING, 1, 2)


def test_retry_takes_up_a_cancelled_activity() -> None:
    played = play(CHAIN, done("a"), started("b"), cancel(), retry())

    assert played.phases == {"a": COMPLETED, "b": QUEUED, "c": PENDING}


def test_retry_of_one_step_leaves_the_others_failed() -> None:
    played = play(plan("a", "b", "c<-a", "d<-b"), failed("a"), failed("b"), retry("a"))

    assert played.phases == {"a": QUEUED, "b": FAILED, "c": PENDING, "d": PENDING}
    done("a")(played)
    done("c")(played)
    assert (played.status, played.endings) == (ActivityStatus.FAILED, ["FAILED", "FAILED"])


def test_retry_while_other_branches_run() -> None:
    played = play(plan("a", "b"), failed("a"), started("b"), retry("a"))

    assert played.phases == {"a": QUEUED, "b": RUNNING}


def test_retry_of_a_step_that_another_holds_up_waits_for_it() -> None:
    played = play(CHAIN, cancel(), retry("b"))
    assert (played.phases["b"], played.status) == (PENDING, ActivityStatus.CANCELLED)

    retry("a")(played)
    done("a")(played)

    assert played.phases["b"] is QUEUED


def test_retry_leaves_a_paused_activity_paused() -> None:
    played = play(plan("a", "b"), started("b"), failed("a"), pause(), retry())

    assert (played.status, played.phases["a"]) == (ActivityStatus.PAUSED, PENDING)


def test_retry_does_not_wake_a_branch_that_another_step_has_ruled_out() -> None:
    graph = plan("a", "gate", "b<-a,gate:go")
    played = play(graph, done("gate", "stay"), failed("a"))
    assert played.phases["b"] is NOT_TAKEN

    retry("a")(played)

    assert (played.phases["b"], played.run_of("b")) == (NOT_TAKEN, 1)


def test_a_verdict_that_hung_on_the_failure_is_taken_back() -> None:
    """`b` ran because a reference of its skipIf to a failed step skips nothing; it may be otherwise now."""
    graph = plan("a", step("b", skip_reads=("a",)), "c<-b")
    played = play(graph, failed("a"), judged("b", "run"), done("b"), done("c"))

    retry("a")(played)

    assert played.phases == {"a": QUEUED, "b": PENDING, "c": PENDING}
    assert (played.run_of("b"), played.run_of("c")) == (2, 2)


def test_work_that_hung_on_the_failure_is_withdrawn() -> None:
    graph = plan("a", step("b", skip_reads=("a",)))
    played = play(graph, failed("a"), judged("b", "run"), waits("b"), retry("a"))

    assert CloseWork(1, "done again") in played.asked


# -- rerun -------------------------------------------------------------------------------------------------------------


def test_rerun_does_a_step_and_all_after_it_again() -> None:
    played = play(plan("a", "b<-a", "c<-b", "d"), done("d"), done("a"), done("b"), done("c"))
    assert played.status is ActivityStatus.COMPLETED

    rerun("b")(played)

    assert played.phases == {"a": COMPLETED, "b": QUEUED, "c": PENDING, "d": COMPLETED}
    assert [played.run_of(slug) for slug in "abcd"] == [1, 2, 2, 1]
    assert played.status is ActivityStatus.RUNNING


def test_rerun_may_take_another_branch() -> None:
    played = play(plan("a", "b<-a:x", "c<-a:y"), done("a", "x"), done("b"))
    assert played.phases["c"] is NOT_TAKEN

    rerun("a")(played)
    assert played.actions == {}
    done("a", "y")(played)

    assert played.phases == {"a": COMPLETED, "b": NOT_TAKEN, "c": QUEUED}


@pytest.mark.parametrize(
    ("before", "phase"),
    [((done("a"),), QUEUED), ((failed("a"),), QUEUED), ((cancel(),), QUEUED)],
)
def test_rerun_of_a_step_however_it_ended(before: Any, phase: object) -> None:
    assert run(plan("a"), *before, rerun("a"))["a"] is phase


@pytest.mark.parametrize(("upstream", "phase"), [(done("a", "x"), GUARDING), (done("a", "y"), NOT_TAKEN)])
def test_rerun_of_a_step_that_was_not_run_judges_again(upstream: Any, phase: object) -> None:
    verdict = () if phase is NOT_TAKEN else (judged("b", "skip"),)

    assert run(plan("a", step("b<-a:x", guarded=True)), upstream, *verdict, rerun("b"))["b"] is phase


def test_rerun_withdraws_open_work_after_the_step() -> None:
    played = play(plan("a", "b<-a"), done("a"), waits("b"), rerun("a"))

    assert played.phases == {"a": QUEUED, "b": PENDING}
    assert CloseWork(1, "done again") in played.asked


def test_a_result_from_before_a_rerun_is_refused() -> None:
    played = play(plan("a", "b<-a"), done("a"), started("b"), rerun("a"), done("a"))

    ignored(done("b", attempt=1))(played)
    done("b", attempt=2)(played)

    assert played.status is ActivityStatus.COMPLETED


def test_a_claim_on_a_copy_from_before_a_rerun_is_refused() -> None:
    """A worker that computed `b` from the old `a` had claimed nothing; its run number gives it away."""
    from activities.engine.events import StepStarted

    played = play(plan("a", "b<-a"), done("a"), rerun("a"), done("a"))
    assert (played.phases["b"], played.attempt("b"), played.run_of("b")) == (QUEUED, 0, 2)

    assert not played.take(StepStarted(at=NOON, step="b", attempt=1, run=1))
    assert played.take(StepStarted(at=NOON, step="b", attempt=1, run=2))


# -- skip and replan ---------------------------------------------------------------------------------------------------


def test_an_operator_passes_over_a_failed_step() -> None:
    played = play(CHAIN, failed("a"), skip("a"))

    assert played.phases == {"a": SKIPPED, "b": QUEUED, "c": PENDING}
    assert (played.status, played.asked[-1]) == (ActivityStatus.RUNNING, RunStep(1))


def test_skipping_the_last_failure_ends_the_activity_well() -> None:
    played = play(plan("a"), failed("a"), skip("a"))

    assert played.endings == ["FAILED", "COMPLETED"]


def test_a_replan_ends_what_runs_and_is_the_last_word() -> None:
    played = play(plan("a", "b"), waits("a"), replan())

    assert (played.status, played.phases) == (ActivityStatus.REPLANNED, {"a": CANCELLED, "b": CANCELLED})
    for event in (
        RetryRequested(at=NOON),
        RerunRequested(at=NOON, step="a"),
        SkipRequested(at=NOON, step="a", reason="x"),
        CancelRequested(at=NOON),
        ResumeRequested(at=NOON),
        Replanned(at=NOON, successor="third"),
    ):
        assert not played.take(event)


def test_a_replan_of_an_ended_activity_keeps_its_steps() -> None:
    played = play(CHAIN, failed("a"), replan())

    assert (played.status, played.phases) == (
        ActivityStatus.REPLANNED,
        {"a": FAILED, "b": PENDING, "c": PENDING},
    )


# -- what makes no sense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ((), ResumeRequested(at=NOON)),
        ((), RetryRequested(at=NOON)),
        ((), RetryRequested(at=NOON, steps=("a",))),
        ((), RerunRequested(at=NOON, step="a")),
        ((started("a"),), RerunRequested(at=NOON, step="a")),
        ((done("a"),), RetryRequested(at=NOON, steps=("a",))),
        ((done("a"),), SkipRequested(at=NOON, step="a", reason="x")),
        ((failed("a"),), SkipRequested(at=NOON, step="b", reason="x")),
        ((failed("a"),), PauseRequested(at=NOON)),
        ((failed("a"),), ResumeRequested(at=NOON)),
        ((failed("a"),), CancelRequested(at=NOON)),
        ((cancel(),), CancelRequested(at=NOON)),
        ((cancel(),), SkipRequested(at=NOON, step="a", reason="x")),
        ((pause(),), PauseRequested(at=NOON)),
        ((done("a"), done("b"), done("c")), RetryRequested(at=NOON)),
        ((done("a"), done("b"), done("c")), CancelRequested(at=NOON)),
        ((done("a"), done("b"), done("c")), PauseRequested(at=NOON)),
    ],
)
def test_what_makes_no_sense_is_refused(before: Any, refused: Any) -> None:
    assert not play(CHAIN, *before).take(refused)


def test_nothing_can_be_asked_of_what_has_not_begun_but_its_end() -> None:
    for event in (PauseRequested(at=NOON), ResumeRequested(at=NOON), RetryRequested(at=NOON)):
        assert not created(CHAIN).take(event)


def test_a_policy_of_tries_begins_anew_with_a_retry() -> None:
    a = step("a", retry=RetryPolicy(max_attempts=2, backoff="immediate"))
    played = play(plan(a), failed("a"), failed("a"), retry(), failed("a"))

    assert played.phases["a"] is QUEUED
    failed("a")(played)
    assert (played.phases["a"], played.attempt("a")) == (FAILED, 4)


def test_a_waiting_step_is_not_for_a_retry() -> None:
    played = play(plan("a", "b"), failed("b"), waits("a"), retry())

    assert played.phases == {"a": WAITING, "b": QUEUED}
