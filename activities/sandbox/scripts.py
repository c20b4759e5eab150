"""Runs scripts from the parent's side: the clock, host calls, and the end of a child that does not answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from activities.sandbox.frames import Frame, PipeClosed, PipeTimeout, read_json
from activities.sandbox.outcomes import SCRIPT_LIMITS, Limits, ScriptOutcome, error_of
from activities.sandbox.pool import pool
from activities.sandbox.workers import Worker

Host = Callable[[str, list[Any]], Any]

# The engine stops itself by processor time, which a busy machine gives slowly; past this much wall time it is killed.
_GRACE_SECONDS: Final = 5.0


class HostError(Exception):
    """Raised by a host to throw `message` inside the script, as an error of the given class."""

    def __init__(self, message: str, *, class_name: str = "Error") -> None:
        super().__init__(message)
        self.class_name = class_name


def run_script(
    body: str,
    globals: Mapping[str, Any],
    *,
    limits: Limits = SCRIPT_LIMITS,
    host: Host | None = None,
    sidecars: Sequence[tuple[str, str]] = (),
    on_start: Callable[[Worker], None] | None = None,
    kind: Literal["javascript", "hooks"] = "javascript",
) -> ScriptOutcome:
    """Run a script as a function body over frozen globals (plain JSON); never raises for what the script does.

    `host(name, arguments)` answers `serviceBridge.call`, `serviceBridge.list`, `llm.invoke`, `documents.get` and
    `documents.load` in the calling thread while the script's clock stands still; a HostError is thrown in the script,
    any other exception ends the script and goes up to the caller. `sidecars` are (name, source), loaded first.
    What a host runs for a script is of kind "hooks": it must never wait for the place that the script holds.
    `on_start` gets the worker; its `kill()` from another thread ends the run with code `cancelled`.
    """
    with pool(kind).lease() as worker:
        run = _Run(worker, limits, host)
        if on_start is not None:
            on_start(worker)
        request = {
            "body": body,
            "sidecars": [list(sidecar) for sidecar in sidecars],
            "seconds": limits.seconds,
            "memory": limits.memory_bytes,
            "output": limits.output_bytes,
            "host": host is not None,
        }
        return run.finish(request, json.dumps(globals).encode())


class _Run:
    def __init__(self, worker: Worker, limits: Limits, host: Host | None) -> None:
        self._worker = worker
        self._limits = limits
        self._host = host
        self._left = limits.seconds + (0.0 if host is not None else _GRACE_SECONDS)
        self._logs: list[dict[str, str]] = []
        self._called = False

    def finish(self, request: dict[str, Any], payload: bytes) -> ScriptOutcome:
        try:
            self._worker.send(request, payload)
            return self._answer()
        except PipeTimeout:
            self._worker.kill()
            seconds = self._limits.seconds
            return self._failed(
                error_of("timeout", f"the script ran longer than {seconds:g} s", class_name="Timeout")
            )
        except PipeClosed:
            return self._failed(_gone(self._worker))

    def _answer(self) -> ScriptOutcome:
        while True:
            frame = self._receive()
            if "log" in frame.header:
                self._logs.append(frame.header["log"])
            elif "host" in frame.header:
                self._call_host(frame)
            else:
                self._logs += frame.header["logs"]
                if frame.header["error"] is not None:
                    return self._failed(frame.header["error"])
                return ScriptOutcome(read_json(frame.payload), None, self._logs, self._called)

    def _receive(self) -> Frame:
        began = time.monotonic()
        try:
            return self._worker.receive(seconds=self._left)
        finally:
            self._left -= time.monotonic() - began

    def _call_host(self, frame: Frame) -> None:
        assert self._host is not None
        self._called = True
        try:
            answer: dict[str, Any] = {"value": self._host(frame.header["host"], json.loads(frame.payload))}
        except HostError as error:
            answer = {"error": {"class": error.class_name, "message": str(error)}}
        self._worker.send({}, json.dumps(answer).encode())

    def _failed(self, error: dict[str, Any]) -> ScriptOutcome:
        return ScriptOutcome(None, error, self._logs, self._called)


def _gone(worker: Worker) -> dict[str, Any]:
    if worker.killed:
        return error_of("cancelled", "the script was stopped", class_name="Cancelled")
    message = f"the process of the script ended ({worker.exit_text()})"
    return error_of("script-crashed", message, class_name="ScriptCrashed")
