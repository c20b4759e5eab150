"""Wiring only: settings, URLs, ASGI and Celery. No app imports this package."""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]
