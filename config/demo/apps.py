"""App configuration of the demo."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo app."""

    name = "config.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
