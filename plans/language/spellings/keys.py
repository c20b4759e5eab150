"""Typed objects into models, key by key; what does not fit becomes a finding and is kept as typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from plans.language.finding import Notes, Place, Severity
from plans.language.schema import Model

AnyModel = TypeVar("AnyModel", bound=Model)

# Here a written null is a value of its own; elsewhere null means the same as absent.
NULL_IS_A_VALUE: Final = frozenset({"input", "defaultOutput"})
_TYPE_WORDS: Final = {
    "a valid tuple": "a list",
    "a valid dictionary": "an object",
    "a valid string": "a text",
    "a valid integer": "a whole number",
    "a valid boolean": "true or false",
    "a valid number": "a number",
}


@lru_cache(maxsize=64)
def wire_names(model: type[Model]) -> tuple[str, ...]:
    """List the keys an author may write for a model."""
    return tuple(
        info.alias or name for name, info in model.model_fields.items() if name not in ("kept", "broken")
    )


def kind_of_value(value: object) -> str:
    """Name the JSON type of a value as messages say it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def sort_keys(
    typed: Mapping[Any, Any],
    known: Collection[str],
    place: Place,
    notes: Notes,
    *,
    aliases: Mapping[str, str] | None = None,
    severity: Severity = "error",
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split what was typed into values by their canonical key, and what is kept because it fits nowhere."""
    values: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for typed_key, value in typed.items():
        key = typed_key if type(typed_key) is str else str(typed_key)
        name = aliases.get(key, key) if aliases else key
        if name not in known:
            kept[key] = value
            notes.unknown_key(key, known, place, severity=severity)
        elif value is None and name not in NULL_IS_A_VALUE:
            continue
        elif name not in values:
            values[name] = value
        else:
            place_value(name, value, key, values, kept, place, notes)
    return values, kept


def place_value(
    name: str,
    value: object,
    typed_key: str,
    values: dict[str, Any],
    kept: dict[str, Any],
    place: Place,
    notes: Notes,
) -> None:
    """Take a value under its canonical key; a second, different one of another spelling is kept aside."""
    if name not in values:
        values[name] = value
    elif values[name] != value:
        kept[typed_key] = value
        notes.invalid(f'it says something else than "{name}", which is used', place.at(typed_key))


def make(
    model: type[AnyModel], values: dict[str, Any], kept: dict[str, Any], place: Place, notes: Notes
) -> AnyModel:
    """Build the model; a value that it refuses becomes a finding, is kept as typed, and its default stands in."""
    while True:
        try:
            return model.model_validate({**values, "kept": kept} if kept else values)
        except ValidationError as failure:
            for name, message in _first_by_key(failure).items():
                notes.invalid(message, place.at(name))
                kept[name] = values.pop(name)


def fill(
    model: type[AnyModel],
    typed: Mapping[Any, Any],
    place: Place,
    notes: Notes,
    *,
    aliases: Mapping[str, str] | None = None,
    severity: Severity = "error",
) -> AnyModel:
    """Read an object with no further rules of its own into its model."""
    values, kept = sort_keys(typed, wire_names(model), place, notes, aliases=aliases, severity=severity)
    return make(model, values, kept, place, notes)


def _first_by_key(failure: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in failure.errors(include_url=False, include_context=False, include_input=False):
        message = problem["msg"].removeprefix("Value error, ").replace("Input should be ", "it must be ")
        for technical, plain in _TYPE_WORDS.items():
            message = message.replace(technical, plain)
        found.setdefault(str(problem["loc"][0]), message)
    return found
