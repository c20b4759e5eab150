"""Per-document steps: join policies, tolerated failures, what a cancel and a retry do to documents."""

from __future__ import annotations

from typing import Any

import pytest

from activities.engine.decide import ImpossibleEvent
from activities.engine.documents import add, reduce, too_many_failed
from activities.engine.effects import CancelDocuments, ResetDocuments, RunDocuments
from activities.engine.events import DocumentsSettled
from activities.engine.state import ActivityStatus, Documents
from tests.activities.engine.words import (
    CANCELLED,
    COMPLETED,
    FAILED,
    NOON,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    SKIPPED,
    WAITING,
    FanOut,
    Graph,
    Play,
    Word,
    cancel,
    documents,
    ignored,
    lost,
    opened,
    pause,
    plan,
    play,
    rerun,
    resume,
    retry,
    run,
    step,
)


def fan(join: str = "ALL_SETTLED", **keys: Any) -> Graph:
    """Return a plan whose step `read` runs per document, and a step after it."""
    return plan(step("read", fan_out=FanOut(join, **keys)), "after<-read")


def counts(played: Play) -> Documents:
    """Return the counts of `read`."""
    known = played.state.extra(0).documents
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("join", "settled", "phase"),
    [
        ("ALL_SETTLED", {"completed": 3}, COMPLETED),
        ("ALL_SETTLED", {"completed": 2}, WAITING),
        ("ALL_SETTLED", {"completed": 1, "failed": 2}, COMPLETED),
        ("ALL_SETTLED", {"failed": 3}, FAILED),
        ("ALL_SETTLED", {"skipped": 3}, SKIPPED),  # none completed, and none failed
        ("ALL_SETTLED", {"failed": 1, "skipped": 2}, FAILED),  # something failed and nothing was done
        ("ALL_COMPLETED", {"completed": 3}, COMPLETED),
        ("ALL_COMPLETED", {"completed": 2, "skipped": 1}, COMPLETED),
        ("ALL_COMPLETED", {"completed": 2, "failed": 1}, FAILED),
        ("ALL_COMPLETED", {"completed": 1, "failed": 1}, WAITING),
        ("ANY_COMPLETED", {"completed": 1}, COMPLETED),
        ("ANY_COMPLETED", {"failed": 2}, WAITING),
        ("ANY_COMPLETED", {"failed": 3}, FAILED),
    ],
)
def test_a_join_policy(join: str, settled: dict[str, int], phase: object) -> None:
    assert run(fan(join), opened("read", 3), documents("read", **settled))["read"] is phase


@pytest.mark.parametrize("join", ["ALL_SETTLED", "ALL_COMPLETED", "ANY_COMPLETED"])
def test_an_activity_without_documents_completes_the_step_at_once(join: str) -> None:
    assert run(fan(join), opened("read", 0)) == {"read": COMPLETED, "after": QUEUED}


def test_a_step_all_of_whose_documents_are_not_taken_is_not_taken() -> None:
    assert run(fan(), opened("read", 2, not_taken=2)) == {"read": NOT_TAKEN, "after": NOT_TAKEN}


def test_documents_not_taken_are_settled_from_the_beginning() -> None:
    played = play(fan(), opened("read", 3, not_taken=1))
    assert (played.phases["read"], played.asked[-1]) == (WAITING, RunDocuments(0))

    documents("read", completed=2)(played)

    assert played.phases["read"] is COMPLETED


@pytest.mark.parametrize(
    ("allowed", "percent", "failed", "too_many"),
    [
        (None, False, 10, False),
        (0, False, 0, False),
        (0, False, 1, True),
        (2, False, 2, False),
        (2, False, 3, True),
        (20, True, 2, False),
        (20, True, 3, True),
        (0, True, 1, True),
        (100, True, 10, False),
    ],
)
def test_so_many_failures_are_tolerated(allowed: Any, percent: bool, failed: int, too_many: bool) -> None:
    fan_out = FanOut(max_failed=allowed, max_failed_percent=percent)

    assert too_many_failed(fan_out, Documents(total=10, failed=failed)) is too_many


def test_beyond_max_failed_the_rest_is_cancelled_and_the_step_fails() -> None:
    played = play(fan(max_failed=1), opened("read", 9), documents("read", completed=2, failed=1))
    assert played.phases["read"] is WAITING

    documents("read", failed=1)(played)

    assert played.phases == {"read": FAILED, "after": PENDING}
    assert CancelDocuments(0) in played.asked
    assert counts(played) == Documents(total=9, completed=2, failed=2, cancelled=5)


def test_max_failed_beats_the_join_policy() -> None:
    assert run(
        fan("ANY_COMPLETED", max_failed=0), opened("read", 3), documents("read", completed=1, failed=1)
    ) == {
        "read": FAILED,
        "after": PENDING,
    }


def test_seen_from_outside_a_step_completed_with_each_action_of_its_documents() -> None:
    graph = plan(step("read", fan_out=FanOut()), "yes<-read:yes", "no<-read:no", "other<-read:other")
    settled = documents("read", completed=3, actions=(("no", 1), ("yes", 2)))

    played = play(graph, opened("read", 3), settled)

    assert played.phases == {"read": COMPLETED, "yes": QUEUED, "no": QUEUED, "other": NOT_TAKEN}
    assert played.actions == {}


def test_the_rest_of_any_completed_goes_on_and_changes_nothing() -> None:
    played = play(fan("ANY_COMPLETED"), opened("read", 3), documents("read", completed=1))
    assert played.phases["after"] is QUEUED

    documents("read", failed=2)(played)

    assert played.phases == {"read": COMPLETED, "after": QUEUED}
    assert counts(played) == Documents(total=3, completed=1, failed=2)


