"""App configuration of plans."""

from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """The plans app."""

    name = "plans"
    default_auto_field = "django.db.models.BigAutoField"
