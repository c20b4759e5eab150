"""Fixes of names of what the organization has: templates, statuses, bridges, modules, plans."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from plans.language.finding import Finding
from plans.language.findings.catalog import READY
from plans.language.fixes.closest import closest
from plans.language.fixes.fixing import ABSENT, Fix, Fixer, Fixing, Path, drop, put, without
from plans.language.fixes.steps import endpoint_names
from plans.language.slugs import kebab

_LISTED: Final = re.compile(r"\(known: (.*)\)$")
_QUOTED: Final = re.compile(r'"([^"]*)"')


def _nearest(known: Callable[[Fixing], Iterable[str] | None]) -> Fixer:
    """Make the fixer of a reference: the likeliest name in the place of the wrong one."""

    def fixer(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
        path, value = fixing.found(finding)
        if not isinstance(value, str):
            return
        owner, slash, name = value.rpartition("/")
        for choice in closest(name, sorted(known(fixing) or ())):
            yield put(f'Take "{choice}"', path, f"{owner}{slash}{choice}")

    return fixer


def _module(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if not isinstance(value, str):
        return
    tools = isinstance(path[-1], int)
    modules = (fixing.catalog.modules or frozenset()) - (
        fixing.catalog.step_modules if tools else frozenset()
    )
    for choice in closest(value, sorted(modules)):
        yield put(f'Take "{choice}"', path, choice)
    if tools:
        yield _without_entry(fixing, path)


def _entry(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    if value is not ABSENT and path and isinstance(path[-1], int):
        yield _without_entry(fixing, path)


def _without_entry(fixing: Fixing, path: Path) -> Fix:
    return put("Remove it", path[:-1], without(fixing.at(path[:-1]), int(path[-1])))


def _task_status(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    yield from _nearest(lambda fixing: fixing.catalog.task_statuses)(fixing, finding, number)
    path, value = fixing.found(finding)
    if value is not ABSENT:
        yield drop(path)


def _document_status(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    slug = kebab(str(value))[:80]
    if slug:
        yield put(f'Make it "{slug}"', path, slug)
    yield drop(path)


def _endpoint(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    ref = fixing.at((*path[:-1], "serviceBridgeRef"))
    bridge = (fixing.catalog.service_bridges or {}).get(str(ref).rsplit("/", 1)[-1])
    for choice in closest(str(value), endpoint_names(bridge)):
        yield put(f'Take "{choice}"', path, choice)


def _status_enum(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    path, value = fixing.found(finding)
    listed = _LISTED.search(finding.message)
    if value is ABSENT or listed is None:
        return
    for choice in closest(str(value).strip(" '\""), listed[1].split(", ")):
        yield put(f'Send "{choice}"', path, f"'{choice}'")


def _path_tokens(fixing: Fixing, finding: Finding, number: int) -> Iterator[Fix]:
    """Fill what the path leaves open with the input of that name."""
    root = fixing.root(finding)
    if root is None:
        return
    tokens = _QUOTED.findall(finding.message.partition(" leaves ")[2].partition(" of the path ")[0])
    path: Path = (*root, "config", "requestPath")
    given = fixing.at(path)
    filled: dict[str, Any] = {
        **(given if isinstance(given, dict) else {}),
        **{t: f"inputs.{_name(t)}" for t in tokens},
    }
    yield put(
        f"Fill it from the inputs ({', '.join(f'inputs.{_name(token)}' for token in tokens)})", path, filled
    )


def _name(token: str) -> str:
    return token if re.fullmatch(r"[A-Za-z_]\w*", token) else f"`{token}`"


def _ready_runtime(fixing: Fixing) -> list[str]:
    return [slug for slug, status in (fixing.catalog.agent_runtimes or {}).items() if status == READY]


FIXERS: Final[dict[str, Fixer]] = {
    "unknown-task-template": _nearest(lambda fixing: fixing.catalog.task_templates),
    "unknown-task-status": _task_status,
    "unknown-document-status": _document_status,
    "unknown-module": _module,
    "module-no-tool": _module,
    "unknown-prompt-template": _nearest(lambda fixing: fixing.catalog.prompt_templates),
    "unknown-agent-runtime": _nearest(_ready_runtime),
    "agent-runtime-not-ready": _nearest(_ready_runtime),
    "unknown-plan": _nearest(lambda fixing: fixing.catalog.plans),
    "sidecar-format": _entry,
    "bridge.unknown-service-bridge": _nearest(lambda fixing: fixing.catalog.service_bridges),
    "bridge.unknown-endpoint": _endpoint,
    "bridge.status-enum": _status_enum,
    "bridge.path-token-unfilled": _path_tokens,
}
