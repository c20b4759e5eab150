"""The text of a plan file, JSON or YAML, as plain JSON values.

YAML is read by the 1.2 core schema: `on`, `yes` and dates are text. Nothing but plain data comes out,
and an alias that multiplies itself is refused before it fills the memory.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_VALUES: Final = 1_000_000
MAX_DEPTH: Final = 200
MAX_DIGITS: Final = 4000  # Python reads numbers of 4300 digits at most

Lines: TypeAlias = tuple[int, int]  # first and last, from 1

_SPACE = re.compile(r"[ \t\r\n]*")
_NUL = re.compile(r"\\(0|x00|u0000|U00000000)")
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_WHOLE = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TAG: Final = "tag:yaml.org,2002:"
_TAGGED: Final = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}


class SourceError(ValueError):
    """A text that is no plan file; `line` and `column` count from 1 (0: not at one place)."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0, code: str = "invalid-source") -> None:
        super().__init__(f"line {line}, column {column}: {message}" if line else message)
        self.message = message
        self.line = line
        self.column = column
        self.code = code


def parse_source(
    text: str, *, filename: str, limit: int = MAX_BYTES, lines: list[Lines] | None = None
) -> object:
    """Read a plan file; JSON by the name `*.json` or an opening brace, else YAML. Raises SourceError.

    `lines`, where given, gets the first and last line of each entry of `steps`.
    """
    if len(text) > limit or len(text.encode("utf-8", "surrogatepass")) > limit:
        raise SourceError(
            f"{filename} is larger than {limit // 1024**2} MiB; split the plan", code="too-large"
        )
    text = text.removeprefix("\ufeff")
    value = _parse(text, filename, lines)
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(value)
    if "\\u" in text.lower():
        _refuse_half_characters(value)
    if _NUL.search(text):
        _refuse_nul(value)
    return value


def parse_with_lines(text: str, *, filename: str) -> tuple[object, list[Lines]]:
    """Read a plan file as `parse_source` does; tell the first and last line of each entry of its `steps`, too."""
    lines: list[Lines] = []
    value = parse_source(text, filename=filename, lines=lines)
    return value, lines


def _parse(text: str, filename: str, lines: list[Lines] | None) -> object:
    is_json = filename.lower().endswith(".json")
    if is_json or text.lstrip().startswith(("{", "[")):
        try:
            value = _read_json(text)
        except SourceError:
            if is_json:
                raise
            # A flow mapping of YAML starts like JSON.
        else:
            if lines is not None:
                lines.extend(_lines_of_json(text))
            return value
    return _read_yaml(text, lines)


def _lines_of_json(text: str) -> Iterator[Lines]:
    """Find the entries of `steps` in a text that is JSON, by reading values from one place to the next."""
    decoder = json.JSONDecoder(strict=True)
    at = _after_space(text, 0)
    if text[at] != "{":
        return
    at = _after_space(text, at + 1)
    while text[at] == '"':
        key, at = decoder.raw_decode(text, at)
        at = _after_space(text, _after_space(text, at) + 1)
        if key == "steps" and text[at] == "[":
            yield from _lines_of_list(text, at, decoder)
            return
        _value, at = decoder.raw_decode(text, at)
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _lines_of_list(text: str, at: int, decoder: json.JSONDecoder) -> Iterator[Lines]:
    line, counted = 1, 0
    at = _after_space(text, at + 1)
    while text[at] != "]":
        _value, end = decoder.raw_decode(text, at)
        first = line + text.count("\n", counted, at)
        line, counted = first + text.count("\n", at, end), end
        yield first, line
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _read_json(text: str) -> object:
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite_number,
            parse_int=_whole_number,
            object_pairs_hook=_unique_pairs,
        )
    except json.JSONDecodeError as failure:
        raise SourceError(failure.msg, line=failure.lineno, column=failure.colno) from failure
    except RecursionError as failure:
        raise SourceError(f"nested deeper than {MAX_DEPTH} levels", code="too-large") from failure
    except ValueError as failure:
        raise failure if isinstance(failure, SourceError) else SourceError(str(failure)) from failure


def _refuse_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for node in level
            if isinstance(node, dict | list)
            for item in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise SourceError(f"nested deeper than {MAX_DEPTH} levels", code="too-large")


def _refuse_half_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as failure:
        raise SourceError("an escape \\uD800 to \\uDFFF without its other half") from failure
    except RecursionError as failure:
        raise SourceError(f"nested deeper than {MAX_DEPTH} levels", code="too-large") from failure


def _refuse_nul(value: object) -> None:
    if _NUL_IN_JSON.search(json.dumps(value, ensure_ascii=False)):
        raise SourceError("a text holds the character NUL, which no database keeps; take it out")


def _refuse_constant(name: str) -> NoReturn:
    raise SourceError(f"{name} is not a JSON value")


