"""Edits of expression trees."""

from __future__ import annotations

from typing import Any, Literal


def renamed_references(kind: Literal["step", "variable"], tree: Any, old: str, new: str) -> Any:
    """Name another step, or variable, wherever an expression tree refers to `old`; literals stay as they are."""
    if isinstance(tree, list):
        return [renamed_references(kind, item, old, new) for item in tree]
    if not isinstance(tree, dict) or "$literal" in tree:
        return tree
    out = {key: renamed_references(kind, item, old, new) for key, item in tree.items()}
    source = tree.get("$from")
    if isinstance(source, dict) and source.get(kind) == old:
        out["$from"] = {**source, kind: new}
    elif tree.get(f"${kind}") == old:
        out[f"${kind}"] = new
    return out
