"""Celery jobs: thin, idempotent, with ids as arguments. They may come late, doubled or never; the sweep makes up for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from activities import delivery, fanout, timers, worker
from activities import sweep as sweeping

NEAR_SECONDS = 60.0


@shared_task(acks_late=True)
def drive(activity_id: str, position: int | None = None) -> None:
    """Do what is ready in an activity."""
    worker.drive(UUID(activity_id), position)


@shared_task(acks_late=True)
def run_documents(activity_id: str, position: int) -> None:
    """Be a lane of a fan-out."""
    fanout.run_lane(UUID(activity_id), position, stopping=worker.stopping)


@shared_task(acks_late=True)
def fire_timers(activity_id: str) -> None:
    """Fire the activity's timers that are due."""
    timers.fire(UUID(activity_id))


@shared_task(acks_late=True)
def deliver(activity_id: str) -> None:
    """Deliver what the activity has to send."""
    delivery.deliver(UUID(activity_id))


@shared_task(acks_late=True)
def sweep() -> None:
    """Announce again what stayed, take over from dead workers, fire what is due."""
    sweeping.sweep()


def fire_timers_at(activity_id: UUID, due_at: datetime) -> None:
    """Have the timers fired at the instant, if it is near; beat sees to the far ones."""
    seconds = (due_at - timezone.now()).total_seconds()
    if seconds < NEAR_SECONDS:
        fire_timers.apply_async(args=[str(activity_id)], countdown=max(0.0, seconds))


@worker_shutting_down.connect
def _stop_between_steps(**_kwargs: object) -> None:
    worker.stopping.set()


__all__ = ["deliver", "drive", "fire_timers", "fire_timers_at", "run_documents", "sweep"]
