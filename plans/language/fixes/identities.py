"""Fixes of slugs, kinds, legacy uuids and keys that mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from plans.language.dependencies import DependencySyntaxError, parse_dependency
from plans.language.finding import Finding
from plans.language.fixes.closest import alike, closest
from plans.language.fixes.fixing import ABSENT, Edit, Fix, Fixer, Fixing, Path, drop, free, put
from plans.language.refactor import RefactorError, rename_action, rename_steps, rewrite_uuids
from plans.language.schema import KINDS, STEP_TYPES
from plans.language.slugs import kebab
from plans.language.spellings.keys import wire_names

_DID_YOU_MEAN: Final = re.compile(r'did you mean "([^"]+)"')
_QUOTED: Final = re.compile(r'"([^"]*)"')
# What only one kind is configured with tells the kind.
_TELLING: Final = {
    "scriptBody": "SCRIPT",
    "moduleRef": "EXECUTION",
    "serviceBridgeRef": "BRIDGE_CALL",
    "promptBody": "LLM",
    "promptTemplateRef": "LLM",
    "agentRuntimeRef": "AGENT",
    "taskTemplateRef": "CREATE_TASK",
    "approverRole": "APPROVAL",
    "approvers": "APPROVAL",
    "activityPlanRef": "PLAN",
}
_WORDS: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _missing_slug_or_kind(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    place = _broken(fixing, finding, number)
    if place is None:
        return
    step = fixing.steps[place]
    kind = step.get("kind") or step.get("type")
    if not isinstance(step.get("slug"), str) or not step.get("slug"):
        name = step.get("name") if isinstance(step.get("name"), str) else str(kind or "step")
        slug = kebab(name) or "step"
        slug = free(slug, fixing.slugs) if slug in fixing.slugs else slug
        edits = (Edit(("steps", place, "slug"), slug),)
        if kind:
            yield Fix(f'Name it "{slug}"', edits)
    else:
        config = step.get("config") if isinstance(step.get("config"), dict) else {}
        known = next((kind for key, kind in _TELLING.items() if key in step or key in config), None)
        if known is not None:
            yield put(f"Make it a step of kind {known}", ("steps", place, "kind"), known)
    yield drop(("steps", place), "Remove the step")


def _broken(fixing: Fixing, finding: Finding, number: int) -> int | None:
    """The step that cannot be read: by its slug, else the one of this number among those without."""
    if finding.step is not None:
        places = fixing.positions.get(finding.step, [])
        broken = {step.position for step in fixing.plan.broken}
        return next((place for place in places if place in broken), None)
    nameless = [
        step.position
        for step in fixing.plan.broken
        if isinstance(step.typed, dict)
        and not (isinstance(step.typed.get("slug"), str) and step.typed["slug"])
    ]
    return nameless[number] if number < len(nameless) else None


def _unreadable(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    if isinstance(value, dict) and all(isinstance(step, dict) for step in value.values()):
        yield put("Make it a list of steps", path, [{"slug": slug, **step} for slug, step in value.items()])
    yield drop(path, "Remove it")


def _unknown_kind(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    place = _broken(fixing, finding, number)
    if place is None:
        return
    key = "kind" if fixing.steps[place].get("kind") else "type"
    for kind in closest(str(fixing.steps[place].get(key)), KINDS):
        yield put(f"Make it a step of kind {kind}", ("steps", place, key), kind)


def _unknown_key(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    hint = _DID_YOU_MEAN.search(finding.message)
    if hint and alike(str(path[-1]), hint[1]):
        target = _place_of(fixing, path, hint[1])
        if fixing.at(target) in (ABSENT, [], {}, None):
            yield Fix(f"Rename it to {hint[1]}", (Edit(path), Edit(target, value)))
    yield drop(path)


def _place_of(fixing: Fixing, path: Path, key: str) -> Path:
    """Where a known key belongs: beside the unknown one, or in the config of its step."""
    if len(path) == 3 and path[0] == "steps":
        step = fixing.at(path[:2])
        kind = step.get("kind") if isinstance(step, dict) else None
        if isinstance(kind, str) and kind in STEP_TYPES and key not in wire_names(STEP_TYPES[kind]):
            return (*path[:2], "config", key)
    return (*path[:-1], key)


def _invalid_value(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is ABSENT or _is_a_sound_entry(finding, value):
        return
    for title, fitting in _fitting(finding.message, value):
        yield put(title, path, fitting)
    yield drop(path, "Remove it" if isinstance(path[-1], int) else f"Remove {path[-1]}")


def _is_a_sound_entry(finding: Finding, value: Any) -> bool:
    """Entries that cannot be read stand behind the others: where the place holds a sound one, it is not meant."""
    if not (finding.field or "").startswith("dependsOn["):
        return False
    try:
        return isinstance(value, str) and bool(parse_dependency(value))
    except DependencySyntaxError:
        return False


def _fitting(message: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The same value, in the type that is wanted."""
    if "true or false" in message and isinstance(value, str) and value.strip().lower() in _WORDS:
        meant = _WORDS[value.strip().lower()]
        yield f"Make it {'true' if meant else 'false'}", meant
    elif "number" in message and isinstance(value, str):
        try:
            meant_number = int(value)
        except ValueError:
            return
        yield f"Make it the number {meant_number}", meant_number
    elif "must be a list" in message and not isinstance(value, list | dict):
        yield "Make it a list", [value]
    elif "must be a text" in message and isinstance(value, int | float) and not isinstance(value, bool):
        yield "Make it a text", str(value)


