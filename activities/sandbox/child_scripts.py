"""Runs scripts in a child: one fresh engine a script, so that nothing of one is seen by the next."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import quickjs

from activities.sandbox.child import limit_memory
from activities.sandbox.frames import Frame, Pipe
from activities.sandbox.outcomes import MIB, error_of

# Blank lines in front of the author's source, more than the prelude has: a line above them is not the author's.
_OFFSET: Final = 1000
# `new Function` puts two lines of its own in front.
_LINES_BEFORE: Final = _OFFSET + 2
_STACK_BYTES: Final = MIB
# What the engine and its strings may take in the process beside the memory that the engine counts.
_HEADROOM_BYTES: Final = 256 * MIB
_PRELUDE: Final = Path(__file__).with_name("prelude.js").read_text()
_PLACE: Final = re.compile(r"at (?:(\S+) \()?<input>:(\d+):(\d+)")


class _Engine:
    """One QuickJS context with the prelude in it."""

    def __init__(self, request: dict[str, Any], pipe: Pipe) -> None:
        self._context = quickjs.Context()
        self._context.set_memory_limit(request["memory"])
        self._context.set_max_stack_size(_STACK_BYTES)
        self._seconds: float | None = None if request["host"] else request["seconds"]
        if request["host"]:
            self._context.add_callable("__host", _host(pipe))
        else:
            # A Python callable cannot be called under a time limit; with a host the parent keeps the clock.
            self._context.set_time_limit(request["seconds"])
        self.call: Callable[..., str] = self._context.eval(_PRELUDE)

    def load(self, source: str) -> str:
        """Run a sidecar as a script of its own, so that all it declares is there after it; return what it threw.

        Not by `eval`: that would keep `const`, `let` and `class` to itself.
        """
        try:
            self._context.eval(source)
        except quickjs.JSException as failure:
            text = str(failure)
            if "interrupted" in text or "out of memory" in text or text.startswith("null"):
                raise
            return text or "Error: unknown"
        return ""

    def drain(self) -> None:
        """Run what promises left to do, until it is done or the time is up."""
        deadline = None if self._seconds is None else time.process_time() + self._seconds
        while self._context.execute_pending_job():
            if deadline is not None and time.process_time() > deadline:
                raise TimeoutError

    def logs(self) -> list[dict[str, str]]:
        """Give what was logged, also after the script was cut off."""
        self._context.set_memory_limit(-1)
        if self._seconds is not None:
            self._context.set_time_limit(1)
        try:
            logs: list[dict[str, str]] = json.loads(self.call("logs"))
        except (quickjs.JSException, ValueError):
            return []
        return logs


def run(frame: Frame, pipe: Pipe) -> None:
    """Run one script and answer `{"error", "logs"}` with the JSON of its value as payload."""
    request = frame.header
    limit_memory(2 * request["memory"] + _HEADROOM_BYTES)
    engine: _Engine | None = None
    try:
        engine = _Engine(request, pipe)
        text, error = _execute(engine, request, frame.payload)
    except (quickjs.JSException, TimeoutError) as failure:
        text, error = "", _cut_off(str(failure), request)
    except (MemoryError, SystemError):
        text, error = "", _cut_off("out of memory", request)
    payload = text.encode(errors="replace")
    if error is None and len(payload) > request["output"]:
        payload, error = b"", _too_large(request["output"])
    pipe.write({"error": error, "logs": [] if engine is None else engine.logs()}, payload)


def _execute(engine: _Engine, request: dict[str, Any], data: bytes) -> tuple[str, dict[str, Any] | None]:
    engine.call("prepare", data.decode())
    for name, source in request["sidecars"]:
        if thrown := engine.load(source):
            return "", _error_of_sidecar(name, thrown)
    state = engine.call("start", json.dumps(request["body"]), _OFFSET)
    if state == "pending":
        engine.drain()
        state = engine.call("finish")
    answer = engine.call("answer")
    return (answer, None) if state == "value" else ("", _error_of_script(json.loads(answer), request))


def _error_of_script(error: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    code, body = error["code"], request["body"]
    if code == "out-of-memory" or (code == "nothing-thrown" and not re.search(r"\bthrow\s+null\b", body)):
        return _out_of_memory(request)
    place = _place(error["stack"], constructor=error["class"]) or _only_throw(error["stack"], body)
    code = "script-error" if code == "nothing-thrown" else code
    return error_of(code, error["message"], class_name=error["class"], place=place)


def _error_of_sidecar(name: str, thrown: str) -> dict[str, Any]:
    kind, _, rest = thrown.partition(":")
    message = rest.strip().partition("\n")[0] if rest else thrown
    found = _PLACE.search(thrown)
    return error_of(
        "syntax-error" if kind == "SyntaxError" else "script-error",
        f"sidecar {name}: {message}",
        class_name=kind if kind.isidentifier() else "Error",
        place=f"{name}:{found[2]}:{found[3]}" if found else name,
    )


def _place(stack: str, *, constructor: str = "") -> str | None:
    """Find the innermost line of the author, leaving out the constructor of the error itself."""
    for name, line, column in _PLACE.findall(stack):
        if int(line) > _LINES_BEFORE and (not name or name != constructor):
            return f"{int(line) - _LINES_BEFORE}:{column}"
    return None


def _only_throw(stack: str, body: str) -> str | None:
    """Find the `throw` of a value that has no stack, which is certain when the source has only one."""
    throws = [match.start() for match in re.finditer(r"\bthrow\b", body)]
    if stack or len(throws) != 1:
        return None
    before = body[: throws[0]]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def _cut_off(text: str, request: dict[str, Any]) -> dict[str, Any]:
    """Tell which limit stopped the engine, by what it says of itself."""
    if "interrupted" in text or text == "":
        message = f"the script ran longer than {request['seconds']:g} s"
        return error_of("timeout", message, class_name="Timeout", place=_place(text))
    if "out of memory" in text or text.startswith("null"):
        return _out_of_memory(request)
    name, _, rest = text.partition(":")
    message = rest.strip().partition("\n")[0] or text
    return error_of("script-error", message, class_name=name, place=_place(text))


def _out_of_memory(request: dict[str, Any]) -> dict[str, Any]:
    message = f"the script needs more than {request['memory'] // MIB} MiB"
    return error_of("out-of-memory", message, class_name="OutOfMemory")


def _too_large(size: int) -> dict[str, Any]:
    return error_of(
        "output-too-large", f"the script returned more than {size:,} bytes", class_name="OutputTooLarge"
    )


def _host(pipe: Pipe) -> Callable[[str, str], str]:
    def call(name: str, text: str) -> str:
        if name == "log":
            pipe.write({"log": json.loads(text)})
            return "null"
        pipe.write({"host": name}, text.encode(errors="replace"))
        return pipe.read().payload.decode()

    return call
