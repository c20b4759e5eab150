"""Random plans: a walk tells what a trial gives, its frames fold to it, and a part of it stands as in the whole."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from activities.trial.walk import walk
from tests.oracle.generate import generate
from tests.oracle.judge import run

BATCHES, PLANS = 2, 10

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(step: dict[str, Any]) -> tuple[Any, ...]:
    return step["status"], step["action"], step["result"]


def walked(case: dict[str, Any], folder: Path, **more: Any) -> dict[str, Any]:
    return walk(deepcopy(case) | more, folder=folder)


def standing(walked: dict[str, Any]) -> dict[str, str]:
    """How the steps stand for a browser that has played all frames."""
    found: dict[str, str] = {}
    for frame in walked["frames"]:
        found |= {slug: change["status"] for slug, change in frame["changes"].items() if "status" in change}
    return {slug: status for slug, status in found.items() if status != "PENDING"}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_plans_are_walked_through(batch: int, tmp_path: Path) -> None:
    for seed in range(batch * PLANS, (batch + 1) * PLANS):
        dice = Random(seed)
        case = generate(dice)
        trial, whole = run(case), walked(case, tmp_path)

        steps = whole["steps"]
        assert standing(whole) == {
            slug: step["status"] for slug, step in steps.items() if step["status"] != "PENDING"
        }, seed
        unexplained = [
            slug
            for slug, step in steps.items()
            if step["status"] in ("PENDING", "NOT_TAKEN", "SKIPPED") and not step.get("why")
        ]
        assert unexplained == [], seed
        if whole["missing"] or whole["waiting"]:
            assert whole["status"] == "RUNNING", seed
            continue
        assert {slug: outcome(step) for slug, step in steps.items()} == {
            slug: outcome(step) for slug, step in trial["steps"].items()
        }, seed
        chosen = dice.choice(list(steps))
        assert outcome(walked(case, tmp_path, until=chosen)["steps"][chosen]) == outcome(steps[chosen]), seed
        if steps[chosen]["status"] == "COMPLETED":
            alone = walked(case, tmp_path, only=chosen, data={"steps": steps})
            assert outcome(alone["steps"][chosen]) == outcome(steps[chosen]), seed
