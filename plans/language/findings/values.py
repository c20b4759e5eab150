"""What a person or program gave for a start: required inputs, types, schemas (plan language 1)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, UnknownType, ValidationError
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from plans.language.finding import Finding, error
from plans.language.schema import InputOption, Plan

# Set by the app that has processes to kill: judges there by a schema that may take for ever (`may_take_long`).
judge_apart: Callable[[Any, Any], Iterable[tuple[str, str]]] | None = None

# What makes the time of a validation unbounded, or grow faster than schema and value.
_LONG: Final = frozenset(
    {"pattern", "patternProperties", "uniqueItems", "$ref", "$dynamicRef", "$recursiveRef"}
)
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})


def check_inputs(plan: Plan, inputs: object) -> tuple[dict[str, Any], list[Finding]]:
    """Coerce the inputs of a start to the types of the plan's options, and judge them.

    Missing is absent, null or "". An empty text for an optional option that is no text counts as absent. Inputs that
    no option names stay as they are. Nothing starts while there are findings.
    """
    if not isinstance(inputs, Mapping):
        return {}, [_invalid("", "inputs must be an object")]
    coerced = {str(key): value for key, value in inputs.items()}
    found: list[Finding] = []
    missing = [option.name for option in plan.input_options if not _take(option, coerced, found)]
    if missing:
        message = f"missing required inputs: {', '.join(missing)}"
        found.insert(0, error("missing-required-inputs", message, field="inputs"))
    if not found and plan.inputs_schema is not None:
        found.extend(_invalid(pointer, what) for pointer, what in schema_errors(plan.inputs_schema, coerced))
    return coerced, found


def check_variables(plan: Plan, variables: object) -> tuple[dict[str, Any], list[Finding]]:
    """Give each variable of the plan what was given for it, else its default; judge them by their schemas.

    A variable with neither is left out: a reference to it is an error when it is resolved.
    """
    if variables is None:
        variables = {}
    if not isinstance(variables, Mapping):
        return {}, [_invalid("/variables", "variables must be an object")]
    values: dict[str, Any] = {}
    found = [
        _invalid(_pointer("variables", name), f'the plan has no variable "{name}"')
        for name in variables
        if name not in plan.variables
    ]
    for name, schema in plan.variables.items():
        if name in variables:
            values[name] = variables[name]
        elif isinstance(schema, Mapping) and "default" in schema:
            values[name] = schema["default"]
            continue
        else:
            continue
        if isinstance(schema, Mapping):
            prefix = _pointer("variables", name)
            problems = schema_errors(dict(schema), values[name])
            found.extend(_invalid(prefix + pointer, what) for pointer, what in problems)
    return values, found


def schema_errors(schema: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Validate by JSON Schema; gives JSON pointer and message of each problem. Fetches nothing, and takes no long."""
    apart = judge_apart if may_take_long(schema) else None
    yield from (apart or schema_errors_here)(schema, value)


def may_take_long(schema: Any) -> bool:
    """Tell if a validation by the schema may take for ever, as by a pattern that goes back and forth."""
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, Mapping):
            if not _LONG.isdisjoint(part):
                return True
            left.extend(part.values())
        elif isinstance(part, list | tuple):
            left.extend(part)
    return False


def schema_errors_here(schema: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Validate in this process, however long it takes."""
    validator_type = validator_for(schema, default=Draft202012Validator)
    # Without a registry of its own, the library would fetch a remote $ref.
    validator = validator_type(schema, registry=Registry())
    try:
        problems = sorted(validator.iter_errors(value), key=_place_of)
    except (
        Unresolvable,
        SchemaError,
        UnknownType,
        re.error,
        RecursionError,
        ValueError,
        TypeError,
    ) as failure:
        yield "", f"the schema cannot be applied: {failure}"
        return
    for problem in problems:
        yield _pointer(*problem.absolute_path), problem.message


def schema_problem(schema: Any) -> str | None:
    """Tell why a schema is none; None when it is one."""
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except SchemaError as failure:
        return f"{_pointer(*failure.absolute_path) or '/'}: {failure.message}"
    except (re.error, RecursionError, ValueError, TypeError) as failure:
        return str(failure)
    return None


def _place_of(problem: ValidationError) -> list[str]:
    return [str(part) for part in problem.absolute_path]


def _take(option: InputOption, values: dict[str, Any], found: list[Finding]) -> bool:
    """Coerce one input in place; False when it is required and missing."""
    value = values.get(option.name)
    if value is None and option.name not in values and option.default is not None:
        value = values[option.name] = option.default
    if value is None or value == "":
        if value == "" and option.type not in ("string", "text"):
            del values[option.name]
        return not option.required
    try:
        values[option.name] = _COERCIONS.get(option.type, _keep)(value)
        _check_choice(option, values[option.name])
    except ValueError as failure:
        found.append(_invalid(_pointer(option.name), str(failure)))
    return True


def _invalid(pointer: str, what: str) -> Finding:
    return error("invalid-inputs", f"{pointer or '/'}: {what}", field="inputs")


def _pointer(*parts: object) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _keep(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json.dumps(value)
    raise ValueError("must be a text")


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            number = json.loads(value.strip())
        except ValueError:
            number = None
        if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < float("inf"):
            return number
    raise ValueError("must be a number")


def _integer(value: Any) -> int:
    try:
        number = _number(value)
    except ValueError as failure:
        raise ValueError("must be a whole number") from failure
    if isinstance(number, float) and not number.is_integer():
        raise ValueError("must be a whole number")
    return int(number)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("must be true or false")


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except (AttributeError, ValueError) as failure:
        raise ValueError("must be a date such as 2026-11-20") from failure


def _datetime(value: Any) -> str:
    try:
        datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError) as failure:
        raise ValueError("must be a date and time such as 2026-11-20T14:30:00Z") from failure
    return str(value.strip())


def _object(value: Any) -> dict[str, Any]:
    value = _from_json(value)
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    return value


def _array(value: Any) -> list[Any]:
    value = _from_json(value)
    if not isinstance(value, list):
        raise ValueError("must be a list")
    return value


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _check_choice(option: InputOption, value: Any) -> None:
    if option.type != "selection" or not option.options:
        return
    choices = [choice.get("value") if isinstance(choice, dict) else choice for choice in option.options]
    if value not in choices:
        raise ValueError(f"must be one of {', '.join(str(choice) for choice in choices)}")


_COERCIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "string": _text,
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "object": _object,
    "array": _array,
    "cloudModel": _text,
    "cloudEmbedding": _text,
}
