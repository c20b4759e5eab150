"""Tries plans from the server's side: at most two at a time, the others in line, each within its time."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext as _

from activities.errors import TrialBroke, TrialsBusy, TrialTooLong
from activities.sandbox.frames import PipeClosed, PipeTimeout, read_json
from activities.sandbox.pool import pool
from activities.sandbox.workers import Worker

AT_ONCE: Final = 2
IN_LINE: Final = 16
TRY_SECONDS: Final = 20.0
LINE_SECONDS: Final = 20.0


class Line:
    """Places that are given out in the order in which they were asked for."""

    def __init__(self, places: int, *, in_line: int) -> None:
        self._free = places
        self._most = in_line
        self._waiting: deque[threading.Event] = deque()
        self._guard = threading.Lock()

    @contextmanager
    def place(self, *, seconds: float) -> Iterator[None]:
        """Hold a place; raise TrialsBusy where too many wait, or none comes free in time."""
        turn = self._ask()
        if not turn.wait(seconds) and self._gave_up(turn):
            raise TrialsBusy()
        try:
            yield
        finally:
            self._leave()

    def _ask(self) -> threading.Event:
        turn = threading.Event()
        with self._guard:
            if self._free and not self._waiting:
                self._free -= 1
                turn.set()
            elif len(self._waiting) >= self._most:
                raise TrialsBusy()
            else:
                self._waiting.append(turn)
        return turn

    def _gave_up(self, turn: threading.Event) -> bool:
        """Leave the line, unless the turn came in this instant."""
        with self._guard:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


_line = Line(AT_ONCE, in_line=IN_LINE)


def warm() -> None:
    """Start a child, if there is none, without waiting for it: somebody has opened the editor."""
    if pool("trials").cold:
        pool("trials").warm(1)


def ask(what: str, request: Mapping[str, Any], *, seconds: float = TRY_SECONDS) -> Iterator[Any]:
    """Have a child do `try` or `cases`, and give its answers as they come, each within `seconds`.

    Raise TrialsBusy, TrialTooLong (the child is killed) or TrialBroke.
    """
    with _line.place(seconds=LINE_SECONDS), pool("trials").lease() as worker:
        try:
            worker.send({"do": what}, json.dumps(request).encode())
            yield from _answers(worker, seconds)
        except PipeTimeout as error:
            worker.kill()
            raise TrialTooLong(seconds) from error
        except PipeClosed as error:
            worker.kill()
            raise TrialBroke(_("its process ended")) from error


def _answers(worker: Worker, seconds: float) -> Iterator[Any]:
    while True:
        frame = worker.receive(seconds=seconds)
        if not frame.header["done"]:
            yield read_json(frame.payload)
            continue
        if frame.header["retire"]:
            worker.kill()
        if error := frame.header.get("error"):
            raise TrialBroke(_("it needs too much memory") if error == "memory" else error)
        return
