"""StepFlow flows into the plan language (plan language 2.2), in the spelling of their pages or of their code."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import count
from typing import Any, Final

from plans.language.finding import Notes, Place
from plans.language.refactor import rename_steps
from plans.language.schema import Plan
from plans.language.slugs import STEP_SLUG

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_IN_SLUG: Final = re.compile(r"[^a-z0-9_-]+")
_SCHEMA_MARK: Final = "stepflow.org/"
_PLAN_KEYS: Final = {
    "slug": "slug",
    "name": "name",
    "description": "description",
    "input_schema": "inputsSchema",
    "inputSchema": "inputsSchema",
    "output_schema": "outputSchema",
    "outputSchema": "outputSchema",
    "steps": "steps",
    "output": "output",
    "test": "test",
    "variables": "variables",
    "metadata": "metadata",
    "failurePolicy": "failurePolicy",
}
_KNOWN_BESIDES: Final = frozenset({"schema", "schemas", "version", "examples"})
_FLOWS_ALONE: Final = frozenset(
    {"schema", "schemas", "version", "examples", "input_schema", "output_schema", "inputSchema"}
)
_PLANS_ALONE: Final = frozenset({"slug", "inputOptions", "inputsSchema", "documentFamilyGroups", "layout"})
_STEP_KEYS: Final = {
    "id": "slug",
    "component": "moduleRef",
    "skip": "skipIf",
    "skip_if": "skipIf",
    "on_error": "onError",
    "input_schema": "inputSchema",
    "output_schema": "outputSchema",
    "must_execute": "mustExecute",
}


def is_flow(document: Mapping[str, Any]) -> bool:
    """Tell a flow from a plan: by its `schema`, by steps with an `id` or a `component`, without steps by its keys."""
    schema = document.get("schema")
    if isinstance(schema, str) and _SCHEMA_MARK in schema:
        return True
    steps = document.get("steps")
    # A flow that was read once has a failurePolicy, and perhaps still steps that could not be read.
    if "failurePolicy" in document:
        return False
    if not steps:
        return bool(_FLOWS_ALONE & document.keys()) and not _PLANS_ALONE & document.keys()
    if not isinstance(steps, list):
        return False
    return any(
        isinstance(step, dict)
        and not any(key in step for key in ("slug", "kind", "type"))
        and ("component" in step or "id" in step)
        for step in steps
    )


def to_plan(flow: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """Spell a flow as a plan document, for the reader to go on with.

    What a plan has no place for (the schema's address, version, examples, unknown keys) is in `metadata.stepflow`.
    """
    plan: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for typed_key, value in flow.items():
        _place_key(str(typed_key), value, plan, extra, notes)
    _place_variables(plan, extra)
    if isinstance(plan.get("steps"), list):
        plan["steps"] = [_to_step(step) for step in plan["steps"]]
    if extra:
        metadata = plan.get("metadata")
        plan["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), "stepflow": extra}
    plan.setdefault("failurePolicy", "output")
    return plan


def name_by_slugs(plan: Plan, notes: Notes) -> Plan:
    """Give slugs to steps of a flow whose ids are none (`loadData` is `load-data`); the id stays as the name."""
    slugs = {step.slug for step in plan.steps}
    names: dict[str, str] = {}
    for step in plan.steps:
        if step.slug not in names and not STEP_SLUG.fullmatch(step.slug):
            slug = _free_slug(step.slug, slugs | set(names.values()))
            names[step.slug] = slug
            message = (
                f'flow step "{step.slug}" is named "{slug}" here: a slug may hold a-z, 0-9, _ and - only'
            )
            notes.add("stepflow-id-renamed", message, Place("flow", slug, "slug"), severity="warning")
    if not names:
        return plan
    renamed, _ = rename_steps(_with_names(plan, names), names)
    return renamed


def _with_names(plan: Plan, names: Mapping[str, str]) -> Plan:
    steps = tuple(
        step.model_copy(update={"name": step.slug}) if step.slug in names and not step.name else step
        for step in plan.steps
    )
    return plan.model_copy(update={"steps": steps})


def _free_slug(identifier: str, taken: Collection[str]) -> str:
    words = _HUMP.sub("-", identifier).lower()
    slug = _NOT_IN_SLUG.sub("-", words).strip("-_") or "step"
    return next(
        name for number in count(1) if (name := slug if number == 1 else f"{slug}-{number}") not in taken
    )


def _place_key(key: str, value: Any, plan: dict[str, Any], extra: dict[str, Any], notes: Notes) -> None:
    name = _PLAN_KEYS.get(key)
    if name is not None and name not in plan:
        if value is not None:
            plan[name] = value
        return
    extra[key] = value
    if name is None and key not in _KNOWN_BESIDES:
        known = (*_PLAN_KEYS, *sorted(_KNOWN_BESIDES))
        notes.unknown_key(key, known, Place("flow"), severity="warning")


def _place_variables(plan: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Take the variables of a JSON Schema object, and those of the newer `schemas` block, as plain properties."""
    schema = plan.get("variables")
    if schema is None:
        match extra.get("schemas"):
            case {"properties": {"variables": dict(inner)}}:
                schema = inner
    match schema:
        case {"type": "object", "properties": dict(properties)}:
            plan["variables"] = properties
        case {"type": "object", **rest} if not rest:
            del plan["variables"]
        case _:
            return


def _to_step(step: Any) -> Any:
    if not isinstance(step, dict) or "slug" in step or "kind" in step or "type" in step:
        return step
    out: dict[str, Any] = {}
    # The canonical spelling first: of two, the other stays as typed, and is found to be unknown.
    for typed_key in sorted(step, key=lambda key: str(key) in _STEP_KEYS):
        key, value = str(typed_key), step[typed_key]
        name = _STEP_KEYS.get(key, key)
        if value is not None or name == "input":
            out[key if name in out else name] = value
    if "slug" not in out or not isinstance(out.get("moduleRef"), str):
        return step
    return out | {"kind": "EXECUTION"}
