"""Which documents a per-document step takes, by how each stands in the per-document steps before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.engine.routing import Standing, takes, unrouted
from tests.activities.engine.words import FanOut, Graph, plan, step

EACH = FanOut()
ROUTES = {0: frozenset({"x"})}


def graph(*texts: str, join: str = "ALL_SETTLED", routing: bool = True) -> Graph:
    """Return per-document steps, the last with the join policy."""
    steps = [step(text, fan_out=EACH) for text in texts[:-1]] + [step(texts[-1], fan_out=FanOut(join))]
    return replace(plan(*steps), routers=ROUTES if routing else {})


@pytest.mark.parametrize(
    ("status", "taken"),
    [("COMPLETED", True), ("SKIPPED", True), ("NOT_TAKEN", False), ("FAILED", False), ("CANCELLED", False)],
)
@pytest.mark.parametrize("spelling", ["a", "a?", "a:x", "a?:x"])
def test_without_routing_a_document_must_have_come_through(status: str, taken: bool, spelling: str) -> None:
    before = graph("a", f"b<-{spelling}", routing=False)

    assert takes(before, before.nodes[1], {0: Standing(status, "y")}) is taken


def test_without_routing_it_must_have_come_through_every_step() -> None:
    before = graph("a", "b", "c<-a,b", routing=False)

    assert not takes(before, before.nodes[2], {0: Standing("COMPLETED"), 1: Standing("FAILED")})


#                                a      a?     a:x    a?:x
CELLS = {
    Standing("COMPLETED", "x"): (True, True, True, True),
    Standing("COMPLETED", "y"): (True, True, False, True),
    Standing("COMPLETED"): (True, True, False, True),
    Standing("SKIPPED"): (True, True, True, True),
    Standing("NOT_TAKEN"): (False, True, False, True),
    Standing("FAILED"): (False, False, False, False),
    Standing("CANCELLED"): (False, False, False, False),
}


@pytest.mark.parametrize(
    ("standing", "spelling", "taken"),
    [
        (standing, spelling, taken)
        for standing, row in CELLS.items()
        for spelling, taken in zip(("a", "a?", "a:x", "a?:x"), row, strict=True)
    ],
)
def test_with_routing_the_table_is_asked_for_each_document(
    standing: Standing, spelling: str, taken: bool
) -> None:
    before = graph("a", f"b<-{spelling}")

    assert takes(before, before.nodes[1], {0: standing}) is taken


@pytest.mark.parametrize(
    ("left", "right", "taken"),
    [
        (Standing("COMPLETED", "x"), Standing("NOT_TAKEN"), True),
        (Standing("COMPLETED", "y"), Standing("NOT_TAKEN"), False),  # the branch that took it is not this one
        (Standing("COMPLETED", "y"), Standing("COMPLETED", "z"), True),
        (Standing("FAILED"), Standing("COMPLETED"), True),
        (Standing("NOT_TAKEN"), Standing("CANCELLED"), False),
        (Standing("SKIPPED"), Standing("NOT_TAKEN"), True),
    ],
)
def test_at_a_join_of_branches_one_is_enough(left: Standing, right: Standing, taken: bool) -> None:
    before = graph("a", "b", "c<-a?:x,b?", join="ANY_BRANCH")

    assert takes(before, before.nodes[2], {0: left, 1: right}) is taken


def test_at_a_join_what_is_no_branch_still_holds() -> None:
    before = graph("must", "a", "c<-must,a?", join="ANY_BRANCH")

    assert not takes(before, before.nodes[2], {0: Standing("NOT_TAKEN"), 1: Standing("COMPLETED")})
    assert takes(before, before.nodes[2], {0: Standing("COMPLETED"), 1: Standing("COMPLETED")})


@pytest.mark.parametrize(
    ("taken", "standing", "lost"),
    [
        (frozenset({"x"}), Standing("COMPLETED", "x"), False),
        (frozenset({"x"}), Standing("COMPLETED", "y"), True),
        (frozenset({"x"}), Standing("COMPLETED"), True),
        (frozenset({"x"}), Standing("FAILED"), False),
        (None, Standing("COMPLETED", "y"), False),  # some edge takes every action
    ],
)
def test_a_document_whose_action_no_edge_takes_is_unrouted(
    taken: frozenset[str] | None, standing: Standing, lost: bool
) -> None:
    assert unrouted(taken, standing) is lost
