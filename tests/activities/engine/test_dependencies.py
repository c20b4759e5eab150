"""Every cell of the dependsOn table, and how entries add up (plan language 3)."""

from __future__ import annotations

import pytest

from activities.engine.state import ActivityStatus
from tests.activities.engine.words import (
    CANCELLED,
    COMPLETED,
    FAILED,
    GUARDING,
    NOT_TAKEN,
    PENDING,
    QUEUED,
    RetryPolicy,
    Word,
    cancel,
    done,
    failed,
    plan,
    play,
    retry,
    run,
    skip,
    skips_itself,
    started,
    step,
    waits,
)

# The steps `gate` and `a<-gate:go` bring `a` to where the table wants it; `b` is what the table is asked about.
AGAIN = RetryPolicy(max_attempts=2, base_seconds=5)
WAYS: dict[str, tuple[Word, ...]] = {
    "pending": (),
    "guarding": (done("gate", "go"),),  # with a guarded `a`
    "queued": (done("gate", "go"),),
    "running": (done("gate", "go"), started("a")),
    "waiting": (done("gate", "go"), waits("a")),
    "backoff": (done("gate", "go"), failed("a")),  # with a patient `a`
    "completed with x": (done("gate", "go"), done("a", "x")),
    "completed with another": (done("gate", "go"), done("a", "other")),
    "completed without": (done("gate", "go"), done("a")),
    "skipped": (done("gate", "go"), skips_itself("a")),
    "not taken": (done("gate", "stay"),),
    "failed": (done("gate", "go"), failed("a")),
}
ok, wait, dead, blocked = QUEUED, PENDING, NOT_TAKEN, PENDING
TABLE = {
    #                          a        a?       a:x      a?:x
    "pending": (wait, wait, wait, wait),
    "guarding": (wait, wait, wait, wait),
    "queued": (wait, wait, wait, wait),
    "running": (wait, wait, wait, wait),
    "waiting": (wait, wait, wait, wait),
    "backoff": (wait, wait, wait, wait),
    "completed with x": (ok, ok, ok, ok),
    "completed with another": (ok, ok, dead, ok),
    "completed without": (ok, ok, dead, ok),
    "skipped": (ok, ok, ok, ok),
    "not taken": (dead, ok, dead, ok),
    "failed": (blocked, blocked, blocked, blocked),
}
CELLS = [
    pytest.param(upstream, spelling, verdict, id=f"{upstream}, {spelling}")
    for upstream, verdicts in TABLE.items()
    for spelling, verdict in zip(("a", "a?", "a:x", "a?:x"), verdicts, strict=True)
]


@pytest.mark.parametrize(("upstream", "spelling", "verdict"), CELLS)
def test_a_cell_of_the_table(upstream: str, spelling: str, verdict: object) -> None:
    a = step(
        "a<-gate:go", guarded=upstream == "guarding", retry=AGAIN if upstream == "backoff" else RetryPolicy()
    )

    phases = run(plan("gate", a, f"b<-{spelling}"), *WAYS[upstream])

    assert phases["b"] is verdict


@pytest.mark.parametrize("spelling", ["a", "a?", "a:x", "a?:x", "a:x?"])
def test_a_cancelled_step_blocks(spelling: str) -> None:
    """Cancelling cancels all; a retry of the other steps leaves `b` behind the cancelled `a`."""
    played = play(plan("a", f"b<-{spelling}"), cancel(), retry("b"))

    assert played.phases == {"a": CANCELLED, "b": PENDING}
    assert played.status is ActivityStatus.CANCELLED


def test_both_spellings_of_an_awaited_action_are_one() -> None:
    assert plan("a", "b<-a?:x") == plan("a", "b<-a:x?")


