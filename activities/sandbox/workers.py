"""Warm child processes: started by one thread, killed with all they started, gone when this process is."""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final, Literal

from activities.sandbox.frames import Frame, Pipe, PipeClosed, PipeTimeout

Kind = Literal["javascript", "hooks", "jsonata", "modules", "trials"]

START_SECONDS: Final = 60.0
SEND_SECONDS: Final = 10.0
_MIB: Final = 1024 * 1024
# How much more than at its start a process may keep. Modules load libraries when they are first called.
KEPT_BYTES: Final[Mapping[Kind, int]] = {
    "javascript": 48 * _MIB,
    "hooks": 48 * _MIB,
    "jsonata": 48 * _MIB,
    "modules": 256 * _MIB,
    "trials": 256 * _MIB,
}
_EXIT_SECONDS: Final = 5.0
_CHILD: Final = "from activities.sandbox.child import main; main()"
_KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")


class WorkerStartFailed(RuntimeError):
    """A child process did not come up; its own message is in the error output of this process."""


class Worker:
    """One child process. A thread that leases it talks to it alone; `kill` may come from any thread."""

    def __init__(self, kind: Kind, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.kind = kind
        self.runs = 0
        self.killed = False
        self._process = process
        self._ready = False
        self._began_with = 0
        self._lock = threading.Lock()
        # A child that stopped reading must not hold the thread that writes to it.
        os.set_blocking(process.stdin.fileno(), False)
        self._pipe = Pipe(reads=process.stdout.fileno(), writes=process.stdin.fileno())

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self.killed and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def bloated(self) -> bool:
        """Whether the process holds on to much more memory than it began with, as one does that once needed it."""
        return self._resident() - self._began_with > KEPT_BYTES[self.kind]

    def _resident(self) -> int:
        try:
            with open(f"/proc/{self.pid}/statm") as statm:
                return int(statm.read().split()[1]) * resource.getpagesize()
        except (OSError, IndexError):
            return 0  # it is gone, or this is no Linux

    def wait_until_ready(self) -> None:
        """Read the greeting of a new child, so that its start is not on anybody's clock."""
        if self._ready:
            return
        try:
            self._pipe.read(seconds=START_SECONDS)
        except (PipeClosed, PipeTimeout) as error:
            self.kill()
            raise WorkerStartFailed(f"the {self.kind} process did not start; see its error output") from error
        self._ready = True
        self._began_with = self._resident()

    def send(self, header: dict[str, Any], payload: bytes = b"") -> None:
        """Send a frame; raises PipeClosed when the child is gone, PipeTimeout when it does not read."""
        self._pipe.write(header, payload, seconds=SEND_SECONDS)

    def receive(self, *, seconds: float | None) -> Frame:
        """Receive a frame; raises PipeTimeout, or PipeClosed when the child ended."""
        return self._pipe.read(seconds=seconds)

    def kill(self) -> None:
        """End the process and all it started, at once; harmless when it is gone."""
        with self._lock:
            self.killed = True
            if self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill and reap; only for the thread that holds the worker, which alone may use its pipes."""
        self.kill()
        with self._lock:
            self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close the pipes and leave the process alone, as after a fork, when it is the parent's."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def exit_text(self) -> str:
        """Tell how a process ended whose pipe is closed; one that lingers is killed."""
        try:
            code = self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return "it closed its pipe"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


class Spawner:
    """The one thread that starts children: PR_SET_PDEATHSIG fires when the *thread* that started them ends."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="sandbox-spawner", daemon=True).start()

    def start(self, kind: Kind) -> Worker:
        """Start a child and wait until it is ready."""
        worker = self.start_later(kind).result()
        worker.wait_until_ready()
        return worker

    def start_later(self, kind: Kind) -> Future[Worker]:
        """Start a child without waiting for it."""
        started: Future[Worker] = Future()

        def job() -> None:
            try:
                started.set_result(Worker(kind, _start_process(kind)))
            except OSError as error:
                started.set_exception(WorkerStartFailed(f"the {kind} process cannot be started: {error}"))

        self._jobs.put(job)
        return started

    def _run(self) -> None:
        while True:
            self._jobs.get()()


def _start_process(kind: Kind) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, kind, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        env=_environment(kind),
    )


def _environment(kind: Kind) -> dict[str, str]:
    # Modules are code of the operator and may read the environment; scripts and expressions have no business there.
    kept = (
        dict(os.environ)
        if kind == "modules"
        else {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
    )
    if kind == "trials":
        from django.conf import settings  # the other kinds do without

        kept |= settings.TRIAL_ENVIRONMENT
    paths = [path or os.getcwd() for path in sys.path]
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
