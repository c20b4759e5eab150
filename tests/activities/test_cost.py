"""What a transition costs: the same statements for ten steps and for two thousand, and nearly the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import runtime
from activities.engine import events as facts
from activities.models import Activity
from tests.activities.running import World, chain

SAVEPOINT = re.compile(r' "s\d+_x\d+"')
pytestmark = pytest.mark.django_db


@dataclass
class Traffic:
    """Statements that went to the database, and the bytes of the parameters of those that write."""

    statements: list[str] = field(default_factory=list)
    written: int = 0

    @contextmanager
    def watched(self) -> Iterator[Traffic]:
        """Watch the connection for the length of the block."""
        with connection.execute_wrapper(self._see):
            yield self

    def _see(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(SAVEPOINT.sub("", sql))
        if sql.startswith(("INSERT", "UPDATE")):
            self.written += sum(size(value) for values in (params if many else [params]) for value in values)
        return execute(sql, params, many, context)


def size(value: Any) -> int:
    """Return about how many bytes the value takes on its way."""
    return len(value) if isinstance(value, bytes | memoryview | str) else len(str(value))


def half_way(world: World, length: int) -> Activity:
    """Return a chain of which half is done, the next step claimed; everything that is kept in memory is warm."""
    activity = world.start(*chain(length), slug=f"chain-{length}")
    world.lose_hints()
    at, before = runtime.now(), [f"s{number}" for number in range(length // 2)]
    for slugs in (before[:-1], before[-1:]):
        claims = (facts.StepStarted(at=at, step=slug, attempt=1) for slug in slugs)
        runtime.record(activity.pk, *(event for claim in claims for event in (claim, done(claim.step))))
    runtime.record(activity.pk, facts.StepStarted(at=at, step=f"s{length // 2}", attempt=1))
    return activity


def done(slug: str) -> facts.StepCompleted:
    """Return the completion of a step with a small result."""
    return facts.StepCompleted(at=runtime.now(), step=slug, attempt=1, result={"ok": True})


@pytest.mark.parametrize("pairs", [(10, 2000)])
def test_a_transition_costs_as_much_in_a_large_activity(world: World, pairs: tuple[int, int]) -> None:
    seen: dict[int, Traffic] = {}
    for length in pairs:
        activity = half_way(world, length)
        with Traffic().watched() as traffic, CaptureQueriesContext(connection) as captured:
            recorded = runtime.record(activity.pk, done(f"s{length // 2}"), announce=False)
        assert recorded.ready == [length // 2 + 1]
        assert len(captured) == len(traffic.statements)
        seen[length] = traffic

    small, large = (seen[length] for length in pairs)
    assert large.statements == small.statements
    assert len(small.statements) <= 8, small.statements
    assert large.written <= 1.3 * small.written, (small.written, large.written)
