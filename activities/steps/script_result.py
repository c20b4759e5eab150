"""What a script may return beside its action: badges, task properties, activities to start next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOST_FOLLOW_UPS: Final = 32
MOST_BADGES: Final = 20
LOWEST_PRIORITY: Final = 5
LABEL_LENGTH: Final = 60
FOLLOW_UPS: Final = ("nextActivity", "nextActivities")
ENTRY_KEYS: Final = frozenset(
    {
        *("activityPlanRef", "projectId", "inputs", "title", "description", "documentFamilyIds"),
        *("features", "priority", "triggerMetadata", "variables"),
    }
)
BADGE_KEYS: Final = ("label", "icon", "color")

Json = Any


def follow_ups(result: Json) -> list[Mapping[str, Json]]:
    """Return the entries of `nextActivity` or `nextActivities`, in order."""
    if not isinstance(result, Mapping):
        return []
    one, many = result.get("nextActivity"), result.get("nextActivities")
    return [one] if one is not None else list(many or ())


def badges_of(result: Json) -> list[dict[str, str]]:
    """Return the badges that a result carries; what is none is left out."""
    given = result.get("badges") if isinstance(result, Mapping) else None
    return badges_in(given if isinstance(given, list) else [])


def badges_in(given: Json) -> list[dict[str, str]]:
    """Read `[{label, icon?, color?}]`."""
    read = [
        {key: str(each[key])[:LABEL_LENGTH] for key in BADGE_KEYS if each.get(key)}
        for each in given
        if isinstance(each, Mapping) and isinstance(each.get("label"), str) and each["label"].strip()
    ]
    return read[:MOST_BADGES]


def warnings_of(result: Json) -> list[str]:
    """Tell what of a result has a shape that nothing can be done with."""
    shapes = (("taskProperties", dict, "an object"), ("badges", list, "a list of {label, icon, color}"))
    found = [
        f"{key} is not {name} and was ignored"
        for key, kind, name in shapes
        if isinstance(result, dict) and result.get(key) is not None and not isinstance(result[key], kind)
    ]
    if _has_features(result):
        found.append("features were ignored: documents have none here; say it in labels, metadata or inputs")
    given = result.get("badges") if isinstance(result, dict) else None
    if isinstance(given, list) and len(badges_of(result)) < len(given):
        found.append(
            f"of {len(given)} badges those without a label, and those past {MOST_BADGES}, were ignored"
        )
    return found


def _has_features(result: Json) -> bool:
    listed = result.get(FOLLOW_UPS[1]) if isinstance(result, dict) else None
    parts = (result, *follow_ups(result)) if listed is None or isinstance(listed, list) else (result,)
    return any(isinstance(part, Mapping) and bool(part.get("features")) for part in parts)


def problem_of(result: Mapping[str, Json]) -> str:
    """Tell why the activities to start next can't be, "" if they can or there are none."""
    one, many = (result.get(key) for key in FOLLOW_UPS)
    if one is not None and many is not None:
        return "the script returned nextActivity and nextActivities; return one of them"
    if many is not None and not isinstance(many, list):
        return "nextActivities must be a list"
    entries = follow_ups(result)
    if len(entries) > MOST_FOLLOW_UPS:
        return f"a script may start {MOST_FOLLOW_UPS} activities; this one returned {len(entries)}"
    return next((problem for entry in entries if (problem := _entry_problem(entry))), "")


def without_follow_ups(value: Json, *, per_document: bool) -> tuple[Json, list[str]]:
    """Leave out of a per-document result what would start an activity; return it with warnings."""
    if not per_document or not isinstance(value, dict) or not any(key in value for key in FOLLOW_UPS):
        return value, []
    left = {key: item for key, item in value.items() if key not in FOLLOW_UPS}
    return left, ["a per-document script starts no next activity; nextActivity was ignored"]


def _entry_problem(entry: Json) -> str:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("activityPlanRef"), str):
        return "a next activity is an object with an activityPlanRef"
    unknown = sorted(set(entry) - ENTRY_KEYS)
    if unknown:
        return f'a next activity has no "{unknown[0]}" (it has {", ".join(sorted(ENTRY_KEYS))})'
    for key, kind in (("inputs", dict), ("documentFamilyIds", list), ("variables", dict)):
        if entry.get(key) is not None and not isinstance(entry[key], kind):
            return f"{key} of a next activity must be {'an object' if kind is dict else 'a list'}"
    priority = entry.get("priority")
    if priority is not None and (type(priority) is not int or not 0 <= priority <= LOWEST_PRIORITY):
        return f"priority of a next activity must be a whole number from 0 (none) over 1 (highest) to {LOWEST_PRIORITY}"
    return ""
