"""Fixes of approvals and badges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.language.finding import Finding
from plans.language.fixes.fixing import ABSENT, Edit, Fix, Fixer, Fixing, drop, put, without


def _never_due(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield put("Due in 24 hours", (*path[:-1], "dueInHours"), 24)
        yield drop(path)


def _escalates_to_nobody(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    root = fixing.root(finding)
    if root is not None:
        yield put("Reject it instead", (*root, "config", "onDue"), "reject")
        yield drop((*root, "config", "onDue"))


def _unreachable(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    approvers = fixing.at((*path[:-1], "approvers"))
    if value is ABSENT or not isinstance(approvers, list):
        return
    if path[-1] == "quorum":
        yield put("All of them", path, "all")
    people = len(dict.fromkeys(approvers))
    yield put(f"Make it {people}", path, people)


def _nobody_there(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield put("Remove it", path[:-1], without(fixing.at(path[:-1]), int(path[-1])))


def _badge(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if not isinstance(value, dict):
        return
    icon = value.get("icon")
    label = icon.capitalize() if isinstance(icon, str) and icon.strip() else ""
    if label:
        yield Fix(f'Label it "{label}"', (Edit((*path, "label"), label),))
    yield put("Remove the badge", path[:-1], without(fixing.at(path[:-1]), int(path[-1])))


FIXERS: Final[dict[str, Fixer]] = {
    "on-due-inert": _never_due,
    "escalate-to-nobody": _escalates_to_nobody,
    "quorum-unreachable": _unreachable,
    "distinct-from-nobody": _nobody_there,
    "badge-without-label": _badge,
}
