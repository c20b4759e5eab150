"""What can be told of a JSONata text unevaluated: its error, the steps it reads, slugs written without backticks."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

from plans.language.expressions import fast
from plans.language.expressions.jsonata import MAX_CHARACTERS, ExpressionError, parse

_CHILDREN: Final = (
    *("expression", "expressions", "lhs", "rhs", "lhs_object", "rhs_object", "rhs_terms", "terms", "steps"),
    *("condition", "then", "_else", "procedure", "arguments", "body", "predicate", "stages", "expr", "group"),
    *("name", "pattern", "update", "delete"),
)
_CONTEXT_FUNCTIONS: Final = frozenset(
    {"string", "keys", "spread", "length", "boolean", "not", "type", "number"}
)
_CONTEXT_FUNCTIONS_OF_TWO: Final = frozenset({"lookup", "each", "sift"})
_QUOTED_OR_COMMENT: Final = re.compile(
    r"""/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`""", re.DOTALL
)
_HYPHENATED: Final = re.compile(r"(?<![\w$])steps\s*\.\s*(\w+(?:-\w+)+)")


class _CannotKnow(Exception):
    """The expression may read any step."""


@lru_cache(maxsize=4096)
def parse_error(text: str) -> str | None:
    """Tell why a text is not JSONata, and where, if that is known; None when it is."""
    if fast.recognises(text):
        return None
    try:
        parse(text)
    except ExpressionError as error:
        return str(error) + _place(text, error.position)
    return None


def _place(text: str, position: int | None) -> str:
    """Say line and column, from 1, of a position from 0."""
    if position is None:
        return ""
    before = text[:position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f" (line {line}, column {column})"


@lru_cache(maxsize=4096)
def condition_steps(text: str) -> frozenset[str] | None:
    """List the slugs an expression reads as `steps.<slug>`, perhaps more; None when it cannot be known.

    A text that is not JSONata reads nothing: its evaluation is an error without any step.
    """
    if fast.recognises(text):
        return fast.steps_of(text)
    try:
        tree = parse(text)
    except ExpressionError:
        return frozenset()
    slugs: set[str] = set()
    try:
        _walk(tree, slugs, at_root=True)
    except _CannotKnow:
        return None
    return frozenset(slugs)


def hyphen_slug_problem(text: str, slugs: Collection[str]) -> str | None:
    """Name the slug that an expression spells with a hyphen but without backticks (`steps.post-bill`), if any."""
    if len(text) > MAX_CHARACTERS:
        return None
    if _HYPHENATED.search(text) is None:
        return None
    bare = _QUOTED_OR_COMMENT.sub(lambda match: " " * len(match[0]), text)
    for match in _HYPHENATED.finditer(bare):
        words = match[1].split("-")
        # The longest slug first: with "a-b" and "a-b-c" in the plan, "steps.a-b-c" means the latter.
        for end in range(len(words), 1, -1):
            slug = "-".join(words[:end])
            if slug in slugs:
                return slug
    return None


def _walk(node: Any, slugs: set[str], *, at_root: bool) -> None:
    if isinstance(node, (list, tuple)):
        for item in node:
            _walk(item, slugs, at_root=at_root)
        return
    if not hasattr(node, "type"):
        return
    match node.type:
        case "path":
            _walk_path(node, slugs, at_root=at_root)
            return
        case "name" if at_root and node.value == "steps":
            raise _CannotKnow
        case "variable" if node.value == "$" or (at_root and node.value == ""):
            raise _CannotKnow
        case "wildcard" | "descendant" | "parent" if at_root:
            raise _CannotKnow
        case "parent" | "transform":
            raise _CannotKnow
        case "function" | "partial" if _reads_more(node, at_root=at_root):
            raise _CannotKnow
        case _:
            pass
    _walk_children(node, slugs, at_root=at_root)


def _reads_more(node: Any, *, at_root: bool) -> bool:
    """A function that takes the context for an argument left out reads the whole root at the root."""
    name, given = getattr(node.procedure, "value", None), len(node.arguments or ())
    if name == "eval":
        return True
    return at_root and (
        (given == 0 and name in _CONTEXT_FUNCTIONS) or (given == 1 and name in _CONTEXT_FUNCTIONS_OF_TWO)
    )


def _walk_path(node: Any, slugs: set[str], *, at_root: bool) -> None:
    steps = list(node.steps)
    if any(step.focus is not None for step in steps):
        # `items@$i.x` looks x up beside the items, which may be the root.
        raise _CannotKnow
    head = steps[0]
    from_root = at_root
    if head.type == "variable" and head.value in ("", "$") and len(steps) > 1 and not _filters(head):
        from_root = at_root or head.value == "$"
        steps = steps[1:]
    if from_root and steps[0].type == "name" and steps[0].value == "steps":
        if len(steps) < 2 or steps[1].type not in ("name", "string") or _filters(steps[0]):
            raise _CannotKnow
        slugs.add(str(steps[1].value))
        steps[0:1] = []
        from_root = False
    for index, step in enumerate(steps):
        inside_root = from_root and index == 0
        if step.type in ("name", "string") and not (inside_root and step.value == "steps"):
            _walk_children(step, slugs, at_root=False)
        else:
            _walk(step, slugs, at_root=inside_root)
    _walk(node.group, slugs, at_root=False)


def _filters(node: Any) -> bool:
    return bool(node.predicate or node.stages or node.group)


def _walk_children(node: Any, slugs: set[str], *, at_root: bool) -> None:
    for attribute in _CHILDREN:
        # What stands in brackets or groups is judged on the items, not on the root.
        inside = at_root and attribute not in ("predicate", "stages", "group")
        child = getattr(node, attribute, None)
        if child is not None:
            _walk(child, slugs, at_root=inside)
