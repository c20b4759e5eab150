"""The server that people talk to is killed: the one of a cluster, and the one that is everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.client import Client
from tests.chaos.cluster import PACE, TAKEOVER_SECONDS, Cluster, seed
from tests.chaos.records import Records, Sqlite
from tests.support.programs import EmbeddedServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.services
Tell = Callable[[str], None]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path, environment=PACE) as server:
        yield server


def test_an_open_page_hears_every_event_after_its_server_was_killed(
    cluster: Cluster, olivia: Client, number: str
) -> None:
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: page.numbers, what="the first event")

        cluster.server.crash()
        wait_until(lambda: cluster.records.worker(activity, "slow"), what="work without a server")
        cluster.ensure()

        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 30)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
        assert page.connections == 2
    cluster.records.assert_done_once(activity)
    assert len(cluster.records.bills(activity)) == 7


@pytest.mark.parametrize("step", ["each", "slow", "after-3"])
def test_a_killed_embedded_server_goes_on_where_it_was(
    embedded: EmbeddedServer, number: str, tell: Tell, step: str
) -> None:
    records = Records(Sqlite(embedded.data / "throughline.sqlite3"))
    olivia = seed(embedded.url, environment={"DATA": str(embedded.data)})
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: records.started(activity, step), what=f"{step} to begin")

        embedded.kill()
        before = records.events(activity)[-1]
        embedded.start()

        records.wait_for_end(activity, seconds=15)
        page.assert_heard_all(last=records.events(activity)[-1].seq)
    records.assert_done_once(activity)
    assert len(records.bills(activity)) == 7
    first = next(event for event in records.events(activity) if event.seq == before.seq + 1)
    tell(f"killed at {step}: went on {(first.at - before.at).total_seconds():.1f} s after the last event")
