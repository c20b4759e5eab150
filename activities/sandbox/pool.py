"""Pools of warm children, one a kind: grown when needed up to a cap, safe for threads and forks."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from activities.sandbox.workers import Kind, Spawner, Worker, WorkerStartFailed


@dataclass(frozen=True, slots=True)
class Settings:
    """How many children a kind may have, and after how many runs one is replaced."""

    workers: Mapping[str, int] = field(
        default_factory=lambda: {"javascript": 4, "hooks": 2, "jsonata": 2, "modules": 8, "trials": 2}
    )
    runs: int = 1000


class Pool:
    """The children of one kind. Never holds its lock while it talks to a child."""

    def __init__(self, kind: Kind, settings: Settings, spawner: Spawner) -> None:
        self._kind = kind
        self._cap = max(1, settings.workers.get(kind, 1))
        self._runs = settings.runs
        self._spawner = spawner
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._starting = 0
        self._closed = False

    @contextmanager
    def lease(self) -> Iterator[Worker]:
        """Hold a ready child; it is replaced when it died, was killed, has run often enough or keeps too much memory.

        Waits while the cap is reached. An exception in the body kills it: nobody knows what it is doing.
        """
        worker = self._take()
        try:
            worker.runs += 1
            yield worker
        except BaseException:
            worker.kill()
            raise
        finally:
            self._give_back(worker)

    def warm(self, count: int) -> None:
        """Start children until `count` exist, without waiting for them."""
        for _ in range(count):
            self._start_ahead()

    @property
    def cold(self) -> bool:
        """Whether there is no child yet, and none on its way."""
        with self._changed:
            return not self._all and not self._starting

    def kill(self) -> None:
        """Kill every child and keep none from here on; leased ones are reaped by the thread that holds them."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            leased = self._all.difference(idle)
            self._all.clear()
            self._changed.notify_all()
        for worker in idle:
            worker.close()
        for worker in leased:
            worker.kill()

    def forget(self) -> None:
        """Drop the children of the parent process after a fork; they are not ours to kill."""
        for worker in self._all:
            worker.forget()

    def _take(self) -> Worker:
        while True:
            worker = self._idle_or_none()
            if worker is None:
                return self._start()
            try:
                worker.wait_until_ready()
            except WorkerStartFailed:
                self._drop(worker)
                raise
            return worker

    def _idle_or_none(self) -> Worker | None:
        """Take an idle child, or None with a place reserved for a new one."""
        with self._changed:
            while True:
                while self._idle:
                    worker = self._idle.pop()
                    if worker.alive:
                        return worker
                    self._all.discard(worker)
                    worker.close()
                if len(self._all) + self._starting < self._cap:
                    self._starting += 1
                    return None
                self._changed.wait()

    def _start(self) -> Worker:
        worker: Worker | None = None
        try:
            worker = self._spawner.start(self._kind)
        finally:
            self._place(worker)
        return worker

    def _place(self, worker: Worker | None) -> None:
        with self._changed:
            self._starting -= 1
            if worker is not None:
                self._all.add(worker)
            self._changed.notify()

    def _give_back(self, worker: Worker) -> None:
        try:
            good = worker.alive and worker.runs < self._runs and not worker.bloated
        except BaseException:
            self._drop(worker)  # or its place would be taken for ever
            raise
        if good:
            with self._changed:
                if not self._closed:
                    self._idle.append(worker)
                    self._changed.notify()
                    return
        killed = worker.killed
        self._drop(worker)
        if killed:
            # The next caller should find a warm one, not wait for its start.
            self._start_ahead()

    def _drop(self, worker: Worker) -> None:
        worker.close()
        with self._changed:
            self._all.discard(worker)
            self._changed.notify()

    def _start_ahead(self) -> None:
        with self._changed:
            if self._closed or len(self._all) + self._starting >= self._cap:
                return
            self._starting += 1
        self._spawner.start_later(self._kind).add_done_callback(self._started)

    def _started(self, started: Future[Worker]) -> None:
        worker = None if started.exception() is not None else started.result()
        with self._changed:
            self._starting -= 1
            if worker is not None and not self._closed:
                self._all.add(worker)
                self._idle.insert(0, worker)
                worker = None
            self._changed.notify()
        if worker is not None:
            worker.close()


@dataclass(slots=True)
class _Shared:
    settings: Settings | None = None
    spawner: Spawner | None = None
    pools: dict[str, Pool] = field(default_factory=dict)


_lock = threading.Lock()
_shared = _Shared()


def configure(*, workers: Mapping[str, int] | None = None, runs: int | None = None) -> None:
    """Set caps by kind (`javascript`, `hooks`, `jsonata`, …) and the runs of a child; kills what runs.

    Without a call, Django's `SANDBOX = {"workers": {…}, "runs": n}` holds where Django is set up, else the defaults.
    """
    base = Settings()
    settings = replace(
        base, workers={**base.workers, **(workers or {})}, runs=base.runs if runs is None else runs
    )
    kill_all()
    with _lock:
        _shared.settings = settings


def pool(kind: Kind) -> Pool:
    """Give the pool of a kind, made on first use."""
    with _lock:
        if kind not in _shared.pools:
            if _shared.spawner is None:
                _shared.spawner = Spawner()
            if _shared.settings is None:
                _shared.settings = _settings_of_django()
            _shared.pools[kind] = Pool(kind, _shared.settings, _shared.spawner)
        return _shared.pools[kind]


def warm(kind: Kind, count: int = 1) -> None:
    """Start children ahead of the first call, without waiting for them."""
    pool(kind).warm(count)


def kill_all() -> None:
    """Kill every child of every kind; the next call starts new ones."""
    with _lock:
        pools = list(_shared.pools.values())
        _shared.pools.clear()
    for each in pools:
        each.kill()


def _settings_of_django() -> Settings:
    try:
        from django.conf import settings as django_settings
    except ImportError:
        return Settings()
    given = getattr(django_settings, "SANDBOX", {}) if django_settings.configured else {}
    base = Settings()
    return Settings(workers={**base.workers, **given.get("workers", {})}, runs=given.get("runs", base.runs))


def _forget_after_fork() -> None:
    global _lock, _shared
    inherited, _shared, _lock = _shared, _Shared(settings=_shared.settings), threading.Lock()
    for each in inherited.pools.values():
        each.forget()


atexit.register(kill_all)
os.register_at_fork(after_in_child=_forget_after_fork)
