"""The text itself: entries that stay are copied as they are, the others written where they belong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from plans.language.merge import same
from plans.language.patching.nodes import Entry, Node
from plans.language.patching.rendering import after_dash, after_key, flow, scalar
from plans.language.patching.respelling import align, in_order, names_of


def splice(text: str, root: Node, value: dict[str, Any], *, is_json: bool) -> str:
    """Give the text with what differs from the value changed; it should be read once more to be sure."""
    text = text if text.endswith("\n") or is_json else f"{text}\n"
    splicing = _Splicing(text, is_json)
    if root.is_block and value:
        return text[: root.start] + splicing.block(root, value) + text[splicing.line_end(root.end) :]
    return text[: root.start] + splicing.flow(root, value) + text[root.end :]


@dataclass(frozen=True, slots=True)
class _Splicing:
    """One text under change."""

    text: str
    is_json: bool

    def line_end(self, at: int) -> int:
        """Where the next line begins."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def line_start(self, at: int) -> int:
        """Where this line begins."""
        return self.text.rfind("\n", 0, at) + 1

    def block(self, node: Node, value: dict[str, Any] | list[Any]) -> str:
        """Write a block from its first entry on, to the end of its last line."""
        entries = node.entries or []
        space = " " * node.column
        above = dict(zip(map(id, entries), self.above(entries), strict=True))
        gap = (
            "\n"
            if len(entries) > 1 and all(text.startswith("\n") for text in list(above.values())[1:])
            else ""
        )
        out: list[str] = []
        for entry, key, item in _plan(entries, node.value, value):
            before = gap if entry is None else above[id(entry)]
            body = _new(key, item, node) if entry is None else self.entry(entry, item, node.column)
            if not out:
                before = before.strip("\n").lstrip(" ") + f"\n{space}" if before.strip() else ""
                out.append(before + body)
            else:
                out.append(before + space + body)
        return "".join(out)

    def above(self, entries: list[Entry]) -> list[str]:
        """The comments and blank lines above each entry; those above the first belong to what holds the block."""
        pairs = pairwise(entries)
        return [
            "",
            *(
                self.text[self.line_end(left.node.end) : self.line_start(right.start)]
                for left, right in pairs
            ),
        ]

    def entry(self, entry: Entry, value: Any, column: int) -> str:
        """Write an entry from its key or dash on, to the end of its last line."""
        node = entry.node
        rest = self.text[node.end : self.line_end(node.end)]
        if same(node.value, value):
            return self.text[entry.start : node.end] + rest
        head = self.text[entry.start : node.start]
        if node.entries and value and type(node.value) is type(value):
            return head + self.block(node, value) if node.is_block else head + self.flow(node, value) + rest
        dash = entry.key is None
        written = after_dash(value, column) if dash else after_key(value, column)
        if node.entries is None and node.style not in ("|", ">") and written.count("\n") == 1:
            if not isinstance(value, dict | list):
                written = f" {scalar(value, style=node.style)}\n"
            written = written[:-1] + rest
        key = self.text[entry.start : entry.key_end]
        return f"{key}{'' if dash else ':'}{written}"

    def flow(self, node: Node, value: Any) -> str:
        """Write what stands in [ ] or { }."""
        if same(node.value, value):
            return self.text[node.start : node.end]
        if not node.entries or not value or type(node.value) is not type(value):
            return self.anew(value, node.start)
        entries = node.entries
        opening = self.text[node.start : entries[0].start]
        closing = self.text[entries[-1].node.end : node.end]
        first_gap = self.text[entries[0].node.end : entries[1].start] if len(entries) > 1 else None
        gap = first_gap or ("," + opening[1:] if "\n" in opening else ", ")
        column = entries[0].start - self.line_start(entries[0].start)
        parts: list[str] = []
        last: Entry | None = None
        for entry, key, item in _plan(entries, node.value, value):
            if parts:
                parts.append(self.between(entries, last, entry) or gap)
            parts.append(self.flow_entry(entry, key, item, column))
            last = entry
        return opening + "".join(parts) + closing

    def between(self, entries: list[Entry], left: Entry | None, right: Entry | None) -> str | None:
        """What stood between two entries that were neighbours already."""
        if left is None or right is None:
            return None
        place = next(place for place, each in enumerate(entries) if each is left)
        if place + 1 < len(entries) and entries[place + 1] is right:
            return self.text[left.node.end : right.start]
        return None

    def flow_entry(self, entry: Entry | None, key: str | None, value: Any, column: int) -> str:
        """Write one entry inside of [ ] or { }; `column` is that of its siblings."""
        if entry is None:
            head = (
                ""
                if key is None
                else f"{json.dumps(key, ensure_ascii=False) if self.is_json else scalar(key, in_flow=True)}: "
            )
            return head + self.written(value, column)
        head = self.text[entry.start : entry.node.start]
        if entry.node.entries is not None:
            return head + self.flow(entry.node, value)
        if same(entry.node.value, value):
            return head + self.text[entry.node.start : entry.node.end]
        if not self.is_json and not isinstance(value, dict | list):
            return head + scalar(value, in_flow=True, style=entry.node.style)
        return head + self.written(value, column)

    def key(self, key: str | None) -> str:
        if key is None:
            return ""
        return f"{json.dumps(key, ensure_ascii=False) if self.is_json else scalar(key, in_flow=True)}: "

    def anew(self, value: Any, at: int) -> str:
        """Write a value in place of another; lines of JSON are indented as the line that it begins in."""
        line = self.text[self.line_start(at) : at]
        return self.written(value, len(line) - len(line.lstrip(" ")))

    def written(self, value: Any, column: int) -> str:
        if not self.is_json:
            return flow(value)
        if "\n" not in self.text.strip():
            return json.dumps(value, ensure_ascii=False)
        return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * column)


def _new(key: str | None, value: Any, node: Node) -> str:
    if key is not None:
        return f"{scalar(key)}:{after_key(value, node.column)}"
    in_lines = any(entry.node.is_block for entry in node.entries or ())
    return f"-{after_dash(value, node.column, in_lines=in_lines)}"


def _plan(entries: list[Entry], old: Any, new: Any) -> list[tuple[Entry | None, str | None, Any]]:
    """Say what stands where in the end: the old entry that goes on (None: a new one), its key, its value."""
    if isinstance(new, dict):
        known = {entry.key: entry for entry in entries}
        return [
            (known.get(key), key, new[key]) for key in in_order([key for key in old if key in new], list(new))
        ]
    places = align(names_of(old), names_of(new))
    return [
        (None if place is None else entries[place], None, item)
        for place, item in zip(places, new, strict=True)
    ]