def test_the_example_of_the_language() -> None:
    phases = run(plan("a", "b<-a", "c<-a:reject", "d<-a:approve"), done("a", action="reject"))

    assert phases == {"a": COMPLETED, "b": QUEUED, "c": QUEUED, "d": NOT_TAKEN}


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ((done("a"), done("b"), done("c", "yes")), QUEUED),
        ((done("a"),), PENDING),
        ((done("a"), failed("b")), PENDING),
        ((done("a"), done("b"), done("c", "no")), NOT_TAKEN),
        ((done("c", "no"),), NOT_TAKEN),  # dead at once, though a and b have not begun
        ((failed("a"), done("c", "no")), NOT_TAKEN),  # dead beats blocked
        ((failed("a"), skip("a"), done("b")), PENDING),
        ((failed("a"), skip("a"), done("b"), done("c", "yes")), QUEUED),
    ],
)
def test_all_entries_must_hold_and_one_dead_entry_decides(words: tuple[Word, ...], verdict: object) -> None:
    assert run(plan("a", "b", "c", "d<-a,b,c:yes"), *words)["d"] is verdict


def test_settling_repeats_until_nothing_changes() -> None:
    graph = plan("a", "b<-a:x", "c<-b", "d<-c", "e<-d?", step("f<-e", bypass=True), "g<-f")

    assert run(graph, done("a", "y")) == {
        "a": COMPLETED,
        "b": NOT_TAKEN,
        "c": NOT_TAKEN,
        "d": NOT_TAKEN,
        "e": QUEUED,
        "f": PENDING,
        "g": PENDING,
    }
    assert run(graph, done("a", "y"), done("e"))["g"] is QUEUED


def test_a_join_of_exclusive_branches_waits_for_both_where_it_awaits() -> None:
    graph = plan("a", "yes<-a:yes", "no<-a:no", "join<-yes?,no?")

    assert run(graph, done("a", "yes"))["join"] is PENDING
    assert run(graph, done("a", "yes"), done("yes"))["join"] is QUEUED


def test_an_action_that_the_step_does_not_declare_is_kept() -> None:
    played = play(plan("a", "b<-a:x"), done("a", "unheard-of"))

    assert (played.actions, played.phases["b"]) == ({"a": "unheard-of"}, NOT_TAKEN)


def test_a_failure_leaves_other_branches_alone() -> None:
    played = play(plan("a", "b<-a", "c", "d<-c"), failed("a"), done("c"))

    assert played.phases == {"a": FAILED, "b": PENDING, "c": COMPLETED, "d": QUEUED}
    assert played.status is ActivityStatus.RUNNING


# -- implied dependencies of the data flow (plan language 2.2) ---------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ((), PENDING),
        ((started("a"),), PENDING),
        ((done("a"),), GUARDING),
        ((done("a", "whatever"),), GUARDING),
        ((skips_itself("a"),), GUARDING),  # what stands in is for the evaluation to say
        ((failed("a"),), PENDING),
    ],
)
def test_an_implied_dependency_waits_until_its_producer_has_settled(
    words: tuple[Word, ...], verdict: object
) -> None:
    assert run(plan("a", step("b", reads=("a",))), *words)["b"] is verdict


def test_an_implied_dependency_on_a_step_not_taken_is_evaluated() -> None:
    graph = plan("gate", "a<-gate:go", step("b", reads=("a",)))

    assert run(graph, done("gate", "stay")) == {"gate": COMPLETED, "a": NOT_TAKEN, "b": GUARDING}


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ((started("a"),), PENDING),
        ((done("a"),), GUARDING),
        ((failed("a"),), GUARDING),  # a failure that only skipIf reads does not block
    ],
)
def test_a_step_that_only_skip_if_reads_must_have_ended(words: tuple[Word, ...], verdict: object) -> None:
    assert run(plan("a", step("b", skip_reads=("a",))), *words)["b"] is verdict


def test_written_and_implied_dependencies_are_both_kept() -> None:
    graph = plan("a", "b", step("c<-a:x", reads=("b",)))

    assert run(graph, done("a", "x"))["c"] is PENDING
    assert run(graph, done("a", "x"), done("b"))["c"] is GUARDING
    assert run(graph, done("a", "y"))["c"] is NOT_TAKEN
    assert run(graph, done("b"), failed("a"))["c"] is PENDING
