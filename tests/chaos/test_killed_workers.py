"""Workers that die, or are asked to end, in the middle of an activity."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import psycopg
import pytest

from tests.chaos.client import Client
from tests.chaos.cluster import LEASE_SECONDS, TAKEOVER_SECONDS, Cluster, Process
from tests.support.waiting import wait_until

pytestmark = pytest.mark.services
Tell = Callable[[str], None]


def test_another_worker_takes_over_the_step_of_a_killed_one(
    cluster: Cluster, olivia: Client, number: str, tell: Tell
) -> None:
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        holder = worker_at(cluster, activity, "slow")

        holder.crash()

        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 20)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
    cluster.records.assert_done_once(activity)
    assert len(cluster.records.bills(activity)) == 7
    tell(
        f"slow step taken over {gap(cluster, activity, 'slow'):.1f} s after its claim ({LEASE_SECONDS} s lease)"
    )


def test_documents_of_a_killed_worker_are_done_by_another(
    cluster: Cluster, olivia: Client, number: str
) -> None:
    activity = olivia.start("mixed", number=number, documents=6)
    with olivia.watch(activity) as page:
        wait_until(lambda: cluster.records.documents_done(activity, "each"), what="the first document")

        cluster.workers[0].crash()

        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 20)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
    cluster.records.assert_done_once(activity)
    assert len(cluster.records.bills(activity)) == 7


def test_a_call_whose_worker_died_before_the_answer_is_not_done_twice(
    cluster: Cluster, olivia: Client, number: str, tell: Tell
) -> None:
    with psycopg.connect(cluster.environment["DATABASE_URL"]) as ledger:
        ledger.execute("LOCK TABLE demo_bill IN EXCLUSIVE MODE")  # the ERP takes its time
        activity = olivia.start("billing", number=number)
        holder = worker_at(cluster, activity, "bill")
        wait_until(lambda: erp_waits(ledger), what="the ERP to be asked")

        holder.crash()

    cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 10)
    cluster.records.assert_done_once(activity)
    assert cluster.records.bills(activity) == [number]
    assert cluster.records.started(activity, "bill", attempt=2) is not None
    tell(f"bridge call taken over {gap(cluster, activity, 'bill'):.1f} s after its claim")


def test_every_worker_dies_and_the_work_goes_on_when_they_are_back(
    cluster: Cluster, olivia: Client, number: str
) -> None:
    activities = [olivia.start("mixed", number=f"{number}/{n}", documents=3) for n in range(4)]
    worker_at(cluster, activities[-1], "slow")

    for worker in cluster.workers:
        worker.crash()
    cluster.ensure()

    for activity in activities:
        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 25)
        cluster.records.assert_done_once(activity)
        assert len(cluster.records.bills(activity)) == 4


def test_a_worker_that_is_asked_to_end_does_so_between_steps(
    cluster: Cluster, olivia: Client, number: str, tell: Tell
) -> None:
    activity = olivia.start("long-chain", number=number)
    with olivia.watch(activity) as page:
        wait_until(lambda: cluster.records.started(activity, "link-3"), what="the fourth link")

        asked = time.monotonic()
        for worker in cluster.workers:
            os.kill(worker.pid, signal.SIGTERM)
        codes = [worker.wait(seconds=10) for worker in cluster.workers]
        ended = time.monotonic() - asked
        left = cluster.records.standing(activity)
        cluster.ensure()

        cluster.records.wait_for_end(activity, seconds=TAKEOVER_SECONDS + 20)
        page.assert_heard_all(last=cluster.records.events(activity)[-1].seq)
    cluster.records.assert_done_once(activity)
    assert codes == [0, 0]
    assert "RUNNING" not in left.values()
    assert left["link-29"] == "PENDING"
    again = [event for event in cluster.records.events(activity) if event.data.get("attempt", 1) > 1]
    assert again == []
    tell(
        f"SIGTERM ended both workers in {ended:.1f} s, with {list(left.values()).count('COMPLETED')} of 30 links done"
    )


def worker_at(cluster: Cluster, activity: str, step: str) -> Process:
    """Wait until a worker holds the step, and return it."""
    pid = wait_until(lambda: cluster.records.worker(activity, step), what=f"a worker at {step}")
    return cluster.worker_of(pid)


def gap(cluster: Cluster, activity: str, step: str) -> float:
    """Return the seconds between the first and the second claim of a step."""
    first, second = (cluster.records.started(activity, step, attempt=n) for n in (1, 2))
    assert first is not None
    assert second is not None
    return (second.at - first.at).total_seconds()


def erp_waits(ledger: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Tell if somebody waits for the lock on the ERP's table."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'demo_bill'::regclass"
    return ledger.execute(query).fetchone() != (0,)
