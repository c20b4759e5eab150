"""One step of a plan by itself, all others stand still with what is pinned to them: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plans.language.dependencies import Dependency
from plans.language.schema import StepBase

Json = Any
Pins = Mapping[str, Mapping[str, Json]]

_SET_ASIDE: Final = ("dependsOn", "conditionExpr", "skipIf", "bypass", "mustExecute")
_FAN_OUT_RULES: Final = ("joinPolicy", "maxFailed")
_STANDS: Final = frozenset({"COMPLETED", "SKIPPED"})


def alone(document: Mapping[str, Json], slug: str, pins: Pins) -> dict[str, Json]:
    """Return the plan in which the step waits for the pinned ones only, and nothing decides whether it runs.

    A step without a pin, or with one that says it was not taken, is not taken: what reads it goes without.
    """
    steps = [step for step in document.get("steps", ()) if isinstance(step, Mapping)]
    own = next((step for step in steps if step.get("slug") == slug), {})
    before = [
        f"{step['slug']}?" for step in steps if step is not own and _stands(pins.get(str(step.get("slug"))))
    ]
    changed = [
        _by_itself(step, before) if step is own else _stand_in(step, pins.get(str(step.get("slug"))))
        for step in steps
    ]
    rest = {key: value for key, value in document.items() if key not in ("output", "failurePolicy", "steps")}
    return {**rest, "steps": changed}


def coming(step: StepBase, pins: Pins, names: Sequence[str]) -> list[str]:
    """Return the documents that the pinned steps before a per-document step let through to it (plan language 3)."""
    entries = [entry for entry in step.depends_on if _documents(pins.get(entry.step)) is not None]
    if not step.per_document or not entries:
        return list(names)
    branches = getattr(step.config, "join_policy", None) == "ANY_BRANCH"
    how = any if branches else all
    return [name for name in names if how(_lets(entry, pins, name, branch=branches) for entry in entries)]


def _lets(entry: Dependency, pins: Pins, name: str, *, branch: bool) -> bool:
    """Tell if a dependency lets a document through; as a branch, only if the document went that way."""
    documents = _documents(pins.get(entry.step)) or {}
    document = documents.get(name)
    document = document if isinstance(document, Mapping) else {"status": "NOT_TAKEN"}
    match document.get("status", "COMPLETED"):
        case "COMPLETED":
            waived = entry.action is None or (entry.await_only and not branch)
            return waived or document.get("action") == entry.action
        case "SKIPPED":
            return True
        case "NOT_TAKEN":
            return entry.await_only and not branch
        case _:
            return False


def _documents(pin: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
    documents = pin.get("documents") if pin is not None else None
    return documents if isinstance(documents, Mapping) else None


def _stands(pin: Mapping[str, Json] | None) -> bool:
    return pin is not None and pin.get("status", "COMPLETED") in _STANDS


def _by_itself(step: Mapping[str, Json], before: list[str]) -> dict[str, Json]:
    kept = {key: value for key, value in step.items() if key not in _SET_ASIDE}
    config = step.get("config")
    if (
        isinstance(config, Mapping) and config.get("joinPolicy") == "ANY_BRANCH"
    ):  # there are no branches left to join
        kept["config"] = {key: value for key, value in config.items() if key != "joinPolicy"}
    return {**kept, "dependsOn": before, "conditionExpr": "true"}


def _stand_in(step: Mapping[str, Json], pin: Mapping[str, Json] | None) -> dict[str, Json]:
    config = step.get("config")
    kept = {
        "slug": step.get("slug"),
        "kind": step.get("kind"),
        "config": {key: value for key, value in config.items() if key not in _FAN_OUT_RULES}
        if isinstance(config, Mapping)
        else {},
    }
    return kept if _stands(pin) else {**kept, "conditionExpr": "false"}
