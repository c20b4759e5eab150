"""What a BRIDGE_CALL sends: its request maps, or its request script, resolved for one call (plan language 2.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from activities import sandbox
from activities.steps import Failed, LogLine, StepCall, logs
from activities.steps.bridge_wire import Values
from activities.steps.failures import business, system
from activities.steps.roots import template_root
from plans.language.expressions import has_placeholders, interpolate
from plans.language.schema import BridgeCallConfig

WHOLE: Final = "$"  # `requestBody: {"$": expression}` is the whole body
SCRIPT_LIMITS: Final = sandbox.Limits(seconds=10, memory_bytes=64 * 1024 * 1024, output_bytes=1024 * 1024)
_HINT: Final = (
    "write a fixed text in inner quotes, and a path that may be empty as $exists(path) ? path : null"
)
PARTS: Final = ("body", "query", "path", "headers")

Json = Any


@dataclass(frozen=True, slots=True)
class Resolved:
    """The values of a request, and what there is to say about them."""

    values: Values
    logs: Sequence[LogLine] = ()


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of an expression's value in a tree."""

    number: int


@dataclass(slots=True)
class _Reading:
    """Expressions met on the way through the maps, with the field they stand in."""

    root: Mapping[str, Json]
    expressions: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def resolve_request(call: StepCall) -> Resolved | Failed:
    """Evaluate the maps of the step, all expressions in one batch; or run its script."""
    config = call.step.config
    assert isinstance(config, BridgeCallConfig)
    return _from_script(call, config.request_script) if config.request_script else _from_maps(call, config)


def resolve_values(call: StepCall, tree: Json, where: str) -> tuple[Json, Sequence[LogLine]] | Failed:
    """Resolve a map whose values are templates or JSONata, as those of a request are."""
    reading = _Reading(template_root(call))
    placed = _read_tree(tree, where, reading)
    found = _evaluate(reading.expressions, call.expression_root())
    return found if isinstance(found, Failed) else (_place(placed, found), logs.warnings(reading.warnings))


def _from_maps(call: StepCall, config: BridgeCallConfig) -> Resolved | Failed:
    reading = _Reading(template_root(call))
    trees = {
        "requestBody": _read_body(config.request_body, reading),
        "requestQuery": _read_tree(config.request_query, "requestQuery", reading),
        "requestPath": _read_tree(config.request_path, "requestPath", reading),
        "requestHeaders": _read_tree(config.request_headers, "requestHeaders", reading),
    }
    found = _evaluate(reading.expressions, call.expression_root())
    if isinstance(found, Failed):
        return found
    body, query, path, headers = (_place(tree, found) for tree in trees.values())
    values = Values(
        body=body,
        has_body=config.request_body is not None,
        query=_without_nulls(query),
        path=_without_nulls(path),
        headers=_without_nulls(headers),
        header_texts=config.request_headers or {},
    )
    return Resolved(values, logs.warnings(reading.warnings))


def _read_body(body: Json, reading: _Reading) -> Json:
    if isinstance(body, Mapping) and set(body) == {WHOLE}:
        return _read_tree(body[WHOLE], "requestBody", reading)
    return _read_tree(body, "requestBody", reading)


def _read_tree(value: Json, where: str, reading: _Reading) -> Json:
    """Put values where templates stand and slots where expressions stand; all else is kept as it is."""
    if isinstance(value, Mapping):
        return {key: _read_tree(item, f"{where}.{key}", reading) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_read_tree(item, f"{where}[{index}]", reading) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    if has_placeholders(value):
        filled, warnings = interpolate(value, reading.root)
        reading.warnings += [f"{where}: {warning}" for warning in warnings]
        return filled
    reading.expressions.append((where, value))
    return _Slot(len(reading.expressions) - 1)


def _evaluate(expressions: Sequence[tuple[str, str]], root: Mapping[str, Json]) -> list[Json] | Failed:
    jobs = [sandbox.Evaluation(text, root) for _, text in expressions]
    verdicts = sandbox.evaluate(jobs, until_error=True) if jobs else []
    for (where, text), verdict in zip(expressions, verdicts, strict=True):
        if verdict.error:
            return system("ExpressionError", f"{where}: {verdict.error['message']}")
        if not verdict.has_value:
            return system("ExpressionError", f"{where}: no results found for {text}; {_HINT}")
    return [verdict.value for verdict in verdicts]


def _place(tree: Json, values: Sequence[Json]) -> Json:
    if isinstance(tree, _Slot):
        return values[tree.number]
    if isinstance(tree, dict):
        return {key: _place(item, values) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_place(item, values) for item in tree]
    return tree


def _without_nulls(part: Json) -> dict[str, Json] | None:
    return None if part is None else {key: value for key, value in part.items() if value is not None}


def _from_script(call: StepCall, script: str) -> Resolved | Failed:
    outcome = sandbox.run_script(script, {"ctx": call.expression_root()}, limits=SCRIPT_LIMITS)
    if outcome.error:
        error = outcome.error
        return business(
            error["code"], error["class"], f"requestScript: {error['message']}", logs=outcome.logs
        )
    given = outcome.value
    if not isinstance(given, dict) or set(given) - set(PARTS):
        return business(
            "request-script",
            "RequestError",
            "requestScript must return an object of body, query, path, headers",
        )
    maps = {name: given.get(name) for name in PARTS[1:]}
    wrong = next((name for name, value in maps.items() if not isinstance(value, dict | None)), None)
    if wrong:
        return business("request-script", "RequestError", f"requestScript: {wrong} must be an object")
    return Resolved(
        Values(
            body=given.get("body"),
            has_body="body" in given,
            query=_without_nulls(maps["query"]),
            path=_without_nulls(maps["path"]),
            headers=_without_nulls(maps["headers"]),
        ),
        outcome.logs,
    )
