"""Waiting for another process or thread: the one place where tests let time pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PAUSE_SECONDS = 0.02
Answer = TypeVar("Answer")


def wait_until(answer: Callable[[], Answer], *, what: str, seconds: float = 20.0) -> Answer:
    """Ask until the answer is truthy and return it; fail with `what` was waited for after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        given = answer()
        if given:
            return given
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}; the last answer was {given!r}")
        time.sleep(PAUSE_SECONDS)