def test_a_per_document_step_waits_for_the_last_document_before_it() -> None:
    graph = plan(
        step("read", fan_out=FanOut("ANY_COMPLETED")), step("post<-read", fan_out=FanOut()), "tell<-read"
    )
    played = play(graph, opened("read", 2), documents("read", completed=1))
    assert played.phases == {"read": COMPLETED, "post": PENDING, "tell": QUEUED}

    documents("read", completed=1)(played)

    assert played.phases["post"] is QUEUED


def test_a_cancel_stops_the_rest_of_any_completed() -> None:
    played = play(fan("ANY_COMPLETED"), opened("read", 3), documents("read", completed=1), cancel())

    assert played.phases == {"read": COMPLETED, "after": CANCELLED}
    assert CancelDocuments(0) in played.asked
    assert counts(played) == Documents(total=3, completed=1, cancelled=2)


def test_a_resume_lets_the_rest_of_any_completed_go_on() -> None:
    played = play(fan("ANY_COMPLETED"), opened("read", 3), documents("read", completed=1), pause())
    asked = len(played.asked)

    resume()(played)

    assert RunDocuments(0) in played.asked[asked:]


def test_counts_add_up() -> None:
    one = Documents(total=9, completed=2, failed=1, skipped=1, not_taken=1, actions=(("b", 2),))
    more = Documents(completed=1, cancelled=1, not_taken=1, actions=(("a", 1), ("b", 1)))

    assert add(one, more) == Documents(
        total=9, completed=3, failed=1, cancelled=1, skipped=1, not_taken=2, actions=(("a", 1), ("b", 3))
    )


def test_a_batch_that_is_told_twice_counts_once() -> None:
    played = play(fan(), opened("read", 3))
    batch = DocumentsSettled(at=NOON, step="read", attempt=1, after=0, completed=1)

    assert played.take(batch)
    assert not played.take(batch)

    assert counts(played).completed == 1


def test_documents_that_end_after_a_cancel_change_nothing() -> None:
    played = play(fan(), opened("read", 3), documents("read", completed=1), cancel())
    assert counts(played) == Documents(total=3, completed=1, cancelled=2)

    assert not played.take(DocumentsSettled(at=NOON, step="read", attempt=1, after=1, completed=1))


def test_a_step_that_does_not_run_per_document_has_no_documents() -> None:
    played = play(plan("read"))

    with pytest.raises(ImpossibleEvent, match="'read' does not run per document"):
        opened("read", 3)(played)


def test_documents_of_an_earlier_attempt_are_stale() -> None:
    played = play(
        fan(), opened("read", 2), documents("read", completed=1), rerun_of_read(), opened("read", 2)
    )

    assert not played.take(DocumentsSettled(at=NOON, step="read", attempt=1, completed=1))


def rerun_of_read() -> Word:
    """Let the documents fail, and a person have them all done again."""

    def happens(played: Play) -> None:
        documents("read", failed=1)(played)
        rerun("read")(played)

    return happens


def test_a_cancel_settles_what_has_not_ended() -> None:
    played = play(fan(), opened("read", 4), documents("read", completed=1), cancel())

    assert played.phases == {"read": CANCELLED, "after": CANCELLED}
    assert CancelDocuments(0) in played.asked
    assert counts(played).cancelled == 3


def test_a_retry_keeps_completed_documents() -> None:
    played = play(fan("ALL_COMPLETED"), opened("read", 3), documents("read", completed=2, failed=1), retry())

    assert ResetDocuments(0, keep_completed=True) in played.asked
    assert played.state.extra(0).documents is None

    opened("read", 3, kept_completed=2)(played)
    assert played.phases["read"] is WAITING
    documents("read", completed=1)(played)
    assert played.phases["read"] is COMPLETED


def test_a_retry_may_find_everything_done() -> None:
    played = play(
        fan(), opened("read", 2), cancel(), retry(), opened("read", 2, kept_completed=1, kept_skipped=1)
    )

    assert played.phases["read"] is COMPLETED


def test_a_rerun_keeps_none() -> None:
    played = play(fan(), opened("read", 2), documents("read", completed=2), rerun("read"))

    assert ResetDocuments(0, keep_completed=False) in played.asked


def test_actions_of_kept_documents_still_count() -> None:
    graph = plan(step("read", fan_out=FanOut("ALL_COMPLETED")), "yes<-read:yes")
    first = documents("read", completed=1, failed=1, actions=(("yes", 1),))

    phases = run(
        graph, opened("read", 2), first, retry(), opened("read", 2, kept_completed=1, kept_actions=(("yes", 1),)),
        documents("read", completed=1),
    )  # fmt: skip

    assert phases["yes"] is QUEUED


def test_a_resume_lets_workers_take_documents_again() -> None:
    played = play(fan(), opened("read", 2), pause())
    asked = len(played.asked)

    resume()(played)

    assert played.asked[asked:] == [RunDocuments(0)]


def test_a_pause_lets_documents_end_the_step_but_not_begin_the_next() -> None:
    played = play(fan(), opened("read", 2), pause(), documents("read", completed=2))

    assert (played.phases, played.status) == ({"read": COMPLETED, "after": PENDING}, ActivityStatus.PAUSED)


def test_a_fanned_out_step_has_no_worker_to_lose() -> None:
    play(fan(), opened("read", 2), ignored(lost("read")))


def test_the_reduction_of_no_documents_at_all() -> None:
    assert reduce(FanOut("ALL_COMPLETED"), Documents()) is COMPLETED
