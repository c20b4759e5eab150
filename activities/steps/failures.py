"""How handlers say that a step failed."""

from __future__ import annotations

from collections.abc import Sequence

from activities.steps import ErrorInfo, Failed, LogLine

SYSTEM_CODE = 500  # plan language 2.2: what the author or the installation must put right


def system(kind: str, message: str, *, place: str = "", logs: Sequence[LogLine] = ()) -> Failed:
    """Fail for a reason that no retry and no `onError` answers."""
    return Failed(ErrorInfo(SYSTEM_CODE, message, kind, place), kind="system", logs=logs)


def business(code: str | int, kind: str, message: str, *, logs: Sequence[LogLine] = ()) -> Failed:
    """Fail for a reason that `onError` and retries are for."""
    return Failed(ErrorInfo(code, message, kind), logs=logs)


def timeout(kind: str, message: str, *, logs: Sequence[LogLine] = ()) -> Failed:
    """Fail because time ran out; handled as a business failure."""
    return Failed(ErrorInfo("timeout", message, kind), kind="timeout", logs=logs)
