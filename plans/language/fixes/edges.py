"""Fixes of dependencies, their actions, cycles and joins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from plans.language.dependencies import Dependency
from plans.language.finding import Finding
from plans.language.findings.catalog import SILENT_KINDS
from plans.language.fixes.closest import closest
from plans.language.fixes.fixing import ABSENT, Edit, Fix, Fixer, Fixing, Path, drop, put, without
from plans.language.fixes.trees import renamed_references
from plans.language.schema import StepBase
from plans.language.slugs import STEP_SLUG

_QUOTED: Final = re.compile(r'"([^"]*)"')
_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def _unknown_step(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    wrong = _QUOTED.findall(finding.message)[-1]
    path, value = fixing.found(finding)
    if value is ABSENT:
        return
    place = _entry(fixing, finding)
    if place is not None:
        path, step, index = place
        entry = step.depends_on[index]
        for slug in closest(wrong, fixing.slugs, besides=finding.step):
            yield _written(f'Depend on "{slug}"', path, step, index, replace(entry, step=slug, legacy=None))
        yield _without_entry(path, step, index)
    elif isinstance(value, str):
        for slug in closest(wrong, fixing.slugs, besides=finding.step):
            yield put(f'Make it "{slug}"', path, slug)
        yield put("Remove it", path[:-1], without(fixing.at(path[:-1]), int(path[-1])))
    else:
        for slug in closest(wrong, fixing.slugs, besides=finding.step):
            yield put(f'Refer to "{slug}"', path, renamed_references("step", value, wrong, slug))
        yield drop(path)


def _depends_on_self(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    place = _entry(fixing, finding)
    if place is not None:
        yield _without_entry(*place)


def _cycle(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    circle = finding.message.removeprefix("dependency cycle: ").split(" -> ")
    for before, after in pairwise(circle):
        step = fixing.subject.by_slug.get(after)
        if step is None or not any(entry.step == before for entry in step.depends_on):
            continue
        if before in fixing.subject.data_references(step.input) | fixing.subject.data_references(
            step.skip_if
        ):
            continue
        left = [str(entry) for entry in step.depends_on if entry.step != before]
        path: Path = ("steps", fixing.positions[after][0], "dependsOn")
        yield put(f'"{after}" no longer depends on "{before}"', path, left)


def _await_no_condition(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    step, root = fixing.step(finding), fixing.root(finding)
    if step is None or root is None:
        return
    tests = [
        _took(entry.step, entry.action) for entry in step.depends_on if entry.await_only and entry.action
    ]
    if tests:
        yield put("Run if it took one of these branches", (*root, "conditionExpr"), " or ".join(tests))
    yield put("Run however they settled (condition: true)", (*root, "conditionExpr"), "true")
    plain = [str(replace(entry, await_only=False, legacy=None)) for entry in step.depends_on]
    yield put("Wait until they completed (without ?)", (*root, "dependsOn"), list(dict.fromkeys(plain)))


def _took(slug: str, action: str) -> str:
    name = slug if _NAME.fullmatch(slug) else f"`{slug}`"
    return f"steps.{name}.action = '{action}'"


def _action_on_await(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    place = _entry(fixing, finding)
    if place is None:
        return
    path, step, index = place
    entry = step.depends_on[index]
    yield _written(
        f"Await any outcome ({entry.step}?)", path, step, index, replace(entry, action=None, legacy=None)
    )
    needed = replace(entry, await_only=False, legacy=None)
    yield _written(f"Need this outcome ({needed})", path, step, index, needed)


def _other_action(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Name another action of the source, declare this one, or take any."""
    place = _entry(fixing, finding)
    if place is None:
        return
    path, step, index = place
    entry = step.depends_on[index]
    source = fixing.subject.by_slug.get(entry.step)
    live = fixing.subject.live.get(entry.step) or ()
    for action in closest(entry.action or "", [slug for slug in live if live.count(slug) == 1]):
        other = replace(entry, action=action, legacy=None)
        yield _written(f'Take action "{action}"', path, step, index, other)
    if finding.code == "action-edge-undeclared" and source is not None:
        yield from _declare(fixing, source, entry.action or "")
    anything = replace(entry, action=None, legacy=None)
    yield _written("Take any outcome", path, step, index, anything)


