"""App configuration of activities."""

from __future__ import annotations

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """The activities app."""

    name = "activities"
    default_auto_field = "django.db.models.BigAutoField"
