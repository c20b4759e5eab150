"""A fair mutual exclusion with two classes of waiters: people before background bursts."""

from __future__ import annotations

import threading
from collections import deque

_class = threading.local()


def write_in_background() -> None:
    """Mark all further writes of this thread as background work."""
    _class.background = True


class FairLock:
    """Hand the lock on in the order of asking, people first; held by one thread, not re-entrant."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._people: deque[threading.Event] = deque()
        self._bursts: deque[threading.Event] = deque()

    def acquire(self) -> None:
        """Wait for the turn and take the lock."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            (self._bursts if getattr(_class, "background", False) else self._people).append(turn)
        turn.wait()

    def release(self) -> None:
        """Hand the lock to the next in line, or free it."""
        with self._guard:
            queue = self._people or self._bursts
            if queue:
                queue.popleft().set()
            else:
                self._held = False
