"""App configuration of the demo."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo app."""

    name = "config.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let bridges of the demo organization reach the demo ERP, and people find its ledger."""
        from activities.steps.egress import allow_from  # models must be loaded first
        from config.demo.egress import addresses
        from config.demo.panels import palette
        from plans.context import palette_providers

        allow_from(addresses)
        if palette not in palette_providers:
            palette_providers.append(palette)