def _declare(fixing: Fixing, source: StepBase, action: str) -> Iterator[Fix]:
    key = source.config.actions_key
    if (
        source.kind in (*SILENT_KINDS, "CREATE_TASK", "APPROVAL")
        or key is None
        or not STEP_SLUG.fullmatch(action)
    ):
        return
    wire = key.replace("_actions", "Actions")
    path: Path = ("steps", fixing.positions[source.slug][0], "config", wire)
    declared = fixing.at(path)
    actions = [*(declared if isinstance(declared, list) else []), {"slug": action}]
    yield put(f'Declare action "{action}" on "{source.slug}"', path, actions)


def _unrouted(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    step, root = fixing.step(finding), fixing.root(finding)
    if step is None or root is None or step.config.actions_key is None:
        return
    action = _QUOTED.findall(finding.message)[0]
    path: Path = (*root, "config", step.config.actions_key.replace("_actions", "Actions"))
    declared = fixing.at(path)
    if isinstance(declared, list):
        left = [each for each in declared if not (isinstance(each, dict) and each.get("slug") == action)]
        yield put(f'Declare "{action}" no more', path, left)


def _exclusive(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Await the branches of a join, and run whichever was taken."""
    step, root = fixing.step(finding), fixing.root(finding)
    if step is None or root is None:
        return
    routers = {text.rpartition(":")[0] for text in _QUOTED.findall(finding.message) if ":" in text}
    actions = [entry.action for entry in step.depends_on if entry.step in routers and entry.action]
    entries: list[Dependency] = []
    tests: list[str] = []
    for entry in step.depends_on:
        if entry.step in routers and entry.action and len(actions) > 1:
            tests.append(_took(entry.step, entry.action))
            entries.append(Dependency(entry.step))
        else:
            entries.append(replace(entry, await_only=True, action=None, legacy=None))
    edits = [Edit((*root, "dependsOn"), list(dict.fromkeys(map(str, entries))))]
    if step.condition_expr is None:
        edits.append(Edit((*root, "conditionExpr"), " or ".join(dict.fromkeys(tests)) or "true"))
    yield Fix("Await the branches and run whichever was taken", tuple(edits))


def _entry(fixing: Fixing, finding: Finding) -> tuple[Path, StepBase, int] | None:
    """The list of dependencies, its step, and which entry is meant."""
    step, root = fixing.step(finding), fixing.root(finding)
    match = re.fullmatch(r"dependsOn\[(\d+)\]", finding.field or "")
    if step is None or root is None or match is None or int(match[1]) >= len(step.depends_on):
        return None
    return (*root, "dependsOn"), step, int(match[1])


def _written(title: str, path: Path, step: StepBase, index: int, entry: Dependency) -> Fix:
    entries = [str(entry if place == index else each) for place, each in enumerate(step.depends_on)]
    return put(title, path, list(dict.fromkeys(entries)))


def _without_entry(path: Path, step: StepBase, index: int) -> Fix:
    title = f'Depend on "{step.depends_on[index]}" no more'
    return put(title, path, [str(entry) for place, entry in enumerate(step.depends_on) if place != index])


FIXERS: Final[dict[str, Fixer]] = {
    "unknown-dep-slug": _unknown_step,
    "depends-on-self": _depends_on_self,
    "dependency-cycle": _cycle,
    "await-no-condition": _await_no_condition,
    "action-qualifier-on-await-ignored": _action_on_await,
    "action-edge-undeclared": _other_action,
    "action-edge-upstream-cannot-emit": _other_action,
    "action-inline-only": _other_action,
    "action-ambiguous": _other_action,
    "action-edge-legacy-uuid": _other_action,
    "action-unrouted": _unrouted,
    "exclusive-branch-and-join": _exclusive,
}
