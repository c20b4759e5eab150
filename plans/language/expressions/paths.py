"""Paths into a JSON value, in every spelling of the plan language (2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

Segment = str | int

_NAME = re.compile(r"[^.\[\]]+")
_INDEX = re.compile(r"\[\s*(\d+)\s*\]")
_QUOTED = re.compile(r"""\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\]""")
_WHOLE = frozenset({"", "$"})


class PathSyntaxError(ValueError):
    """A path that no spelling of the language can read."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to; `value` may be None, which is JSON null."""

    value: object


def lookup(value: object, path: str | None) -> Found | None:
    """Follow a path; None when it leads nowhere, raises PathSyntaxError when it cannot be read.

    The whole text is tried as one key first (plan language 2.2), then `a.b[0]`, `$.a`, `$["k"]`, `/a/0`.
    """
    if path is None or path in _WHOLE:
        return Found(value)
    if isinstance(value, Mapping) and path in value:
        return Found(value[path])
    return follow(value, parse_path(path))


def follow(value: object, segments: Sequence[Segment]) -> Found | None:
    """Follow read segments; a text of digits is an index where the value is a list."""
    for segment in segments:
        found = _enter(value, segment)
        if found is None:
            return None
        value = found.value
    return Found(value)


@lru_cache(maxsize=4096)
def parse_path(path: str) -> tuple[Segment, ...]:
    """Split a path into keys (text) and indexes (int), raises PathSyntaxError."""
    if path in _WHOLE:
        return ()
    if path.startswith("/"):
        return _pointer(path)
    if path.startswith("$") and path[1:2] in (".", "["):
        return _dotted(path, 1)
    if path.startswith("["):
        return _dotted(path, 0)
    return _dotted("." + path, 0, shift=1)


def _enter(value: object, segment: Segment) -> Found | None:
    if isinstance(value, Mapping):
        key = str(segment)
        return Found(value[key]) if key in value else None
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        if isinstance(segment, str) and not (segment.isascii() and segment.isdigit()):
            return None
        index = int(segment)
        return Found(value[index]) if index < len(value) else None
    return None


def _pointer(path: str) -> tuple[Segment, ...]:
    # RFC 6901: "~1" before "~0", or "~01" would read as "/".
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/"))


def _dotted(text: str, at: int, *, shift: int = 0) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    while at < len(text):
        if text[at] == ".":
            name = _NAME.match(text, at + 1)
            if name is None:
                raise PathSyntaxError(
                    f'path "{text[shift:]}": a name must follow the dot at {at + 1 - shift}'
                )
            segments.append(name[0])
            at = name.end()
        elif text[at] == "[":
            segment, at = _bracket(text, at, shift)
            segments.append(segment)
        else:
            raise PathSyntaxError(
                f'path "{text[shift:]}": write "." or "[" instead of "{text[at]}" at {at + 1 - shift}'
            )
    return tuple(segments)


def _bracket(text: str, at: int, shift: int) -> tuple[Segment, int]:
    if index := _INDEX.match(text, at):
        return int(index[1]), index.end()
    if quoted := _QUOTED.match(text, at):
        key = quoted[1] if quoted[1] is not None else quoted[2]
        return re.sub(r"\\(.)", r"\1", key), quoted.end()
    raise PathSyntaxError(
        f'path "{text[shift:]}": [ ] at {at + 1 - shift} must hold a number from 0 up or a quoted text'
    )
