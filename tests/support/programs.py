"""Throughline's own processes, started, watched and killed by tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.support.services import free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
SIGN_IN = "/accounts/login/"
# What the tests' own process was started with must not leak into a server that brings its own.
OWN_SETTINGS = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "DATA", "PYTEST_CURRENT_TEST")


class Program:
    """One process of the project in a process group of its own; what it writes goes to `log`."""

    def __init__(self, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> None:
        self.arguments = list(arguments)
        self.log = log
        self.environment = {**settings_free(), "PYTHONUNBUFFERED": "1", **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def alive(self) -> bool:
        """True from start until the process has ended, by itself or by us."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process is not None, f"{self} was never started"
        return self._process.pid

    @property
    def output(self) -> str:
        """What the process has written until now, over all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> None:
        """Start the process (again); it has the same arguments, environment and log every time."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 20.0) -> int:
        """Ask the process to end and return its exit code; fail if it takes longer than `seconds`."""
        assert self._process is not None, "the program was never started"
        self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{self} did not end {seconds:g} s after {number.name}:\n{self.tail()}"
            ) from None

    def kill(self) -> None:
        """End the process and all its children at once, as `kill -9` does."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait_for(self, text: str, *, seconds: float = 30.0) -> None:
        """Wait until the process has written `text`; fail with the end of its log if it ends before."""
        wait_until(
            lambda: self._still_alive() and text in self.output, what=f"{text!r} from {self}", seconds=seconds
        )

    def wait_for_page(self, url: str, *, seconds: float = 60.0) -> None:
        """Wait until `url` is answered; fail with the end of the log if the process ends before."""
        wait_until(
            lambda: self._still_alive() and answers(url),
            what=f"an answer of {self} at {url}",
            seconds=seconds,
        )

    def tail(self, lines: int = 40) -> str:
        """Return the end of the log."""
        return "\n".join(self.output.splitlines()[-lines:])

    def __str__(self) -> str:
        return " ".join(self.arguments)

    def _still_alive(self) -> bool:
        assert self.alive, f"{self} ended by itself:\n{self.tail()}"
        return True


class EmbeddedServer(Program):
    """The whole product in one process, as `make run` starts it, on a free port with a data folder of its own."""

    def __init__(self, data: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            ["manage.py", "run_embedded", "--port", str(self.port)],
            log=data / "server.log",
            environment={"DATA": str(data), **(environment or {})},
        )

    def start(self) -> None:
        """Start the server and wait until it signs people in."""
        super().start()
        self.wait_for_page(self.url + SIGN_IN)


def manage(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run a management command to its end and return what it printed; fail with its errors."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**settings_free(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def answers(url: str) -> bool:
    """Tell if an HTTP server answers at `url`, with whatever status below 500."""
    try:
        with urlopen(url, timeout=5):
            return True
    except HTTPError as error:
        return error.code < 500
    except (URLError, OSError):
        return False


def settings_free() -> dict[str, str]:
    """Return the environment of this process without the settings that the tests run on themselves."""
    return {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
