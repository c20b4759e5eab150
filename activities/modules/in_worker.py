"""Built-in modules that need the database or the network: the worker runs them itself, for they are our own code.

Here they only say what they are called and what they take; `activities.steps.own_modules` carries them out. What they
take may stand in `moduleOptions` or in `input`; of two, `input` wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from activities.modules.calls import ModuleCall, ModuleFailed

AnyOptions = TypeVar("AnyOptions", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class InWorker:
    """A module by its description."""

    ref: str
    title: str
    options: type[BaseModel]
    pure: bool
    runs_flows: bool = False  # as activities of their own: the step waits for them

    def run(self, call: ModuleCall) -> Any:
        """Refuse: nothing here can be done in a process of its own."""
        raise ModuleFailed("in-worker", f"{self.ref} runs as a step of its own only")


def arguments(model: type[AnyOptions], options: Mapping[str, Any], given: Any) -> AnyOptions:
    """Read what a module takes from its options and its input; raises ModuleFailed.

    Keys of the input that the module does not know are left alone, as in every flow; unknown options are not.
    """
    known = _names(model)
    merged: dict[str, Any] = {}
    for source in (options, _known(given, known)):
        for key, value in source.items():
            name = next((n for n, field in model.model_fields.items() if key in (n, field.alias)), key)
            merged[name] = value
    try:
        return model.model_validate(merged)
    except ValidationError as error:
        raise ModuleFailed("invalid-input", _sentence(model, error)) from error


def unknown_options(model: type[BaseModel], options: Mapping[str, Any]) -> set[str]:
    """Return the options that the module does not take."""
    return set(options) - _names(model)


def _names(model: type[BaseModel]) -> set[str]:
    return {name for key, field in model.model_fields.items() for name in (key, field.alias or key)}


def _known(given: Any, known: set[str]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key in known} if isinstance(given, Mapping) else {}


def _sentence(model: type[BaseModel], error: ValidationError) -> str:
    """Say what is wrong first, with keys as flows spell them."""
    first = error.errors(include_url=False, include_context=False)[0]
    spelled = {field.alias: name for name, field in model.model_fields.items()}
    where = ".".join(str(spelled.get(part, part) if isinstance(part, str) else part) for part in first["loc"])
    if first["type"] == "missing":
        return f"it needs {where}"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}" if where else str(first["msg"])