def _finite_number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise SourceError(f"{_short(text)} is too large a number")
    return value


def _whole_number(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise SourceError(f"{_short(text)} is too large a number")
    return int(text)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise SourceError(f'key "{twice}" stands twice in one object')
    return found


def _read_yaml(text: str, lines: list[Lines] | None) -> object:
    parser = YAML(typ="safe", pure=True)
    try:
        return _Builder(parser.parse(text), lines).document()
    except MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        message = failure.problem or failure.context or "not YAML"
        if mark is None:
            raise SourceError(message) from failure
        raise SourceError(message, line=mark.line + 1, column=mark.column + 1) from failure
    except (YAMLError, ValueError, RecursionError) as failure:
        raise failure if isinstance(failure, SourceError) else SourceError(str(failure)) from failure


class _Builder:
    """Makes values of YAML events; each anchor remembers how many values it stands for."""

    def __init__(self, events: Iterator[Any], lines: list[Lines] | None) -> None:
        self._events = events
        self._lines = lines
        self._last_line = 0
        self._at_steps = False
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def document(self) -> object:
        value: object = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _error(event, "a plan file holds one document, not several")
                value = self._node(next(self._events), 1)
        return value

    def _node(self, event: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise SourceError(f"nested deeper than {MAX_DEPTH} levels", code="too-large")
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._count
        self._grow(1)
        if isinstance(event, ScalarEvent):
            self._last_line = _last_line(event)
            value: Any = scalar_value(event)
        elif isinstance(event, SequenceStartEvent):
            value = self._sequence(depth)
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(depth)
        else:
            raise _error(event, "not YAML")
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _sequence(self, depth: int) -> list[Any]:
        items: list[Any] = []
        lines = self._lines if self._at_steps else None
        self._at_steps = False
        while not isinstance(event := next(self._events), SequenceEndEvent):
            first = event.start_mark.line + 1
            items.append(self._node(event, depth + 1))
            if lines is not None:
                lines.append((first, max(first, self._last_line)))
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = _key(event)
            if key in items:
                raise _error(event, f'key "{key}" stands twice in one mapping')
            self._at_steps = depth == 1 and key == "steps"
            items[key] = self._node(next(self._events), depth + 1)
        return items

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise _error(event, f'alias "*{event.anchor}" names nothing before it')
        value, size = self._anchors[event.anchor]
        self._grow(size)
        return value

    def _grow(self, size: int) -> None:
        self._count += size
        if self._count > MAX_VALUES:
            raise SourceError(f"more than {MAX_VALUES} values", code="too-large")


def _last_line(event: Any) -> int:
    if event.style == "|":  # it ends where the next key begins, blank lines between included
        return int(event.start_mark.line) + 2 + str(event.value).rstrip("\n").count("\n")
    mark = event.end_mark
    return int(mark.line) + (1 if mark.column else 0)


def _key(event: Any) -> str:
    if isinstance(event, ScalarEvent):
        return str(event.value)
    raise _error(event, "a key must be a text")


def is_plain(text: str) -> bool:
    """Tell if a text without quotes is read as this text, and not as null, a number or a truth."""
    try:
        return text != "" and _plain(text, None) == text
    except (SourceError, AttributeError):
        return False


def scalar_value(event: Any) -> str | int | float | bool | None:
    """Read a scalar of YAML by the core schema. Raises SourceError."""
    text = str(event.value)
    tag = str(event.tag) if event.tag else ""
    if tag in ("!", f"{_TAG}str") or (event.style and not tag):
        return _join_surrogates(text) if event.style == '"' else text
    if tag and not tag.startswith(_TAG):
        raise _error(event, f"tag {tag} means nothing in a plan")
    value = _plain(text, event)
    if tag and type(value) not in _TAGGED.get(tag.removeprefix(_TAG), ()):
        raise _error(event, f'"{text}" is no {tag.removeprefix(_TAG)}')
    return value


def _join_surrogates(text: str) -> str:
    # JSON spells characters above U+FFFF as two escapes, and YAML files hold JSON.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _plain(text: str, event: Any) -> str | int | float | bool | None:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in "+-.0123456789":
        return text
    if _WHOLE.fullmatch(text) and len(text) > MAX_DIGITS:
        raise _error(event, f"{_short(text)} is too large a number")
    if _WHOLE.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text, 0)
    if _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return _finite(float(text), text, event)
    if _NOT_A_NUMBER.fullmatch(text):
        raise _error(event, f"{text} is not a JSON value")
    return text


def _finite(value: float, text: str, event: Any) -> float:
    if math.isinf(value):
        raise _error(event, f"{_short(text)} is too large a number")
    return value


def _error(event: Any, message: str) -> SourceError:
    mark = event.start_mark
    return SourceError(message, line=mark.line + 1, column=mark.column + 1)
