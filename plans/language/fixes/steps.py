"""Fixes of what a kind needs, and of what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from plans.language.finding import Finding
from plans.language.fixes.closest import closest
from plans.language.fixes.fixing import ABSENT, Edit, Fix, Fixer, Fixing, Path, drop, put
from plans.language.schema import JOIN_POLICIES, MAX_BRIDGE_SECONDS, DocumentConfig

_FEW: Final = 5
_STARTS: Final = {"scriptBody": "return {};", "approverRole": "approver"}


def _missing_config(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Offer what there is to choose from, where that is little."""
    root = fixing.root(finding)
    key = (finding.field or "").removeprefix("config.")
    if root is None:
        return
    path: Path = (*root, "config", key)
    if key in _STARTS:
        yield put(f'Begin with "{_STARTS[key]}"', path, _STARTS[key])
    choices = list(_choices(fixing, fixing.at((*root, "config")), key))
    for name in choices[:_FEW]:
        yield put(f'Take "{name}"', path, name)


def _choices(fixing: Fixing, config: Any, key: str) -> Iterator[str]:
    catalog = fixing.catalog
    known = {
        "moduleRef": catalog.modules,
        "taskTemplateRef": catalog.task_templates,
        "serviceBridgeRef": catalog.service_bridges,
        "promptBody": None,
        "agentRuntimeRef": catalog.agent_runtimes,
        "activityPlanRef": catalog.plans,
    }.get(key)
    if key == "endpointName":
        ref = config.get("serviceBridgeRef") if isinstance(config, dict) else None
        bridge = (catalog.service_bridges or {}).get(str(ref).rsplit("/", 1)[-1])
        known = endpoint_names(bridge)
    yield from sorted(known or ())


def endpoint_names(bridge: Any) -> list[str]:
    """Name the endpoints of a bridge."""
    endpoints = bridge.get("endpoints") if isinstance(bridge, dict) else None
    named = (
        [entry for entry in endpoints if isinstance(entry, dict)]
        if isinstance(endpoints, list | tuple)
        else []
    )
    return [entry["name"] for entry in named if isinstance(entry.get("name"), str)]


def _required_fields(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Choose a bridge and one of its endpoints."""
    path, value = fixing.found(finding)
    if finding.field == "config" and value is ABSENT:
        path, value = (*(fixing.root(finding) or ()), "config"), {}
    if not isinstance(value, dict):
        return
    name = "endpointName" if path[-1] == "config" else "operation"
    bridges = fixing.catalog.service_bridges or {}
    given = value.get("serviceBridgeRef")
    refs = [given] if isinstance(given, str) and given else sorted(bridges)
    offered = 0
    for ref in refs:
        endpoints = endpoint_names(bridges.get(ref.rsplit("/", 1)[-1]))
        wanted = [value[name]] if value.get(name) in endpoints else endpoints
        for endpoint in wanted:
            offered += 1
            if offered <= _FEW:
                edits = (Edit((*path, "serviceBridgeRef"), ref), Edit((*path, name), endpoint))
                yield Fix(f'Call "{endpoint}" of "{ref}"', edits)
    if isinstance(path[-1], int):
        yield drop(path, "Remove the look-up")


def _drop_key(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield drop(path)


def _inert_policy(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    step = fixing.step(finding)
    if value is ABSENT or step is None:
        return
    if value not in JOIN_POLICIES and step.per_document:
        for policy in closest(str(value), JOIN_POLICIES, most=1):
            yield put(f"Make it {policy}", path, policy)
    elif value in JOIN_POLICIES and isinstance(step.config, DocumentConfig):
        yield put("Run per document", (*path[:-1], "perDocument"), True)
    yield drop(path)


def _any_branch_kind(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    step = fixing.step(finding)
    if value is ABSENT or step is None:
        return
    if isinstance(step.config, DocumentConfig):
        yield put("Run per document", (*path[:-1], "perDocument"), True)
    yield drop(path)


def _no_branches(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    step, root = fixing.step(finding), fixing.root(finding)
    if step is None or root is None:
        return
    by_slug = fixing.subject.by_slug
    branches = {
        entry.step for entry in step.depends_on if entry.step in by_slug and by_slug[entry.step].per_document
    }
    if branches:
        entries = [
            f"{entry.step}?" + (f":{entry.action}" if entry.action else "")
            if entry.step in branches
            else str(entry)
            for entry in step.depends_on
        ]
        yield put("Await the branches", (*root, "dependsOn"), entries)
    yield drop((*root, "config", "joinPolicy"))


def _timeout_capped(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path = fixing.path(finding)
    if path is not None:
        yield put(f"Make it {MAX_BRIDGE_SECONDS} seconds", path, MAX_BRIDGE_SECONDS)


def _two_sources(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    config = fixing.at(path[:-1])
    if value is ABSENT or not isinstance(config, dict):
        return
    yield drop(path, "Keep the fields, remove the script")
    maps = [key for key in ("requestBody", "requestQuery", "requestPath", "requestHeaders") if key in config]
    yield Fix("Keep the script, remove the fields", tuple(Edit((*path[:-1], key)) for key in maps))


FIXERS: Final[dict[str, Fixer]] = {
    "missing-config": _missing_config,
    "bridge.required-fields": _required_fields,
    "per-document-unsupported": _drop_key,
    "max-parallel-llm": _drop_key,
    "max-parallel-script": _drop_key,
    "max-parallel-bridge-call": _drop_key,
    "max-parallel-inert": _drop_key,
    "create-task-set-status-outcome": _drop_key,
    "any-branch-non-routing": _drop_key,
    "join-policy-inert": _inert_policy,
    "any-branch-kind": _any_branch_kind,
    "any-branch-no-branches": _no_branches,
    "bridge.timeout-capped": _timeout_capped,
    "bridge.request-source-conflict": _two_sources,
}
