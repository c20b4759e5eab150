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
        from activities.modules import modules, step_only
        from activities.sandbox import schema_problems
        from activities.trial import trying
        from plans import catalog, context
        from plans.editor import choices
        from plans.language.findings import values
        from plans.services import demands

        catalog.module_refs = lambda: frozenset(modules())
        catalog.step_module_refs = lambda: frozenset(r for r, m in modules().items() if step_only(m))
        values.judge_apart = schema_problems
        choices.module_choices = panels.module_choices
        choices.document_statuses = panels.document_statuses
        demands.failing_cases = trying.failing_cases
        context.last_runs = panels.last_runs
        context.palette_providers.append(panels.palette)
