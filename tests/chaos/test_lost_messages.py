"""Redis forgets or is away, nobody sweeps, the database hangs up: no message is needed for anything but speed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
import redis

from tests.chaos.client import Client
from tests.chaos.cluster import TAKEOVER_SECONDS, Cluster
from tests.support.waiting import wait_until

pytestmark = pytest.mark.services
Tell = Callable[[str], None]


def test_a_flush_in_the_middle_loses_nothing(cluster: Cluster, olivia: Client, number: str) -> None:
    broker = redis.Redis.from_url(cluster.redis.url)
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        for step in ("gather", "slow", "bill-each", "after-0"):
            wait_until(lambda step=step: cluster.records.started(activity, step), what=f"{step} to begin")
            broker.flushall()

        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 20)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
        assert page.connections == 1
    cluster.records.assert_done_once(activity)
    assert len(cluster.records.bills(activity)) == 7


def test_announcements_that_were_flushed_away_are_made_again(
    cluster: Cluster, olivia: Client, number: str, tell: Tell
) -> None:
    for worker in cluster.workers:
        worker.stop(signal.SIGTERM)
    activities = [olivia.start("mixed", number=f"{number}/{n}", documents=2) for n in range(3)]
    redis.Redis.from_url(cluster.redis.url).flushall()

    cluster.ensure()

    for activity in activities:
        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 25)
        cluster.records.assert_done_once(activity)
        assert len(cluster.records.bills(activity)) == 3


def test_work_goes_on_when_redis_comes_back(cluster: Cluster, olivia: Client, number: str) -> None:
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: cluster.records.documents_done(activity, "each"), what="the first document")

        cluster.redis.kill()
        late = olivia.start("billing", number=f"{number}/late")  # people are served meanwhile
        cluster.redis.start()

        for each in (activity, late):
            cluster.records.wait_for_end(each, seconds=TAKEOVER_SECONDS + 30)
            cluster.records.assert_done_once(each)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
    assert len(cluster.records.bills(activity)) == 7
    assert cluster.records.bills(late) == [f"{number}/late"]


def test_what_only_beat_would_see_waits_for_its_return(
    cluster: Cluster, olivia: Client, number: str, tell: Tell
) -> None:
    cluster.beat.stop(signal.SIGTERM)
    quiet = olivia.start("mixed", number=f"{number}/quiet", documents=2)
    cluster.records.wait_for_end(quiet, seconds=20)  # nobody died: no sweep is needed

    lost = olivia.start("mixed", number=f"{number}/lost", documents=2)
    pid = wait_until(lambda: cluster.records.worker(lost, "slow"), what="a worker at slow")
    cluster.worker_of(pid).crash()
    lease = cluster.records.lease(lost, "slow")
    assert lease is not None
    wait_until(lambda: datetime.now(UTC) > lease, what="the end of the lease")
    assert cluster.records.standing(lost)["slow"] == "RUNNING"
    cluster.ensure()

    cluster.records.wait_for_end(lost, seconds=TAKEOVER_SECONDS + 20)
    for activity in (quiet, lost):
        cluster.records.assert_done_once(activity)
        assert len(cluster.records.bills(activity)) == 3


def test_timers_fire_without_their_messages(cluster: Cluster, olivia: Client, number: str) -> None:
    broker = redis.Redis.from_url(cluster.redis.url)
    activity = olivia.start("naps", number=number)
    for n in range(5):
        wait_until(lambda n=n: cluster.records.started(activity, f"nap-{n}"), what=f"nap-{n} to begin")
        broker.flushall()

    cluster.records.wait_for_end(activity, seconds=15)

    cluster.records.assert_done_once(activity)


def test_a_database_that_hangs_up_is_called_again(cluster: Cluster, olivia: Client, number: str) -> None:
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: cluster.records.documents_done(activity, "each"), what="the first document")

        with psycopg.connect(cluster.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        late = olivia.start("billing", number=f"{number}/late")

        for each in (activity, late):
            cluster.records.wait_for_end(each, seconds=TAKEOVER_SECONDS + 30)
            cluster.records.assert_done_once(each)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
    assert len(cluster.records.bills(activity)) == 7
