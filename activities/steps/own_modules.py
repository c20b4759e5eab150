"""The built-in modules that the worker runs itself: which function carries out which (activities.modules.in_worker)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.module_loading import import_string
from pydantic import BaseModel

from activities.modules import ModuleFailed
from activities.modules.in_worker import InWorker, arguments, unknown_options
from activities.steps import Completed, Outcome, StepCall
from activities.steps.failures import business, system

# By name: what starts children imports what runs steps, which imports this.
PERFORMERS: Final[Mapping[str, str]] = {
    "builtin/noop": "activities.steps.own_modules.noop",
    "builtin/put_blob": "activities.steps.stored.put_blob",
    "builtin/get_blob": "activities.steps.stored.get_blob",
    "builtin/load_file": "activities.steps.files.load_file",
    "builtin/eval": "activities.steps.flows.evaluate",
    "builtin/map": "activities.steps.flows.map_items",
    "builtin/iterate": "activities.steps.flows.iterate",
    "builtin/openai": "activities.steps.chat.chat",
    "http/get": "activities.steps.web.http_get",
}


def perform(module: InWorker, call: StepCall, options: Mapping[str, Any]) -> Outcome:
    """Carry the module out; what it refuses is a business failure with a code that says what."""
    unknown = unknown_options(module.options, options)
    if unknown:
        return system("InvalidOptions", f"{module.ref} has no option {', '.join(sorted(unknown))}")
    performer: Callable[[StepCall, Any], Outcome] = import_string(PERFORMERS[module.ref])
    try:
        return performer(call, arguments(module.options, options, call.input))
    except ModuleFailed as failure:
        return business(failure.code, "ModuleFailed", f"{module.ref}: {failure.message}")


def noop(call: StepCall, _wanted: BaseModel) -> Completed:
    """Give the input back."""
    return Completed(call.input)
