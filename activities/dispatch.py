"""How work is announced: by Celery in a server, by a local queue in commands and tests.

An announcement is a hint. It may be lost, late or doubled.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils import timezone
from kombu.exceptions import OperationalError

logger = logging.getLogger("throughline.dispatch")
NEAR_SECONDS = 60.0


class Dispatcher(Protocol):
    """Where hints go."""

    def drive(self, activity_id: UUID, position: int | None) -> None:
        """A step is ready; None: several are that share a commit."""

    def documents(self, activity_id: UUID, position: int) -> None:
        """Documents of a step wait for workers."""

    def timer(self, activity_id: UUID, due_at: datetime) -> None:
        """The activity has a timer that is due then."""

    def outbox(self, activity_id: UUID) -> None:
        """The activity has something to deliver."""


class Celery:
    """Announce by Celery jobs."""

    def drive(self, activity_id: UUID, position: int | None) -> None:
        """Send a job that drives the activity."""
        _send("drive", activity_id, position)

    def documents(self, activity_id: UUID, position: int) -> None:
        """Send a job for one lane; a lane calls the next while there is work for it."""
        _send("run_documents", activity_id, position)

    def timer(self, activity_id: UUID, due_at: datetime) -> None:
        """Send a job for the instant, if it is near; the sweep sees to the far ones."""
        seconds = (due_at - timezone.now()).total_seconds()
        if seconds < NEAR_SECONDS:
            _send("fire_timers", activity_id, countdown=max(0.0, seconds))

    def outbox(self, activity_id: UUID) -> None:
        """Send a job that delivers."""
        _send("deliver", activity_id)


def _send(name: str, activity_id: UUID, *more: object, countdown: float | None = None) -> None:
    """Hand a job to the broker; while that is out, nobody who committed gets an error: the sweep announces it."""
    from activities import jobs  # which import what announces

    try:
        getattr(jobs, name).apply_async(args=[str(activity_id), *more], countdown=countdown)
    except (OperationalError, OSError) as error:
        logger.warning("%s of activity %s was not announced: %s", name, activity_id, error)


_current: ContextVar[Dispatcher | None] = ContextVar("dispatcher", default=None)
_celery = Celery()


def current() -> Dispatcher:
    """Return where hints go in this context."""
    return _current.get() or _celery


@contextmanager
def using(dispatcher: Dispatcher) -> Iterator[None]:
    """Send the hints of this context elsewhere for the length of the block."""
    token = _current.set(dispatcher)
    try:
        yield
    finally:
        _current.reset(token)
