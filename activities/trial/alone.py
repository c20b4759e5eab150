"""One step of a plan by itself, all others stand still with what is pinned to them: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = Any

_SET_ASIDE: Final = ("dependsOn", "conditionExpr", "skipIf", "bypass", "mustExecute")
_FAN_OUT_RULES: Final = ("joinPolicy", "maxFailed")
_STANDS: Final = frozenset({"COMPLETED", "SKIPPED"})


def alone(document: Mapping[str, Json], slug: str, pins: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Return the plan in which the step waits for the pinned ones only, and nothing decides whether it runs.

    A step without a pin, or with one that says it was not taken, is not taken: what reads it goes without.
    """
    steps = [step for step in document.get("steps", ()) if isinstance(step, Mapping)]
    own = next((step for step in steps if step.get("slug") == slug), {})
    before = [f"{step['slug']}?" for step in steps if _waits_for(own, step, pins)]
    changed = [
        _by_itself(step, before) if step is own else _stand_in(step, pins.get(str(step.get("slug"))))
        for step in steps
    ]
    rest = {key: value for key, value in document.items() if key not in ("output", "failurePolicy", "steps")}
    return {**rest, "steps": changed}


def _waits_for(
    own: Mapping[str, Json], step: Mapping[str, Json], pins: Mapping[str, Mapping[str, Json]]
) -> bool:
    """A per-document step runs on the documents of those before it, so it waits for no more of them than it did."""
    slug = str(step.get("slug"))
    if slug == own.get("slug") or not _stands(pins.get(slug)):
        return False
    direct = any(str(entry).partition(":")[0].rstrip("?") == slug for entry in own.get("dependsOn") or ())
    return direct or not (_per_document(own) and _per_document(step))


def _per_document(step: Mapping[str, Json]) -> bool:
    config = step.get("config")
    return isinstance(config, Mapping) and bool(config.get("perDocument"))


def _stands(pin: Mapping[str, Json] | None) -> bool:
    return pin is not None and pin.get("status", "COMPLETED") in _STANDS


def _by_itself(step: Mapping[str, Json], before: list[str]) -> dict[str, Json]:
    kept = {key: value for key, value in step.items() if key not in _SET_ASIDE}
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
