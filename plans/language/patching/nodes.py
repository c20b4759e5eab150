"""A text as a tree of values with their places in it: what an edit of the text needs to know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

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

from plans.language.source import MAX_DEPTH, Lines, SourceError, parse_source, scalar_value

_SPACE: Final = re.compile(r"[ \t\r\n]*")


@dataclass(slots=True)
class Node:
    """A value and where it stands: `start` to `end` in the text. `entries` is None for a scalar.

    `column` is where the entries of a block begin; `style` the quotes of a scalar, `|` or `>` of one in lines.
    """

    value: Any
    start: int
    end: int
    entries: list[Entry] | None = None
    flow: bool = True
    column: int = 0
    style: str = ""
    is_json: bool = False

    @property
    def is_block(self) -> bool:
        """Tell a collection in lines, one entry a line."""
        return self.entries is not None and not self.flow


@dataclass(slots=True)
class Entry:
    """An entry of an object or a list: it begins with its key or its dash; `key_end` is where that ends."""

    key: str | None
    start: int
    key_end: int
    node: Node


def json_nodes(text: str) -> Node:
    """Read a JSON text. Raises SourceError."""
    parse_source(text, filename="plan.json")  # says what is wrong with it, and where
    node, _end = _json_node(text, _skip(text, 0), json.JSONDecoder())
    return node


def yaml_nodes(text: str) -> Node:
    """Read a YAML text. Raises SourceError."""
    try:
        return _YamlNodes(text).document()
    except MarkedYAMLError as failure:
        mark = failure.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        raise SourceError(failure.problem or "not YAML", line=line, column=column) from failure
    except (YAMLError, ValueError, RecursionError) as failure:
        raise failure if isinstance(failure, SourceError) else SourceError(str(failure)) from failure


def step_lines(text: str, root: Node) -> dict[str, Lines]:
    """Find the first and last line of each entry of `steps`, by its slug; of two with one slug, the first."""
    found: dict[str, Lines] = {}
    steps = next((entry.node for entry in root.entries or () if entry.key == "steps"), None)
    line, counted = 1, 0
    for entry in (steps.entries if steps is not None else None) or ():
        line, counted = line + text.count("\n", counted, entry.start), entry.start
        last = line + text.count("\n", entry.start, entry.node.end)
        value = entry.node.value
        slug = value.get("slug", value.get("id")) if isinstance(value, dict) else None
        if isinstance(slug, str):
            found.setdefault(slug, (line, last))
    return found


def _json_node(text: str, at: int, decoder: json.JSONDecoder) -> tuple[Node, int]:
    if text[at] not in "{[":
        value, end = decoder.raw_decode(text, at)
        return Node(value, at, end, style='"' if isinstance(value, str) else "", is_json=True), end
    closing = "}" if text[at] == "{" else "]"
    entries: list[Entry] = []
    here = _skip(text, at + 1)
    while text[here] != closing:
        start, key = here, None
        if closing == "}":
            key, here = decoder.raw_decode(text, here)
            here = _skip(text, _skip(text, here) + 1)
        node, end = _json_node(text, here, decoder)
        entries.append(Entry(key, start, here, node))
        here = _skip(text, end)
        if text[here] == ",":
            here = _skip(text, here + 1)
    return Node(_plain(entries, is_map=closing == "}"), at, here + 1, entries, is_json=True), here + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _plain(entries: list[Entry], *, is_map: bool) -> Any:
    if is_map:
        return {entry.key: entry.node.value for entry in entries}
    return [entry.node.value for entry in entries]


@dataclass(slots=True)
class _YamlNodes:
    """Makes nodes of the events of one text."""

    text: str
    anchors: dict[str, Any] = field(default_factory=dict)
    events: Iterator[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.events = iter(YAML(typ="safe", pure=True).parse(self.text))

    def document(self) -> Node:
        found = Node(None, 0, 0)
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                found = self.node(next(self.events), 1)
        return found

    def node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise SourceError(f"nested deeper than {MAX_DEPTH} levels", code="too-large")
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, AliasEvent):
            return Node(self.anchors.get(event.anchor), start, end, style="*")
        if isinstance(event, ScalarEvent):
            node = Node(scalar_value(event), start, self.trimmed(start, end), style=event.style or "")
        elif isinstance(event, MappingStartEvent):
            node = self.mapping(event, depth)
        elif isinstance(event, SequenceStartEvent):
            node = self.sequence(event, depth)
        else:
            raise SourceError("not YAML", line=event.start_mark.line + 1, column=event.start_mark.column + 1)
        if event.anchor:
            self.anchors[event.anchor] = node.value
        return node

    def trimmed(self, start: int, end: int) -> int:
        """Leave out the blank lines that belong to a block scalar's end."""
        return start + len(self.text[start:end].rstrip())

    def mapping(self, event: Any, depth: int) -> Node:
        entries: list[Entry] = []
        while not isinstance(key := next(self.events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                mark = key.start_mark
                raise SourceError("a key must be a text", line=mark.line + 1, column=mark.column + 1)
            node = self.node(next(self.events), depth + 1)
            self.put_nothing(node, self.text.find(":", key.end_mark.index) + 1)
            entries.append(Entry(str(key.value), key.start_mark.index, key.end_mark.index, node))
        return self.collection(event, key, entries, is_map=True)

    def sequence(self, event: Any, depth: int) -> Node:
        entries: list[Entry] = []
        column, before = event.start_mark.column, event.start_mark.index
        while not isinstance(item := next(self.events), SequenceEndEvent):
            node = self.node(item, depth + 1)
            dash = node.start if event.flow_style else self.dash(before, node.start, column)
            self.put_nothing(node, dash if event.flow_style else dash + 1)
            entries.append(Entry(None, dash, dash if event.flow_style else dash + 1, node))
            before = node.end
        return self.collection(event, item, entries, is_map=False)

    def put_nothing(self, node: Node, at: int) -> None:
        """A value that is not written stands behind its key: the parser says that it stands before the next one."""
        if node.start == node.end and node.entries is None:
            node.start = node.end = at

    def dash(self, before: int, start: int, column: int) -> int:
        """Find the dash of an item: the first at the column of the list, between the last item and this one."""
        line = self.text.rfind("\n", 0, before) + 1
        while line <= start:
            if line + column >= before and self.text[line + column : line + column + 1] == "-":
                return line + column
            line = self.text.find("\n", line) + 1 or start + 1
        raise SourceError("a list that is no list")

    def collection(self, event: Any, last: Any, entries: list[Entry], *, is_map: bool) -> Node:
        flow = bool(event.flow_style) or not entries
        end = last.end_mark.index if flow else entries[-1].node.end
        # With an anchor, the place of a block is that of its first entry.
        start = event.start_mark.index if flow else entries[0].start
        column = start - (self.text.rfind("\n", 0, start) + 1)
        return Node(_plain(entries, is_map=is_map), start, end, entries, flow, column)