def _kind_and_type(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield drop(path)


def _duplicate_step(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    places = fixing.positions.get(finding.step or "", [])
    if number + 1 < len(places):
        slug = free(finding.step or "", fixing.slugs)
        yield put(f'Name the later one "{slug}"', ("steps", places[number + 1], "slug"), slug)
        yield drop(("steps", places[number + 1]), "Remove the later one")


def _slug_format(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if finding.step is None:
        yield put(f'Make it "{kebab(str(value)) or "plan"}"', ("slug",), kebab(str(value)) or "plan")
    elif finding.field == "slug":
        slug = kebab(finding.step) or "step"
        slug = free(slug, fixing.slugs) if slug in fixing.slugs else slug
        yield fixing.changed(rename_steps(fixing.plan, {finding.step: slug})[0], f'Rename it to "{slug}"')
    elif isinstance(value, dict):
        yield from _rename_action(fixing, finding.step, path, str(value.get("slug")))


def _rename_action(fixing: Fixing, step: str, path: Path, old: str) -> Iterator[Fix]:
    entries = fixing.at(path[:-1])
    named = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    taken = [str(entry.get("slug")) for entry in named]
    slug = kebab(old) or "action"
    slug = free(slug, taken) if slug in taken else slug
    try:
        renamed, _ = rename_action(fixing.plan, step, old, slug)
    except RefactorError:
        yield put(f'Rename it to "{slug}"', (*path, "slug"), slug)
    else:
        yield fixing.changed(renamed, f'Rename it to "{slug}"')


def _duplicate_action(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, entries = fixing.found(finding)
    quoted = _QUOTED.search(finding.message)
    if not isinstance(entries, list) or quoted is None:
        return
    slugs = [entry.get("slug") if isinstance(entry, dict) else None for entry in entries]
    later = [place for place, slug in enumerate(slugs) if slug == quoted[1]][1:]
    gone = [entry for place, entry in enumerate(entries) if place not in later]
    yield put("Keep the first", path, gone)
    taken = [slug for slug in slugs if isinstance(slug, str)]
    edits: list[Edit] = []
    for place in later:
        taken.append(free(quoted[1], taken))
        edits.append(Edit((*path, place, "slug"), taken[-1]))
    yield Fix(f'Name the later one "{taken[-1]}"', tuple(edits))


def _identity_conflict(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if isinstance(value, Mapping) and "uuid" in value:
        yield drop((*path, "uuid"), "Keep the slug")


def _uuid_collision(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    quoted = _QUOTED.search(finding.message)
    for place in fixing.positions.get(finding.step or "", []):
        if quoted is not None and fixing.steps[place].get("uuid") == quoted[1]:
            yield drop(("steps", place, "uuid"), "Drop the uuid of this step")
            return


def _legacy_uuids(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    rewritten, _ = rewrite_uuids(fixing.plan)
    if not any(step.uuid for step in rewritten.steps):
        yield fixing.changed(rewritten, "Rewrite them as slugs")


FIXERS: Final[dict[str, Fixer]] = {
    "step-missing-slug-or-kind": _missing_slug_or_kind,
    "steps.parse-error": _unreadable,
    "unknown-kind": _unknown_kind,
    "unknown-key": _unknown_key,
    "invalid-value": _invalid_value,
    "kind-and-type-disagree": _kind_and_type,
    "duplicate-step-slug": _duplicate_step,
    "slug-format": _slug_format,
    "duplicate-action-slug": _duplicate_action,
    "action-identity-conflict": _identity_conflict,
    "legacy-uuid-collision": _uuid_collision,
    "legacy-uuids": _legacy_uuids,
}
