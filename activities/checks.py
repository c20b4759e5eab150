"""System checks: what would otherwise only show when a step runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from activities.modules import module_problems
from activities.steps import StepHandler

REQUIRED = ("pure", "run", "close")


@register()
def step_handlers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every handler that settings name can be imported and has the methods of a handler."""
    found: list[CheckMessage] = []
    for kind, path in settings.STEP_HANDLERS.items():
        try:
            handler: StepHandler = import_string(path)()
        except ImportError as error:
            hint = "correct the dotted path in settings.STEP_HANDLERS"
            found.append(
                Error(f"the handler of {kind} can't be imported: {error}", hint=hint, id="activities.E001")
            )
            continue
        missing = [name for name in REQUIRED if not callable(getattr(handler, name, None))]
        if missing:
            found.append(
                Error(f"the handler of {kind}, {path}, has no {', '.join(missing)}", id="activities.E002")
            )
    return found


@register()
def script_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Everything that answers scripts can be imported."""
    found: list[CheckMessage] = []
    for name, path in settings.SCRIPT_HOSTS.items():
        try:
            import_string(path)
        except ImportError as error:
            hint = "correct the dotted path in settings.SCRIPT_HOSTS"
            found.append(
                Error(
                    f"what answers {name} of scripts can't be imported: {error}",
                    hint=hint,
                    id="activities.E003",
                )
            )
    return found


@register()
def modules(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A module of somebody else's package that can't be loaded is named, and is not fatal."""
    return [Warning(str(problem), id="activities.W001") for problem in module_problems()]
