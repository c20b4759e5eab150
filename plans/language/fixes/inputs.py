"""Fixes of input options, document groups and plan variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from plans.language.finding import Finding
from plans.language.fixes.closest import closest
from plans.language.fixes.fixing import ABSENT, Fix, Fixer, Fixing, drop, free, put
from plans.language.fixes.trees import renamed_references
from plans.language.schema import INPUT_TYPES
from plans.language.slugs import kebab

_QUOTED: Final = re.compile(r'unknown variable "([^"]*)"')


def _unreadable(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    if isinstance(value, str) and value and isinstance(path[-1], int):
        yield put(f'Make it an input "{value}"', path, {"name": value, "type": "string"})
    yield drop(path, "Remove it")


def _names(fixing: Fixing) -> list[str]:
    return [option.name for option in fixing.plan.input_options]


def _nameless(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if isinstance(value, dict):
        label = value.get("label")
        name = kebab(label).replace("-", "_") if isinstance(label, str) else ""
        name = name or "input"
        taken = _names(fixing)
        name = free(name, taken) if name in taken else name
        yield put(f'Name it "{name}"', (*path, "name"), name)
        yield drop(path, "Remove it")


def _twin(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if isinstance(value, str):
        name = free(value, _names(fixing)).replace("-", "_")
        yield put(f'Name it "{name}"', path, name)
        yield drop(path[:-1], "Remove it")


def _type(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        for name in closest(str(value), INPUT_TYPES):
            yield put(f"Make it {name}", path, name)


def _variable(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    wrong = _QUOTED.search(finding.message)
    if value is ABSENT or wrong is None:
        return
    for name in closest(wrong[1], fixing.plan.variables):
        yield put(f'Read variable "{name}"', path, renamed_references("variable", value, wrong[1], name))
    declared = {**fixing.plan.variables, wrong[1]: {"type": "string"}}
    yield put(f'Declare variable "{wrong[1]}"', ("variables",), declared)


def _group_name(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if not path:
        return
    taken = [group.name for group in fixing.plan.document_family_groups]
    name = value if isinstance(value, str) and value else "Documents"
    name = free(name, taken) if name in taken else name
    yield put(f'Name it "{name}"', path, name)
    yield drop(path[:-1], "Remove the group")


def _limit(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield drop(path)
        yield put("Make it 1", path, 1)


def _inert(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield drop(path)


FIXERS: Final[dict[str, Fixer]] = {
    "input-options.parse-error": _unreadable,
    "input-options.name-required": _nameless,
    "input-options.name-unique": _twin,
    "input-options.type-known": _type,
    "unknown-variable": _variable,
    "document-groups.name-required": _group_name,
    "document-groups.name-unique": _group_name,
    "document-groups.limit": _limit,
    "document-groups.inert": _inert,
}
