"""Where a run and the oracle differ, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.trial.compare import same
from tests.oracle.rules import Row
from tests.oracle.world import MAYBE, SOME


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any], plan: Mapping[str, Any]) -> list[str]:
    """Compare whole: every status, action, result, error, document."""
    found = [
        f"{key}: the oracle says {expected[key]!r}, the run {actual[key]!r}"
        for key in ("status", "outcome", "output", "unrouted")
        if not same(expected[key], actual[key])
    ]
    found += _error("error", expected["error"], actual["error"])
    kinds = {step["slug"]: step["kind"] for step in plan["steps"]}
    for slug, row in expected["steps"].items():
        found += _row(slug, row, actual["steps"][slug], kinds[slug])
    return found


def _row(name: str, row: Row, got: Mapping[str, Any], kind: str) -> list[str]:
    found = []
    if row.status != got["status"]:
        return [f"{name}: the oracle says {row.status}, the run {got['status']}"]
    if row.action != got["action"]:
        found.append(f"{name}.action: the oracle says {row.action!r}, the run {got['action']!r}")
    if row.status == "COMPLETED" and not _same_result(row.result, got["result"], kind):
        found.append(f"{name}.result: the oracle says {row.result!r}, the run {got['result']!r}")
    found += _error(f"{name}.error", row.error, got["error"])
    if row.documents is not None and row.status != "PENDING":
        for document, one in row.documents.items():
            if document not in got.get("documents", {}):
                found.append(f"{name}.{document}: the run knows nothing of it")
            else:
                found += _row(f"{name}.{document}", one, got["documents"][document], kind)
    return found


def _same_result(expected: Any, got: Any, kind: str) -> bool:
    if kind in ("CREATE_TASK", "APPROVAL") and isinstance(expected, dict) and isinstance(got, dict):
        return all(same(value, got.get(key)) for key, value in expected.items())
    return same(expected, got)


def _error(name: str, expected: Any, got: Any) -> list[str]:
    if expected == MAYBE:
        return []
    if expected == SOME:
        return [] if got else [f"{name}: there is none"]
    if expected is None:
        return [f"{name}: the run has {got!r}"] if got else []
    if not got or any(not same(value, got.get(key)) for key, value in expected.items()):
        return [f"{name}: the oracle says {expected!r}, the run {got!r}"]
    return []
