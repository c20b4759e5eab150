"""The product as separate processes on PostgreSQL and Redis, each of which can be killed and started again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.client import Client
from tests.chaos.records import Postgres, Records
from tests.support.programs import ROOT, SIGN_IN, Program, settings_free
from tests.support.services import RedisServer, free_port, redis_answers

LEASE_SECONDS = 2
# Between a worker's death and the moment that another has its step: the lease, one sweep, the way there.
TAKEOVER_SECONDS = LEASE_SECONDS + 3
PACE = {"LEASE_SECONDS": str(LEASE_SECONDS), "SWEEP_SECONDS": "0.5", "ANNOUNCE_AGAIN_SECONDS": "1"}


class Process(Program):
    """A program that can be killed alone, as an operator or the kernel would; its children must see to themselves."""

    def wait(self, *, seconds: float) -> int:
        """Wait until the process has ended by itself, and return its exit code."""
        assert self._process is not None, f"{self} was never started"
        return self._process.wait(seconds)

    def crash(self) -> None:
        """`kill -9`."""
        self.stop(signal.SIGKILL)


class Cluster:
    """One daphne, two workers, one beat."""

    def __init__(self, folder: Path, *, database: str, redis: RedisServer) -> None:
        self.redis = redis
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **PACE,
            "DATA": str(folder / "data"),
            "DATABASE_URL": database,
            "REDIS_URL": f"{redis.url}/0",
            "LOG_LEVEL": "INFO",
        }
        self.records = Records(Postgres(database))
        self.server = self._program(
            folder, "daphne", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "config.asgi:application"
        )
        self.workers = [self._worker(folder, name) for name in ("one", "two")]
        self.beat = self._program(
            folder, "beat", "celery", "-A", "config.celery", "beat", "--loglevel", "INFO"
        )

    def prepare(self) -> Client:
        """Make and fill the database; return somebody who is signed in."""
        return seed(self.url, environment=self.environment)

    def ensure(self) -> None:
        """Start what does not run, and wait until all of it is ready."""
        if not redis_answers(self.redis.url):
            self.redis.start()
        if not self.server.alive:
            self.server.start()
        for program in (*self.workers, self.beat):
            if not program.alive:
                program.log.unlink(missing_ok=True)  # what is waited for must be said by this start
                program.start()
        self.server.wait_for_page(self.url + SIGN_IN)
        for worker in self.workers:
            worker.wait_for(" ready.", seconds=60)
        self.beat.wait_for("beat: Starting")

    def kill(self) -> None:
        """End everything at once."""
        for program in (self.beat, *self.workers, self.server):
            program.kill()

    def worker_of(self, pid: int) -> Process:
        """Return the worker with this process id."""
        return next(worker for worker in self.workers if worker.pid == pid)

    def _worker(self, folder: Path, name: str) -> Process:
        options = ("--concurrency", "4", "-n", f"{name}@%h", "--loglevel", "INFO")
        return self._program(folder, name, "celery", "-A", "config.celery", "worker", *options)

    def _program(self, folder: Path, name: str, module: str, *arguments: str) -> Process:
        return Process(["-m", module, *arguments], log=folder / f"{name}.log", environment=self.environment)


def seed(url: str, *, environment: Mapping[str, str]) -> Client:
    """Load the demo and the plans of these tests; return somebody who is signed in."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.seed", url],
        cwd=ROOT,
        env={**settings_free(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seeded = json.loads(done.stdout)
    return Client(url, seeded["session"], seeded["project"], tuple(seeded["documents"]))
