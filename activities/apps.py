"""App configuration of activities."""

from __future__ import annotations

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """The activities app."""

    name = "activities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add to the frame and to the checker what only this app knows."""
        from activities import (
            checks,  # noqa: F401  registers system checks
            panels,
        )
        from activities.modules import modules
        from plans import catalog, context

        catalog.module_refs = lambda: frozenset(modules())
        context.last_runs = panels.last_runs
        context.palette_providers.append(panels.palette)
