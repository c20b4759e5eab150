"""Expression trees, paths and the few conditions that the oracle can judge: slow and plain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING = object()  # a path that leads nowhere; an expression without a result


@dataclass
class Seen:
    """What a tree came to: a value, or the producers that stand in its way."""

    value: Any = None
    unsettled: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    not_taken: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    missing: bool = False

    @property
    def stopped(self) -> bool:
        return bool(self.unsettled or self.failed or self.not_taken or self.skipped or self.missing)

    def add(self, other: Seen) -> None:
        self.unsettled |= other.unsettled
        self.failed |= other.failed
        self.not_taken |= other.not_taken
        self.skipped |= other.skipped
        self.missing = self.missing or other.missing


@dataclass
class Scope:
    """What references read: `producer` gives `(status, result)` of a step."""

    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]
    producer: Callable[[str], tuple[str, Any]]


def look(tree: Any, scope: Scope) -> Seen:
    """Evaluate a tree lazily: only what is needed is looked at."""
    if isinstance(tree, list):
        parts = [look(item, scope) for item in tree]
        return _together(parts, [part.value for part in parts])
    if not isinstance(tree, Mapping):
        return Seen(tree)
    if "$literal" in tree:
        return Seen(tree["$literal"])
    if "$if" in tree:
        condition = look(tree["$if"], scope)
        if condition.stopped:
            return condition
        taken = condition.value is not None and condition.value is not False
        return look(tree["then"] if taken else tree.get("else"), scope)
    if "$coalesce" in tree:
        return _first(tree["$coalesce"], scope)
    if "$from" in tree:
        return _from(tree, scope)
    if "$step" in tree:
        return _step(tree["$step"], tree.get("path"), scope)
    if "$input" in tree:
        return _at(scope.inputs, tree["$input"])
    if "$variable" in tree:
        return Seen(scope.variables[tree["$variable"]])
    parts_by_key = {key: look(value, scope) for key, value in tree.items()}
    return _together(list(parts_by_key.values()), {key: part.value for key, part in parts_by_key.items()})


def _together(parts: list[Seen], value: Any) -> Seen:
    whole = Seen(value)
    for part in parts:
        whole.add(part)
    return whole


def _first(choices: list[Any], scope: Scope) -> Seen:
    for choice in choices:
        seen = look(choice, scope)
        if seen.unsettled or seen.failed:
            return seen
        gone = seen.skipped or seen.not_taken
        if not gone and (seen.missing or seen.value is not None):
            return seen
    return Seen(None)


def _from(tree: Mapping[str, Any], scope: Scope) -> Seen:
    source = tree["$from"]
    if "step" not in source:
        root = scope.inputs if "workflow" in source else scope.variables[source["variable"]]
        return _at(root, tree.get("path"))
    seen = _step(source["step"], tree.get("path"), scope)
    if tree.get("$on_skip") == "use_default" and (seen.skipped or seen.not_taken):
        return look(tree.get("$default"), scope)
    return seen


def _step(slug: str, path: str | None, scope: Scope) -> Seen:
    status, result = scope.producer(slug)
    match status:
        case "COMPLETED":
            return _at(result, path)
        case "FAILED" | "CANCELLED":
            return Seen(failed={slug})
        case "NOT_TAKEN":
            return Seen(not_taken={slug})
        case "SKIPPED":
            return Seen(skipped={slug})
        case _:
            return Seen(unsettled={slug})


def _at(value: Any, path: str | None) -> Seen:
    found = follow(value, path)
    return Seen(missing=True) if found is NOTHING else Seen(found)


def follow(value: Any, path: str | None) -> Any:
    """Follow a path: the whole text as one key first, then `a.b[0]`, `$.a.b[0]`, `/a/b/0`."""
    if path in (None, "", "$"):
        return value
    assert path is not None
    if isinstance(value, Mapping) and path in value:
        return value[path]
    if path.startswith("/"):
        keys: list[Any] = path[1:].split("/")
    else:
        keys = [key or int(index) for key, index in re.findall(r"([^.\[\]$]+(?=$|[.\[]))|\[(\d+)\]", path)]
    for key in keys:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and str(key).isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return NOTHING
    return value


def truthy(value: Any) -> bool:
    """Tell if a value is true as in JavaScript."""
    return (value is not None and value is not False and value != 0 and value != "") or isinstance(
        value, dict | list
    )


def names(tree: Any) -> set[str]:
    """Return every step that a tree names, needed or not."""
    if isinstance(tree, list):
        return set().union(*map(names, tree))
    if not isinstance(tree, Mapping) or "$literal" in tree:
        return set()
    found = set().union(*(names(value) for key, value in tree.items() if key not in ("$from", "$step")))
    if isinstance(tree.get("$from"), Mapping) and "step" in tree["$from"]:
        found.add(tree["$from"]["step"])
    if "$step" in tree:
        found.add(tree["$step"])
    return found


def surely(tree: Any) -> set[str]:
    """Return the steps that a tree needs whatever the values are."""
    if isinstance(tree, list):
        return set().union(*map(surely, tree))
    if not isinstance(tree, Mapping) or "$literal" in tree:
        return set()
    if "$if" in tree:
        return surely(tree["$if"])
    if "$coalesce" in tree:
        return surely(tree["$coalesce"][0])
    if "$from" in tree:
        return {tree["$from"]["step"]} if "step" in tree["$from"] else set()
    if "$step" in tree:
        return {tree["$step"]}
    return set().union(*map(surely, tree.values()))


class Broken(Exception):
    """An expression with an error."""


def holds(text: str, root: Mapping[str, Any]) -> bool:
    """Tell if a condition is exactly true. Only the shapes that `generate` writes are known."""
    try:
        return value_of(text, root) is True
    except Broken:
        return False


def is_false(text: str, root: Mapping[str, Any]) -> bool:
    """Tell if an expression is exactly false: not an error, not without a result."""
    try:
        return value_of(text, root) is False
    except Broken:
        return False


def value_of(text: str, root: Mapping[str, Any]) -> Any:
    """Evaluate one of the shapes that `generate` writes; NOTHING without a result, Broken for an error."""
    if " and " in text:
        return all(value_of(part, root) is True for part in text.split(" and "))
    if " or " in text:
        return any(value_of(part, root) is True for part in text.split(" or "))
    if "$number('x')" in text:
        raise Broken
    if text in ("true", "false"):
        return text == "true"
    if match := re.fullmatch(r"\$exists\(([\w.]+)\)", text):
        return _path(match[1], root) is not NOTHING
    if match := re.fullmatch(r"([\w.]+) (=|!=|>|<) (.+)", text):
        left, right = _path(match[1], root), json.loads(match[3].replace("'", '"'))
        return _compared(left, match[2], right)
    return _path(text, root)


def _path(path: str, root: Any) -> Any:
    for key in path.split("."):
        if not isinstance(root, Mapping) or key not in root:
            return NOTHING
        root = root[key]
    return root


def _compared(left: Any, operator: str, right: Any) -> Any:
    if operator in ("=", "!="):
        if left is NOTHING:
            return False
        equal = left == right and isinstance(left, bool) == isinstance(right, bool)
        return equal if operator == "=" else not equal
    if left is NOTHING:
        return NOTHING
    if isinstance(left, bool) or type(left) is not type(right) or not isinstance(left, int | str):
        raise Broken
    return left > right if operator == ">" else left < right
