"""The process in which authors try plans goes with the server that started it, however that ends."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from tests.activities.sandbox.test_lives import ends
from tests.chaos.client import TOKEN, Client
from tests.chaos.cluster import Cluster, seed
from tests.support.programs import EmbeddedServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.services
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)


def opened(client: Client) -> None:
    """Open the editor, as far as the server is concerned."""
    cookies = {"sessionid": client.session, "csrftoken": TOKEN}
    answer = httpx.get(f"{client.url}/api/activity-plans/supplier-invoice/runs", cookies=cookies, timeout=30)
    assert answer.status_code == 200, answer.text


def trials() -> set[int]:
    """The processes of this machine in which plans are tried, by id."""
    found = set()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"trials" in words:
            found.add(int(process.parent.name))
    return found


def parent_of(process: int) -> int:
    """The process that started another; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def trial_of(server: int) -> int:
    """Wait for the server's own one."""
    wait_until(lambda: any(parent_of(pid) == server for pid in trials()), what="a process for trials")
    return next(pid for pid in trials() if parent_of(pid) == server)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_embedded_server_leaves_no_trial_behind(tmp_path: Path, number: signal.Signals) -> None:
    with EmbeddedServer(tmp_path) as server:
        opened(seed(server.url, environment=server.environment))
        child = trial_of(server.pid)

        server.stop(number)

    assert ends(child)


@pytest.mark.parametrize("number", SIGNALS)
def test_daphne_leaves_no_trial_behind(cluster: Cluster, olivia: Client, number: signal.Signals) -> None:
    opened(olivia)
    child = trial_of(cluster.server.pid)

    cluster.server.stop(number)

    assert ends(child)
