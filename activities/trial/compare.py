"""What a case demands against what came out: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def same(expected: Any, actual: Any) -> bool:
    """Tell if two JSON values are equal; numbers by value, but a number is never a truth value."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return expected == actual
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return expected.keys() == actual.keys() and all(
            same(value, actual[key]) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return type(expected) is type(actual) and bool(expected == actual)


def differences(case: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return what the case demands and the run did not give, each as a sentence."""
    errors = [finding["code"] for finding in actual["findings"] if finding["severity"] == "error"]
    wanted = case.get("findings")
    if wanted is not None:
        return _refused(wanted, errors, actual)
    if errors:
        return [f"the start was refused: {actual['findings'][0]['message']} ({', '.join(errors)})"]
    found: list[str] = []
    if "status" in case and case["status"] != actual["status"]:
        found.append(f"status: expected {case['status']}, got {actual['status']}")
    if "unrouted" in case and case["unrouted"] != actual["unrouted"]:
        found.append(f"unrouted: expected {case['unrouted']}, got {actual['unrouted']}")
    codes = {finding["code"] for finding in actual["findings"]}
    found += [f"warnings: {code} is missing" for code in case.get("warnings", ()) if code not in codes]
    found += _output(case["output"] or {}, actual) if "output" in case else []
    for slug, demanded in (case.get("steps") or {}).items():
        found += _step(slug, demanded, actual["steps"].get(slug))
    return found


def _refused(wanted: list[str], errors: list[str], actual: Mapping[str, Any]) -> list[str]:
    if not errors:
        return [f"findings: expected {', '.join(wanted)}, but the plan started and is {actual['status']}"]
    return [
        f"findings: {code} is missing (found {', '.join(errors)})" for code in wanted if code not in errors
    ]


def _output(wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    got = {"outcome": actual["outcome"], "result": actual["output"], "error": actual["error"]}
    found = []
    for key, value in wanted.items():
        if key == "error":
            error = got["error"] or {}
            found += [
                f"output.error.{k}: expected {v!r}, got {error.get(k)!r}"
                for k, v in (value or {}).items()
                if not same(v, error.get(k))
            ]
        elif not same(value, got.get(key)):
            found.append(f"output.{key}: expected {value!r}, got {got.get(key)!r}")
    return found


def _step(slug: str, demanded: Mapping[str, Any], got: Mapping[str, Any] | None) -> list[str]:
    if got is None:
        return [f"steps.{slug}: there is no such step"]
    found = []
    for key, value in demanded.items():
        if key == "documents":
            documents = got.get("documents") or {}
            for name, wanted in value.items():
                found += _step(f"{slug}.documents.{name}", wanted, documents.get(name))
        elif key == "error" and isinstance(value, Mapping):
            error = got.get("error") or {}
            found += [
                f"steps.{slug}.error.{k}: expected {v!r}, got {error.get(k)!r}"
                for k, v in value.items()
                if not same(v, error.get(k))
            ]
        elif not same(value, got.get(key)):
            found.append(f"steps.{slug}.{key}: expected {value!r}, got {got.get(key)!r}")
    return found
