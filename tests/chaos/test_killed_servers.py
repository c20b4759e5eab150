"""The server that people talk to is killed: the one of a cluster, and the one that is everything."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos.client import Client
from tests.chaos.cluster import TAKEOVER_SECONDS, Cluster, seed
from tests.chaos.records import Records, Sqlite
from tests.support.programs import EmbeddedServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.services
Tell = Callable[[str], None]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path) as server:
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


@pytest.mark.parametrize(
    ("step", "number_of_signal", "code"),
    [
        ("each", signal.SIGKILL, -signal.SIGKILL),
        ("slow", signal.SIGKILL, -signal.SIGKILL),
        ("bill", signal.SIGKILL, -signal.SIGKILL),
        ("slow", signal.SIGTERM, 0),
        ("each", signal.SIGINT, 0),
    ],
)
def test_an_embedded_server_that_ended_goes_on_where_it_was(
    embedded: EmbeddedServer,
    number: str,
    tell: Tell,
    step: str,
    number_of_signal: signal.Signals,
    code: int,
) -> None:
    records = Records(Sqlite(embedded.data / "throughline.sqlite3"))
    olivia = seed(embedded.url, environment={"DATA": str(embedded.data)})
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: records.started(activity, step), what=f"{step} to begin")

        asked = time.monotonic()
        assert embedded.stop(number_of_signal, seconds=10) == code
        ended = time.monotonic() - asked
        before = records.events(activity)[-1]
        embedded.start()
        back = datetime.now(UTC)

        records.wait_for_end(activity, seconds=15)  # well within a lease: nobody waits for one here
        page.assert_heard_all(last=records.events(activity)[-1].seq)
    records.assert_done_once(activity)
    assert len(records.bills(activity)) == 7
    first = next((event for event in records.events(activity) if event.seq == before.seq + 1), before)
    tell(
        f"{number_of_signal.name} at {step}: ended after {ended:.1f} s,"
        f" went on {(first.at - back).total_seconds():+.1f} s after the server was back"
    )
