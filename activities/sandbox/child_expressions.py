"""Evaluates JSONata and judges by schemas in a child: one alarm each, so that the rest of a batch still is answered."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from activities.sandbox.child import limit_memory
from activities.sandbox.frames import Frame, Pipe
from activities.sandbox.outcomes import MIB, error_of
from plans.language.expressions import NO_RESULT, ExpressionError, evaluate
from plans.language.findings.values import schema_errors_here

_MEMORY_BYTES: Final = 512 * MIB
_OUTPUT_BYTES: Final = 8 * MIB
_PROBLEMS: Final = 100
_MESSAGE_CHARACTERS: Final = 1000


class _TimeUp(BaseException):
    """Not an Exception: nothing between the alarm and `_judge` may answer it."""


def run(frame: Frame, pipe: Pipe) -> None:
    """Evaluate `jobs` ([text, index of its root]) and answer each at once with `{"verdict", "error"}`.

    With `validate` the payload is a schema and a value, and the answer `{"problems"}`; null where it takes too long.
    """
    limit_memory(_MEMORY_BYTES)
    if frame.header.get("validate"):
        pipe.write({"problems": _problems(frame.payload, frame.header["seconds"])})
        return
    roots = json.loads(frame.payload)
    for text, root in frame.header["jobs"]:
        header, payload = _judge(text, roots[root], frame.header["seconds"])
        pipe.write(header, payload)


def _problems(payload: bytes, seconds: float) -> list[tuple[str, str]] | None:
    try:
        with _alarm(seconds):
            schema, value = json.loads(payload)
            found = islice(schema_errors_here(schema, value), _PROBLEMS)
            return [(pointer, message[:_MESSAGE_CHARACTERS]) for pointer, message in found]
    except (_TimeUp, MemoryError, RecursionError):
        return None


def _judge(text: str, root: object, seconds: float) -> tuple[dict[str, Any], bytes]:
    try:
        with _alarm(seconds):
            value = evaluate(text, root, seconds=seconds)
            if value is NO_RESULT:
                return {"has_value": False, "error": None}, b""
            payload = json.dumps(value).encode()
    except _TimeUp:
        return _failed("expression-timeout", f"the expression took longer than {seconds:g} s")
    except ExpressionError as error:
        return _failed(error.code, str(error), position=error.position)
    except (MemoryError, RecursionError, ValueError):
        return _failed("expression-too-large", "the value of the expression is too large")
    if len(payload) > _OUTPUT_BYTES:
        return _failed("expression-too-large", "the value of the expression is too large")
    return {"has_value": True, "error": None}, payload


def _failed(code: str, message: str, *, position: int | None = None) -> tuple[dict[str, Any], bytes]:
    place = None if position is None else f"1:{position + 1}"
    return {
        "has_value": False,
        "error": error_of(code, message, class_name="ExpressionError", place=place),
    }, b""


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    signal.signal(signal.SIGALRM, _time_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _time_up(_number: int, _frame: object) -> None:
    raise _TimeUp
