"""What a case would have to expect, were what came out right: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activities.trial.compare import same

Json = Any
EXPECTATIONS: Final = frozenset({"status", "output", "steps", "unrouted", "warnings", "findings"})


def recorded(case: Mapping[str, Json], actual: Mapping[str, Json]) -> dict[str, Json]:
    """Return the case with its expectations as they came out; of what it does not look at, nothing is added.

    A case that expects nothing, or that the start is refused where it is not, gets the status and the output.
    """
    codes = [finding["code"] for finding in actual["findings"] if finding["severity"] == "error"]
    if actual["status"] is None:
        return {**case, "findings": list(dict.fromkeys(codes))}
    left = {key: value for key, value in case.items() if key != "findings"}
    if not EXPECTATIONS & left.keys():
        left |= {"status": None, "output": {"outcome": None, "error" if actual["error"] else "result": None}}
        if actual["error"]:
            left["output"]["error"] = {"code": None, "message": None}
    return {key: _expected(key, value, actual) for key, value in left.items()}


def _expected(key: str, value: Json, actual: Mapping[str, Json]) -> Json:
    match key:
        case "status" | "unrouted":
            return actual[key]
        case "warnings":
            known = {finding["code"] for finding in actual["findings"]}
            return [code for code in value or () if code in known]
        case "output":
            came = {"outcome": actual["outcome"], "result": actual["output"], "error": actual["error"]}
            return {name: _part(name, wanted, came.get(name)) for name, wanted in (value or {}).items()}
        case "steps":
            steps = value or {}
            return {slug: _step(wanted, actual["steps"].get(slug)) for slug, wanted in steps.items()}
        case _:
            return value


def _step(wanted: Mapping[str, Json], came: Mapping[str, Json] | None) -> Json:
    """Record the keys that a case looks at; of a step that there is not, nothing."""
    if came is None:
        return wanted
    shown = dict(wanted)
    for key, value in wanted.items():
        if key == "documents":
            known = came.get("documents") or {}
            shown[key] = {name: _step(each, known.get(name)) for name, each in (value or {}).items()}
        else:
            shown[key] = _part(key, value, came.get(key))
    return shown


def _part(key: str, wanted: Json, came: Json) -> Json:
    """Record one value; of an error only the keys that were looked at. Equal numbers stay as they are written."""
    if key == "error" and isinstance(wanted, Mapping) and isinstance(came, Mapping):
        return {name: _part(name, value, came.get(name)) for name, value in wanted.items()}
    return wanted if same(wanted, came) else came
