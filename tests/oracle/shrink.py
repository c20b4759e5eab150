"""Make a differing case smaller: leave out a step, a key, an entry, a document, as long as it differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

KEPT = (
    "slug",
    "kind",
    "moduleRef",
    "perDocument",
    "scriptBody",
    "serviceBridgeRef",
    "endpointName",
    "config",
    "outputMapping",
)


def shrink(case: dict[str, Any], differs: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the smallest case found that still differs."""
    while True:
        for smaller in _smaller(case):
            if _fair(smaller) and differs(smaller):
                case = smaller
                break
        else:
            return case


def _fair(case: dict[str, Any]) -> bool:
    """Tell if conditions read only what has settled before them: else the outcome hangs on who is faster."""
    for step in case["document"]["steps"]:
        read = set(re.findall(r"steps\.(\w+)", step.get("conditionExpr", "")))
        if read - {text.partition(":")[0].rstrip("?") for text in step.get("dependsOn", [])}:
            return False
    return True


def _smaller(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in _places(case):
        smaller = deepcopy(case)
        holder: Any = smaller
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
        yield smaller
    for path, part in _parts(case):
        smaller = deepcopy(case)
        holder = smaller
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = part
        yield smaller


def _places(case: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    steps = case["document"]["steps"]
    yield from (("document", "steps", number) for number in reversed(range(len(steps))))
    yield from (("mocks", number) for number in reversed(range(len(case["mocks"]))))
    yield from (("documents", number) for number in reversed(range(len(case["documents"]))))
    yield from (("document", key) for key in ("output", "failurePolicy") if key in case["document"])
    for number, step in enumerate(steps):
        yield from (("document", "steps", number, key) for key in step if key not in KEPT)
        yield from (("document", "steps", number, "config", key) for key in step["config"] if key not in KEPT)
        yield from (
            ("document", "steps", number, "dependsOn", entry)
            for entry in range(len(step.get("dependsOn", [])))
        )


def _parts(case: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Replace a tree by one of its parts."""
    trees: list[tuple[tuple[Any, ...], Any]] = [(("document", "output"), case["document"].get("output"))]
    for number, step in enumerate(case["document"]["steps"]):
        trees += [
            (("document", "steps", number, key), step[key]) for key in ("input", "skipIf") if key in step
        ]
    for path, tree in trees:
        yield from _inside(path, tree)


def _inside(path: tuple[Any, ...], tree: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(tree, list):
        inner = list(enumerate(tree))
    elif isinstance(tree, dict) and not {"$from", "$step", "$input", "$variable", "$literal"} & tree.keys():
        inner = list(tree.items())
    else:
        return
    for _key, part in inner:
        yield path, part
    for key, part in inner:
        yield from _inside((*path, key), part)
