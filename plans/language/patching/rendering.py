"""A value as YAML, as an author would write it: plain where it can be, texts of several lines as blocks."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from plans.language.source import is_plain

_STEP: Final = 2
_NOT_FIRST: Final = frozenset("-?:,[]{}#&*!|>'\"%@`=<~ ")
_NOT_PRINTABLE: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NOT_IN_FLOW: Final = re.compile(r"[,\[\]{}]")


def flow(value: Any) -> str:
    """Write a value in one line, as it may stand inside of [ ] and { }."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{scalar(str(key), in_flow=True)}: {flow(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value, in_flow=True)


def scalar(value: Any, *, in_flow: bool = False, style: str = "") -> str:
    """Write a scalar in one line; `style` is the quotes that stood there before."""
    if not isinstance(value, str):
        return json.dumps(value)
    if style == '"' or _NOT_PRINTABLE.search(value) or "\n" in value or "\t" in value:
        quoted = json.dumps(value, ensure_ascii=False)
        return _NOT_PRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
    if style != "'" and _can_be_plain(value, in_flow=in_flow):
        return value
    return "'" + value.replace("'", "''") + "'"


def after_key(value: Any, column: int) -> str:
    """Write what stands behind `key:` or a dash in a block at this column, with its newline; the space in front too."""
    if isinstance(value, str) and _can_be_literal(value):
        return f" {_literal(value, column + _STEP)}"
    if isinstance(value, dict) and value and not _is_small(value):
        return "\n" + block(value, column + _STEP)
    if isinstance(value, list) and any(
        isinstance(item, dict | list) and not _is_small(item) for item in value
    ):
        return "\n" + block(value, column + _STEP)
    return f" {flow(value) if isinstance(value, dict | list) else scalar(value)}\n"


def block(value: dict[str, Any] | list[Any], column: int) -> str:
    """Write a collection in lines, each at the column."""
    space = " " * column
    if isinstance(value, dict):
        return "".join(f"{space}{scalar(str(key))}:{after_key(item, column)}" for key, item in value.items())
    return "".join(f"{space}-{after_dash(item, column)}" for item in value)


def after_dash(value: Any, column: int, *, in_lines: bool = False) -> str:
    """Write what stands behind a dash at this column: an object begins in the same line, and is one if it is small."""
    if isinstance(value, dict) and value and (in_lines or not _is_small(value)):
        return " " + block(value, column + _STEP).lstrip(" ")
    return after_key(value, column)


def _is_small(value: Any) -> bool:
    """Tell what reads well in one line: a few scalars."""
    if not isinstance(value, dict | list):
        return not (isinstance(value, str) and _can_be_literal(value))
    items = list(value.values()) if isinstance(value, dict) else value
    return len(items) <= 4 and len(flow(value)) <= 80 and all(_is_small(item) for item in items)


def _can_be_plain(text: str, *, in_flow: bool) -> bool:
    if not text or text[0] in _NOT_FIRST or text[-1] in " :" or ": " in text or " #" in text:
        return False
    if in_flow and (_NOT_IN_FLOW.search(text) or ":" in text[-1:]):
        return False
    return not text.startswith(("...", "<<")) and is_plain(text)


def _can_be_literal(text: str) -> bool:
    return (
        "\n" in text and text[0] not in " \t\n" and text.strip("\n") != "" and not _NOT_PRINTABLE.search(text)
    )


def _literal(text: str, column: int) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    space = " " * column
    lines = "".join(f"{space}{line}\n" if line else "\n" for line in body.split("\n"))
    return f"|{'-' if not ends else '' if ends == 1 else '+'}\n{lines}" + "\n" * (ends - 1)
