"""Random plans, for properties."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from plans.language.dependencies import Dependency
from tests.activities.engine.words import Graph, StepText, plan

VERDICTS = st.sampled_from(["run", "run", "run", "skip", "not_taken", "fail"])
SLUGS = "abcdefgh"


@st.composite
def written(draw: Any, *, most: int = 8) -> list[tuple[str, list[Dependency], bool, bool]]:
    """Random steps: slug, dependencies on earlier ones with ? and :action, guarded, bypassed."""
    steps: list[tuple[str, list[Dependency], bool, bool]] = []
    for slug in SLUGS[: draw(st.integers(1, most))]:
        known = [before for before, *_ in steps]
        chosen = draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else []
        dependencies = [
            Dependency(before, draw(st.booleans()), draw(st.sampled_from([None, None, "x", "y"])))
            for before in chosen
        ]
        steps.append((slug, dependencies, draw(st.integers(0, 3)) == 0, draw(st.integers(0, 7)) == 0))
    return steps


def graph_of(steps: list[tuple[str, list[Dependency], bool, bool]]) -> Graph:
    """Return the steps as a graph."""
    texts = [
        StepText(f"{slug}<-{','.join(map(str, deps))}" if deps else slug, guarded=guarded, bypass=bypass)
        for slug, deps, guarded, bypass in steps
    ]
    return plan(*texts)
