"""The tables of the plan language as the oracle reads them: dependencies, references, retries, joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.trees import Seen
from tests.oracle.world import MAYBE, SOME, Work

PASSED = ("COMPLETED", "SKIPPED")
UNSETTLED = ("PENDING", "RUNNING", "FAILED", "CANCELLED")


@dataclass
class Row:
    """What is known of a step, or of a document in a step."""

    status: str = "PENDING"
    action: str | None = None
    result: Any = None
    error: Any = None
    documents: dict[str, Row] | None = None


@dataclass(frozen=True)
class Dep:
    """One entry of `dependsOn`."""

    step: str
    awaits: bool
    action: str | None


def dep(text: str) -> Dep:
    """Read `a`, `a?`, `a:x`, `a?:x`, `a:x?`."""
    step, _, action = text.partition(":")
    return Dep(step.rstrip("?"), "?" in text, action.rstrip("?") or None)


def verdict(entry: Dep, row: Row) -> str:
    """Return ok, wait, dead or blocked: the table of section 3."""
    match row.status:
        case "PENDING" | "RUNNING":
            return "wait"
        case "FAILED" | "CANCELLED":
            return "blocked"
        case "NOT_TAKEN":
            return "ok" if entry.awaits else "dead"
        case "SKIPPED":
            return "ok"
    if entry.awaits or entry.action is None:
        return "ok"
    if row.documents is not None:  # COMPLETED with x if a document did
        done = any(one.status == "COMPLETED" and one.action == entry.action for one in row.documents.values())
    else:
        done = row.action == entry.action
    return "ok" if done else "dead"


def by_references(seen: Seen) -> str | None:
    """Return what the references of `input` make of a step, None where it runs."""
    if seen.unsettled or seen.failed:
        return "PENDING"
    if seen.not_taken:
        return "NOT_TAKEN"
    return "SKIPPED" if seen.skipped else None


def attempts(step: Mapping[str, Any]) -> int:
    """Return how often a step is tried at most."""
    on_error = step.get("onError", {})
    retries = on_error.get("maxRetries", 3) if on_error.get("action") == "retry" else 0
    return int(max(step.get("executionPolicy", {}).get("maxAttempts", 1), retries + 1))


def caught(step: Mapping[str, Any], done: Work) -> Row:
    """Return what becomes of a failure when no attempt is left: `onError`, then `onExhausted`."""
    on_error = step.get("onError", {})
    action = on_error.get("action", "fail")
    if action == "continue" or (action == "retry" and "defaultOutput" in on_error):
        return Row("COMPLETED", None, on_error.get("defaultOutput"), MAYBE)
    if action == "skip" or step.get("executionPolicy", {}).get("onExhausted") == "skip":
        return Row("SKIPPED", error=MAYBE)
    return Row("FAILED", error=done.error)


def tolerated(limit: Any, documents: int) -> float:
    """Return how many documents may fail."""
    if limit is None:
        return documents
    return documents * int(limit[:-1]) / 100 if isinstance(limit, str) else limit


def joined(policy: str, rows: dict[str, Row], *, beyond: bool) -> Row:
    """Reduce documents to their step."""
    statuses = {row.status for row in rows.values()}
    row = Row(documents=rows)
    if not rows:
        row.status = "COMPLETED"
    elif statuses == {"NOT_TAKEN"}:
        row.status = "NOT_TAKEN"
    elif (
        beyond
        or (policy == "ALL_COMPLETED" and "FAILED" in statuses)
        or (policy == "ANY_COMPLETED" and "COMPLETED" not in statuses)
    ):
        row.status = "FAILED"
    else:
        row.status = next(status for status in ("COMPLETED", "FAILED", "SKIPPED") if status in statuses)
    row.error = SOME if row.status == "FAILED" else None
    if row.status == "COMPLETED":
        row.result = {
            "documents": {name: one.result for name, one in rows.items() if one.status == "COMPLETED"}
        }
    return row
