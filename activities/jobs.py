"""Celery jobs: thin and idempotent. They may come late, doubled or never; the sweep makes up for it."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from celery.signals import worker_shutting_down

from activities import blobs, delivery, fanout, timers, worker
from activities import sweep as sweeping


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


@shared_task(acks_late=True)
def sweep_blobs() -> None:
    """Delete what no activity refers to any more."""
    blobs.sweep()


@worker_shutting_down.connect
def _stop_between_steps(**_kwargs: object) -> None:
    worker.stopping.set()


__all__ = ["deliver", "drive", "fire_timers", "run_documents", "sweep", "sweep_blobs"]
