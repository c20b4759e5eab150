"""Random plans: what the engine makes of them is what a second, slow reading of the plan language says.

By hand, many thousands: `DATA=/tmp/oracle python -m tests.oracle.by_hand 0 10000`.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.oracle.judge import compare, judged, told
from tests.oracle.shrink import shrink

BATCHES, PLANS = 4, 25


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_plans_run_as_the_oracle_foretells(batch: int) -> None:
    for seed in range(batch * PLANS, (batch + 1) * PLANS):
        case, _expected, _actual, found = compare(Random(seed), wide=bool(batch % 2))
        if found:
            smallest = shrink(case, _still_differs)
            pytest.fail(f"seed {seed}\n{told(smallest, *judged(smallest))}")


def _still_differs(case: dict[str, Any]) -> bool:
    _expected, actual, found = judged(case)
    return bool(found) and actual["status"] is not None
