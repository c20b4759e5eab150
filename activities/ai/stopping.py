"""Ending from another thread what waits for a model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from activities.ai.failing import ModelFailed

if TYPE_CHECKING:
    from activities.steps import Killable

T = TypeVar("T")


class Stop:
    """Something that can be killed from another thread; harmless before it began and after it ended."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._cancels: list[Callable[[], object]] = []
        self.stopped = False

    def kill(self) -> None:
        """End all that is bound now."""
        with self._guard:
            self.stopped = True
            cancels, self._cancels = self._cancels, []
        for cancel in cancels:
            cancel()

    @contextmanager
    def ending(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Say how to end what runs in the block; what is stopped already is ended at once."""
        with self._guard:
            stopped = self.stopped
            self._cancels.append(cancel)
        if stopped:
            cancel()
        try:
            yield
        finally:
            with self._guard:
                if cancel in self._cancels:
                    self._cancels.remove(cancel)


def run_killable(
    work: Coroutine[Any, Any, T],
    *,
    on_start: Callable[[Killable], None] | None = None,
    stop: Stop | None = None,
) -> T:
    """Run a coroutine in this thread, on a loop of its own; raise ModelFailed where it is killed."""
    stop = stop or Stop()

    async def bound() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        with stop.ending(lambda: loop.call_soon_threadsafe(task.cancel)):
            return await task

    if on_start is not None:
        on_start(stop)
    try:
        return asyncio.run(bound())
    except asyncio.CancelledError:
        raise ModelFailed("the model was not waited for any longer", code="cancelled") from None
