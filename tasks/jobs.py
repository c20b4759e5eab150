"""Celery jobs of tasks: thin and idempotent; beat calls them."""

from __future__ import annotations

from celery import shared_task

from tasks.notices import mail


@shared_task(acks_late=True)
def send_digests() -> None:
    """Send the digests whose time has come."""
    mail.send_digests()
