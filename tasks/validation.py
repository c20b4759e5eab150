"""Form data against its JSON Schema: every fault in a sentence, by JSON pointer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from tasks.forms import escape, labels

Json = Any
MAX_BYTES: Final = 1024 * 1024
MAX_ERRORS: Final = 50
PATTERN_SECONDS: Final = 0.2
_TYPES: Final = {
    "integer": later("a whole number"),
    "number": later("a number"),
    "string": later("a text"),
    "boolean": later("yes or no"),
    "array": later("a list"),
    "object": later("a group of fields"),
}
_FORMATS: Final = {
    "date": later("a date like 2026-03-31"),
    "date-time": later("a date and time like 2026-03-31T14:00"),
    "email": later("an e-mail address"),
    "uri": later("an address like https://example.com"),
}


def faults(schema: Mapping[str, Json] | None, data: Json, *, complete: bool = True) -> dict[str, list[str]]:
    """Return what is wrong, by JSON pointer; {} if nothing is. Without `complete`, missing fields are no fault."""
    problem = storage_problem(data)
    if problem:
        return {"": [problem]}
    if not isinstance(data, Mapping):
        return {"": [_("form data is an object of fields and their values")]}
    if schema is None:
        return {}
    found: dict[str, list[str]] = {}
    names = labels(schema)
    try:
        for number, error in enumerate(_validator(schema).iter_errors(data)):
            if number == MAX_ERRORS:
                break
            if complete or error.validator not in {
                "required",
                "minProperties",
                "minItems",
                "dependentRequired",
            }:
                pointer, message = _fault(error, names)
                found.setdefault(pointer, []).append(message)
    except Unresolvable as error:
        return {
            "": [_("the form's schema refers to something that it does not hold: %(ref)s") % {"ref": error}]
        }
    except RecursionError:
        return {"": [_("form data is nested too deeply")]}
    return found


def storage_problem(value: Json) -> str:
    """Tell why the value can't be kept (too large, too deep, not JSON, text that is no Unicode), "" if it can."""
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except RecursionError:
        return _("form data is nested too deeply")
    except UnicodeEncodeError:
        return _("form data holds half a character; type the text again")
    except (TypeError, ValueError):
        return _("form data is not JSON")
    if size > MAX_BYTES:
        return _("form data is %(size)d bytes; %(most)d are the most") % {"size": size, "most": MAX_BYTES}
    return ""


def _pattern(validator: Any, pattern: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
    """Match with a time limit: patterns are authored text, and some run for ever."""
    if not validator.is_type(instance, "string"):
        return
    try:
        matched = regex.search(pattern, instance, timeout=PATTERN_SECONDS)
    except (TimeoutError, regex.error):
        matched = None
    if matched is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_checker = FormatChecker(formats=("date", "email", "time"))


@_checker.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@_checker.checks("uri")
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(
        regex.match(r"[a-z][a-z0-9+.-]*:\S+\Z", value, regex.IGNORECASE)
    )


_Validator = extend(Draft202012Validator, {"pattern": _pattern})


def _validator(schema: Mapping[str, Json]) -> Any:
    # An empty registry: a $ref to another document is never fetched.
    return _Validator(schema, format_checker=_checker, registry=Registry())


def _fault(error: ValidationError, names: Mapping[str, str]) -> tuple[str, str]:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "required" and isinstance(error.instance, Mapping):
        wanted: list[str] = error.schema["required"]  # type: ignore[index]  # a rule of an object schema
        missing = next(name for name in wanted if error.message.startswith(repr(name)))
        label = names.get(missing, missing) if not path else missing
        return _pointer([*path, missing]), _("%(field)s is missing.") % {"field": label}
    if error.validator == "additionalProperties":
        return _pointer(path), _("This form has no such field: %(detail)s") % {"detail": error.message}
    return _pointer(path), _sentence(error)


def _pointer(path: list[str]) -> str:
    return "".join(f"/{escape(part)}" for part in path)


def _sentence(error: ValidationError) -> str:
    limit: Any = error.validator_value
    typed = _short(error.instance)
    match error.validator:
        case "type":
            wanted = (
                limit
                if isinstance(limit, str)
                else next((kind for kind in limit if kind != "null"), "string")
            )
            kinds = {"wanted": _TYPES.get(wanted, wanted), "typed": typed}
            return _("This takes %(wanted)s, not %(typed)s.") % kinds
        case "enum" | "oneOf" | "anyOf" | "const":
            return _("%(typed)s is not one of the choices.") % {"typed": typed}
        case "minimum":
            return _("%(limit)s is the least.") % {"limit": limit}
        case "maximum":
            return _("%(limit)s is the most.") % {"limit": limit}
        case "exclusiveMinimum":
            return _("This must be more than %(limit)s.") % {"limit": limit}
        case "exclusiveMaximum":
            return _("This must be less than %(limit)s.") % {"limit": limit}
        case "minLength" | "minItems":
            return _("Too short: %(limit)s is the least.") % {"limit": limit}
        case "maxLength" | "maxItems":
            return _("Too long: %(limit)s is the most.") % {"limit": limit}
        case "format":
            return _("This takes %(wanted)s, not %(typed)s.") % {
                "wanted": _FORMATS.get(limit, limit),
                "typed": typed,
            }
        case "pattern":
            return _("%(typed)s does not have the form that is asked for here.") % {"typed": typed}
        case _:
            return error.message if len(error.message) < 300 else _("This value does not fit.")


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
