"""The names that look most like a mistyped one, among hundreds, for a hundred findings at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

_COMPARED: Final = 8
_ALIKE: Final = 0.6


def closest(word: str, names: Iterable[str], *, most: int = 3, besides: str | None = None) -> list[str]:
    """Give the likeliest name, and others that look like the word too, best first; `besides` is not meant."""
    known = names if isinstance(names, tuple) else tuple(dict.fromkeys(names))
    return list(_closest(word, known, besides)[:most])


def alike(word: str, name: str) -> bool:
    """Tell if one may be a slip for the other."""
    return _ratio(word, name) >= _ALIKE


@lru_cache(maxsize=2048)
def _closest(word: str, names: tuple[str, ...], besides: str | None) -> tuple[str, ...]:
    shared: Counter[int] = Counter()
    pairs, index = _pairs(word), _index(names)
    for pair in pairs:
        shared.update(index.get(pair, ()))
    # Comparing letter by letter is slow: only those that share most pairs of letters are.
    likely = [place for place, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_COMPARED]]
    compared = [
        place for place in (*likely, *range(_COMPARED)) if place < len(names) and names[place] != besides
    ]
    rated = sorted({(_ratio(word, names[place]), -place, names[place]) for place in compared}, reverse=True)
    return tuple(name for place, (ratio, _, name) in enumerate(rated) if place == 0 or ratio >= _ALIKE)


@lru_cache(maxsize=32)
def _index(names: tuple[str, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        for pair in _pairs(name):
            found.setdefault(pair, []).append(place)
    return found


def _pairs(word: str) -> set[str]:
    low = f" {word.lower()} "
    return {low[place : place + 2] for place in range(len(low) - 1)}


def _ratio(word: str, name: str) -> float:
    return SequenceMatcher(a=name.lower(), b=word.lower(), autojunk=False).ratio()
