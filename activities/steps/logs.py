"""Logs of a step: lines of level and text, capped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from activities.steps import LogLine

MAX_BYTES: Final = 64 * 1024


def line(level: str, text: str) -> LogLine:
    """Make one line."""
    return {"level": level, "text": text}


def warnings(texts: Iterable[str]) -> list[LogLine]:
    """Make a warning of each text."""
    return [line("warn", text) for text in texts]


def capped(lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
    """Keep lines up to 64 KiB of text; the last one then tells how many were left out."""
    kept: list[LogLine] = []
    left, dropped = MAX_BYTES, 0
    for each in lines:
        size = len(each["text"].encode("utf-8", "replace"))
        if dropped or size > left:
            dropped += 1
            continue
        left -= size
        kept.append(each)
    if dropped:
        kept.append(line("warn", f"log cut at {MAX_BYTES // 1024} KiB: {dropped} more lines were not kept"))
    return tuple(kept)
