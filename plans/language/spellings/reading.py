"""A whole document, in any spelling, into a plan (plan language 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from plans.language import stepflow
from plans.language.finding import Finding, Notes, Place
from plans.language.schema import BrokenStep, DocumentFamilyGroup, InputOption, Model, Plan, StepBase
from plans.language.spellings.keys import fill, kind_of_value, make, sort_keys, wire_names
from plans.language.spellings.steps import Identities, read_step
from plans.language.spellings.trees import normalise_tree

MAX_STEPS: Final = 2_000
MAX_STEP_BYTES: Final = 5 * 1024 * 1024
MAX_INPUT_OPTIONS: Final = 500
MAX_DEPTH: Final = 200

# Known elsewhere, without meaning here: kept, with a warning (plan language 1).
KEPT_KEYS: Final = frozenset(
    {
        "failureHandler",
        "extends",
        "overlay",
        "knowledgeAgent",
        "workflowContextSchema",
        "documentValidationPrompt",
        "documentSummarizationPrompt",
    }
)
_PLAN: Final = Place("plan")
_NESTED: Final = (dict, list)


def read(document: object) -> tuple[Plan, list[Finding]]:
    """Read a plan, or a StepFlow flow, in any spelling; never raises for what is inside.

    What means nothing is kept as typed; a step that cannot be read is in `Plan.broken`. Only a document that is no
    object, or is nested deeper than MAX_DEPTH, gives an empty plan.
    """
    notes = Notes()
    if not isinstance(document, dict):
        notes.invalid(f"a plan is an object, not {kind_of_value(document)}", _PLAN)
        return Plan(), notes.found
    if _deeper_than(document, MAX_DEPTH):
        notes.add("too-large", f"plan is nested deeper than {MAX_DEPTH} levels", _PLAN)
        return Plan(), notes.found
    if stepflow.is_flow(document):
        plan = _read_plan(stepflow.to_plan(document, notes), notes)
        return stepflow.name_by_slugs(plan, notes), notes.found
    return _read_plan(document, notes), notes.found


def _read_plan(document: dict[Any, Any], notes: Notes) -> Plan:
    names = wire_names(Plan)
    tolerated = {key: value for key, value in document.items() if key in KEPT_KEYS}
    rest = {key: value for key, value in document.items() if key not in KEPT_KEYS}
    values, kept = sort_keys(rest, names, _PLAN, notes)
    for key in tolerated:
        notes.unknown_key(key, names, _PLAN, severity="warning")
    kept |= tolerated
    _read_list(values, kept, "inputOptions", _read_input_option, notes)
    _read_list(values, kept, "documentFamilyGroups", _read_group, notes)
    if isinstance(values.get("output"), dict | list):
        values["output"] = normalise_tree(values["output"], _PLAN.at("output"), notes)
    broken: tuple[BrokenStep, ...] = ()
    if isinstance(values.get("steps"), list):
        values["steps"], broken = _read_steps(values["steps"], notes)
    elif "steps" in values:
        what = f"it is a list of steps, not {kind_of_value(values['steps'])}"
        notes.add("steps.parse-error", f"cannot read steps: {what}", _PLAN.at("steps"))
        kept["steps"] = values.pop("steps")
    plan = make(Plan, values, kept, _PLAN, notes)
    return plan.model_copy(update={"broken": broken}) if broken else plan


def _read_steps(typed: list[Any], notes: Notes) -> tuple[tuple[StepBase, ...], tuple[BrokenStep, ...]]:
    if len(typed) > MAX_STEPS:
        notes.add(
            "too-large", f"plan has {len(typed)} steps; at most {MAX_STEPS} are allowed", _PLAN.at("steps")
        )
    if _json_size(typed) > MAX_STEP_BYTES:
        notes.add("too-large", "plan has more than 5 MiB of steps", _PLAN.at("steps"))
    identities = Identities(_legacy_uuids(typed))
    found = [read_step(entry, position, identities, notes) for position, entry in enumerate(typed)]
    return (
        tuple(step for step in found if isinstance(step, StepBase)),
        tuple(step for step in found if isinstance(step, BrokenStep)),
    )


def _legacy_uuids(typed: Iterable[Any]) -> dict[str, str]:
    """Map uuids to slugs; a slug wins over an equal uuid, and the first of two equal uuids over the second."""
    steps = [entry for entry in typed if isinstance(entry, dict) and isinstance(entry.get("slug"), str)]
    slugs = {entry["slug"] for entry in steps}
    uuids: dict[str, str] = {}
    for entry in steps:
        uuid = entry.get("uuid")
        if isinstance(uuid, str) and uuid not in slugs:
            uuids.setdefault(uuid, entry["slug"])
    return uuids


def _read_list(
    values: dict[str, Any],
    kept: dict[str, Any],
    key: str,
    read_entry: Callable[[dict[str, Any], Place, Notes], Model],
    notes: Notes,
) -> None:
    typed = values.get(key)
    if typed is None:
        return
    if not isinstance(typed, list):
        _note_unreadable(key, f"it is a list, not {kind_of_value(typed)}", _PLAN.at(key), notes)
        kept[key] = values.pop(key)
        return
    if key == "inputOptions" and len(typed) > MAX_INPUT_OPTIONS:
        message = f"plan has {len(typed)} input options; at most {MAX_INPUT_OPTIONS} are allowed"
        notes.add("too-large", message, _PLAN.at(key))
    entries: list[Model] = []
    for index, entry in enumerate(typed):
        place = _PLAN.at(key).at(index)
        if isinstance(entry, dict):
            entries.append(read_entry(entry, place, notes))
        else:
            _note_unreadable(key, f"it is an object, not {kind_of_value(entry)}", place, notes)
            kept.setdefault(key, []).append(entry)
    values[key] = entries


def _note_unreadable(key: str, what: str, place: Place, notes: Notes) -> None:
    if key == "inputOptions":
        notes.add("input-options.parse-error", f"cannot read {place.path}: {what}", place)
    else:
        notes.invalid(what, place)


def _read_input_option(typed: dict[str, Any], place: Place, notes: Notes) -> InputOption:
    owner = Place(f'input option "{typed.get("name", "")}"', path=place.path)
    return fill(InputOption, typed, owner, notes, severity="warning")


def _read_group(typed: dict[str, Any], place: Place, notes: Notes) -> DocumentFamilyGroup:
    owner = Place(f'document group "{typed.get("name", "")}"', path=place.path)
    return fill(DocumentFamilyGroup, typed, owner, notes, severity="warning")


def _deeper_than(value: object, limit: int) -> bool:
    level: list[Any] = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, _NESTED)
        ]
        if not level:
            return False
    return True


def _json_size(value: object) -> int:
    try:
        return len(to_json(value))
    except (PydanticSerializationError, ValueError):
        return 0
