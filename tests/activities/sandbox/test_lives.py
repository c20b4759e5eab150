"""Children end with their parent, and a fork has its own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import get_args

import pytest

from activities.sandbox import Evaluation, configure, evaluate, kill_all, run_script, warm
from activities.sandbox.pool import pool
from activities.sandbox.workers import KEPT_BYTES, Kind

HANGING_PARENT = """
from activities.sandbox import run_script
run_script("while (true) {}", {}, host=lambda name, given: None, on_start=lambda worker: print(worker.pid, flush=True))
"""
FORKING_PARENT = """
import os
from activities.sandbox import run_script
before = run_script("return {n: 1}", {}).value
if os.fork() == 0:
    inside = run_script("return {n: 2}", {}).value
    os._exit(0 if inside == {"n": 2} else 1)
_, status = os.wait()
after = run_script("return {n: 3}", {}).value
print(before["n"], os.waitstatus_to_exitcode(status), after["n"])
"""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    configure(workers={"javascript": 1, "jsonata": 1})
    yield
    configure()


def ends(pid: int) -> bool:
    """Wait for a process that is not ours, ten seconds at most."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def test_a_running_child_ends_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HANGING_PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert ends(child)


def test_a_forked_process_starts_children_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING_PARENT], capture_output=True, text=True, timeout=60)

    assert done.stdout.split() == ["1", "0", "3"], done.stderr


def test_a_child_that_died_while_idle_is_replaced() -> None:
    assert run_script("return {n: 1}", {}).value == {"n": 1}
    with pool("javascript").lease() as worker:
        pid = worker.pid
    os.kill(pid, signal.SIGKILL)
    assert ends(pid)

    assert run_script("return {n: 2}", {}).value == {"n": 2}


def test_a_child_is_replaced_after_its_runs() -> None:
    configure(workers={"jsonata": 1}, runs=2)
    pids = []
    for _ in range(4):
        with pool("jsonata").lease() as worker:
            pids.append(worker.pid)

    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_kill_all_ends_what_runs() -> None:
    started = threading.Event()
    outcomes = []

    def work() -> None:
        outcomes.append(run_script("while (true) {}", {}, on_start=lambda worker: started.set()))

    thread = threading.Thread(target=work)
    thread.start()
    started.wait(30)
    kill_all()
    thread.join(30)

    assert [outcome.error and outcome.error["code"] for outcome in outcomes] == ["cancelled"]
    assert evaluate([Evaluation("$sum([1, 2])", {})])[0].value == 3


def test_warming_starts_children_up_to_the_cap() -> None:
    warm("javascript", 5)

    assert run_script("return {n: 1}", {}).value == {"n": 1}
    assert len(pool("javascript")._all) == 1


def test_every_kind_of_child_has_a_bound_of_what_it_may_keep() -> None:
    assert set(KEPT_BYTES) == set(get_args(Kind))
