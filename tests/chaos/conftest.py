"""One cluster for all tests of this folder: what one test killed, the next starts again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.chaos.client import Client
from tests.chaos.cluster import Cluster
from tests.support import services

_numbers = count(1)


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Client]]:
    folder = tmp_path_factory.mktemp("cluster")
    with services.postgres_database() as database, services.own_redis() as redis:
        cluster = Cluster(folder, database=database, redis=redis)
        try:
            yield cluster, cluster.prepare()
        finally:
            cluster.kill()


@pytest.fixture
def cluster(_running: tuple[Cluster, Client]) -> Cluster:
    """The cluster, everything in it alive."""
    _running[0].ensure()
    return _running[0]


@pytest.fixture
def olivia(_running: tuple[Cluster, Client]) -> Client:
    """Somebody who starts and watches activities there."""
    return _running[1]


@pytest.fixture
def number() -> str:
    """A bill's number that no other test uses."""
    return f"C-{next(_numbers)}"


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Return a way to say something past pytest's capture: how long a takeover took."""

    def say(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n  {text}\n")

    return say
