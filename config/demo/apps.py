"""App configuration of the demo."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo app."""

    name = "config.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let bridges of the demo organization reach the demo ERP."""
        from activities.steps.egress import allow_from  # models must be loaded first
        from config.demo.egress import addresses

        allow_from(addresses)
