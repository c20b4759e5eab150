"""An author's text, changed so that it reads as another document; comments, order and spelling of the rest stay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plans.language.merge import same
from plans.language.patching.nodes import Node, json_nodes, step_lines, yaml_nodes
from plans.language.patching.respelling import respell
from plans.language.patching.splicing import splice
from plans.language.source import Lines, SourceError
from plans.language.spellings import read, write

__all__ = ["Patched", "patch_source", "read_text"]


@dataclass(frozen=True, slots=True)
class Patched:
    """A text, and the first and last line of each step in it, by its slug."""

    text: str
    lines: dict[str, Lines]


def patch_source(text: str, document: dict[str, Any], *, is_json: bool) -> Patched | None:
    """Give the text with what differs from the document put into it; None where it must be written anew.

    The text may be in any spelling: what still means the same stays as it was typed. Raises SourceError for a text that
    cannot be parsed.
    """
    root = _nodes(text, is_json)
    if not isinstance(root.value, dict):
        return None
    value = respell(root.value, write(read(document)[0]))
    if same(value, root.value):
        return Patched(text, step_lines(text, root))
    patched = splice(text, root, value, is_json=root.is_json)
    found = _read_again(patched, is_json=is_json)
    return Patched(patched, step_lines(patched, found)) if found and same(found.value, value) else None


def read_text(text: str, *, is_json: bool) -> Patched:
    """Find the steps in a text as it is. Raises SourceError."""
    return Patched(text, step_lines(text, _nodes(text, is_json)))


@lru_cache(maxsize=8)
def _nodes(text: str, is_json: bool) -> Node:  # noqa: FBT001  an argument of a cache has no name
    """Read a text into nodes, which nobody changes: what was patched last is what is patched next."""
    if is_json or text.lstrip().startswith("{"):
        try:
            return json_nodes(text)
        except SourceError:
            if is_json:
                raise
    return yaml_nodes(text)


def _read_again(text: str, *, is_json: bool) -> Node | None:
    try:
        return _nodes(text, is_json)
    except SourceError:
        return None
