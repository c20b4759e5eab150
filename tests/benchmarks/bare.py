"""Bare Celery, to compare with: no-ops in chains and groups on the broker of BENCH_BROKER.

Results are kept only for the join on Redis; in memory there is nowhere to keep them, and the members count themselves.
"""

from __future__ import annotations

import itertools
import os
import threading
import time

from celery import Celery, chain, chord, group

from tests.benchmarks.plans import CHAIN, MANY, SHORT, WIDTH

BROKER = os.environ.get("BENCH_BROKER", "memory://")
ON_REDIS = BROKER.startswith("redis")
app = Celery("bare", broker=BROKER, backend=BROKER if ON_REDIS else None, set_as_current=False)
app.conf.update(
    task_default_queue="bare",
    worker_pool="threads",
    broker_connection_retry_on_startup=True,
    broker_transport_options={} if ON_REDIS else {"polling_interval": 0.005},
)
_members = itertools.count(1)
_ended = threading.Semaphore(0)  # where the worker is in this process


@app.task(ignore_result=True)
def step(*_results: object) -> None:
    """Do nothing."""


@app.task
def kept(*_results: object) -> None:
    """Do nothing, and keep the result for a join."""


@app.task(ignore_result=True)
def counted() -> None:
    """Do nothing; the last of a group sends what joins it."""
    if next(_members) % WIDTH == 0:
        end.apply_async()


@app.task(ignore_result=True)
def end(*_results: object) -> None:
    """Tell that the last step is done."""
    if ON_REDIS:
        app.backend.client.rpush("bare-ended", 1)
    else:
        _ended.release()


def run_chain() -> float:
    """Return the seconds of one chain."""
    return _timed(1, lambda: _chain(CHAIN))


def run_fan() -> float:
    """Return the seconds of one step, many, and one that joins them."""
    middle = chord([kept.si() for _ in range(WIDTH)], end.si())
    if not ON_REDIS:
        middle = group(counted.si() for _ in range(WIDTH))
    return _timed(1, lambda: chain(step.si(), middle).apply_async())


def run_many() -> float:
    """Return the seconds of many short chains."""
    return _timed(MANY, lambda: [_chain(SHORT) for _ in range(MANY)])


def _chain(length: int) -> None:
    chain(*(step.si() for _ in range(length - 1)), end.si()).apply_async()


def _timed(ends: int, start: object) -> float:
    began = time.perf_counter()
    start()  # type: ignore[operator]
    for _ in range(ends):
        if ON_REDIS:
            assert app.backend.client.blpop("bare-ended", timeout=60), "the bare workers do not answer"
        else:
            assert _ended.acquire(timeout=60), "the bare worker does not answer"
    return time.perf_counter() - began
