"""Two people's changes of one plan, put together by meaning: three documents in the normal form into one.

Steps go by their slug, actions and input options by slug or name, fields by their key; `dependsOn` is a set, a text is
one thing, and an expression too. What both changed differently is a conflict; the document holds mine there.
Positions on the canvas are never one: mine count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from plans.language.dependencies import DependencySyntaxError, parse_dependency

ABSENT: Final = object()  # there is no such key, or no such entry
_KIND: Final = ("kind", "config")
_NO_KEY: Final = "\0"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both sides changed, differently. `path` leads there from the document's root, in the merged document.

    None for `base`, `mine` or `theirs` is what is not there. Of a list in two orders they are the names in order.
    """

    step: str | None
    path: tuple[str | int, ...]
    base: Any
    mine: Any
    theirs: Any

    def as_dict(self) -> dict[str, Any]:
        """Give the wire form."""
        return {
            "step": self.step,
            "path": list(self.path),
            "base": self.base,
            "mine": self.mine,
            "theirs": self.theirs,
        }


@dataclass(frozen=True, slots=True)
class Merged:
    """One document of both, and what a person has to decide."""

    document: dict[str, Any]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a named list, in a path: its place is only known when the list is whole."""

    name: str


@dataclass(slots=True)
class _Merging:
    """The conflicts so far; those whose number is in `take` go by theirs."""

    take: Collection[int]
    found: list[tuple[tuple[str | _Entry, ...], Any, Any, Any]] = field(default_factory=list)

    def clash(self, path: tuple[str | _Entry, ...], base: Any, mine: Any, theirs: Any) -> bool:
        """Note a conflict; tell if theirs is taken."""
        self.found.append((path, base, mine, theirs))
        return len(self.found) - 1 in self.take


def merge(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], *, take: Collection[int] = ()
) -> Merged:
    """Put mine and theirs together, both made from `base`; conflicts whose number is in `take` go by theirs."""
    merging = _Merging(take)
    document = _merge(dict(base), dict(mine), dict(theirs), (), merging)
    return Merged(document, tuple(_conflict(document, *found) for found in merging.found))


def same(left: Any, right: Any) -> bool:
    """Tell if two values are the same JSON; true is not 1, and 1 is not 1.0."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            key in right and same(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _merge(base: Any, mine: Any, theirs: Any, path: tuple[str | _Entry, ...], merging: _Merging) -> Any:
    if same(mine, theirs) or same(base, theirs):
        return mine
    if same(base, mine):
        return theirs
    if isinstance(mine, dict) and isinstance(theirs, dict) and not _is_expression(base, mine, theirs):
        fields = base if isinstance(base, dict) else {}
        if path == ("layout",):
            return _merge_layout(fields, mine, theirs)
        return _objects(fields, mine, theirs, path, merging)
    if isinstance(mine, list) and isinstance(theirs, list):
        entries = base if isinstance(base, list) else []
        sides = (entries, mine, theirs)
        if path and path[-1] == "dependsOn" and all(_all_texts(side) for side in sides):
            return _dependencies(entries, mine, theirs, path, merging)
        if path == ("steps",) or all(_is_named(side) for side in sides):
            return _lists(entries, mine, theirs, path, merging)
    return theirs if merging.clash(path, base, mine, theirs) else mine


def _is_expression(*values: Any) -> bool:
    """Parts of two expressions make no third one."""
    return any(isinstance(value, dict) and any(key.startswith("$") for key in value) for value in values)


def _merge_layout(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    out = dict(mine)
    for slug, place in theirs.items():
        if slug not in mine and slug in base:
            continue
        if same(mine.get(slug, ABSENT), base.get(slug, ABSENT)):
            out[slug] = place
    for slug in base.keys() - theirs.keys():
        if same(mine.get(slug, ABSENT), base[slug]):
            del out[slug]
    return out


def _objects(
    base: dict[str, Any],
    mine: dict[str, Any],
    theirs: dict[str, Any],
    path: tuple[str | _Entry, ...],
    merging: _Merging,
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    together = _KIND if _changed_kind(base, mine, theirs, path) else ()
    if together:
        sides = [{key: side[key] for key in _KIND if key in side} for side in (base, mine, theirs)]
        out.update(_whole(sides[0], sides[1], sides[2], (*path, "kind"), merging))
    for key in _in_order(list(mine), list(theirs)):
        if key not in together:
            value = _merge(
                base.get(key, ABSENT), mine.get(key, ABSENT), theirs.get(key, ABSENT), (*path, key), merging
            )
            if value is not ABSENT:
                out[key] = value
    order = {key: place for place, key in enumerate(_in_order(list(mine), list(theirs)))}
    return dict(sorted(out.items(), key=lambda item: order[item[0]]))


def _changed_kind(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], path: tuple[str | _Entry, ...]
) -> bool:
    is_step = len(path) == 2 and path[0] == "steps"
    return is_step and len({str(side.get("kind")) for side in (base or mine, mine, theirs)}) > 1


def _whole(base: Any, mine: Any, theirs: Any, path: tuple[str | _Entry, ...], merging: _Merging) -> Any:
    if same(mine, theirs) or same(base, theirs):
        return mine
    if same(base, mine):
        return theirs
    return theirs if merging.clash(path, base, mine, theirs) else mine


def _lists(
    base: list[Any],
    mine: list[Any],
    theirs: list[Any],
    path: tuple[str | _Entry, ...],
    merging: _Merging,
) -> list[Any]:
    before, left, right = _by_name(base), _by_name(mine), _by_name(theirs)
    values = {
        name: _merge(
            before.get(name, ABSENT),
            left.get(name, ABSENT),
            right.get(name, ABSENT),
            (*path, _Entry(name)),
            merging,
        )
        for name in _in_order(list(left), list(right))
    }
    order = _order(list(before), list(left), list(right), path, merging)
    return [values[name] for name in order if values[name] is not ABSENT]


def _order(
    before: list[str], left: list[str], right: list[str], path: tuple[str | _Entry, ...], merging: _Merging
) -> list[str]:
    """Take the order of the side that changed it; of both, mine."""
    common = set(before) & set(left) & set(right)
    orders = [[name for name in names if name in common] for names in (before, left, right)]
    if orders[0] == orders[1]:
        return _in_order(right, left)
    if orders[2] in (orders[0], orders[1]) or not merging.clash(path, *orders):
        return _in_order(left, right)
    return _in_order(right, left)


def _dependencies(
    base: list[str],
    mine: list[str],
    theirs: list[str],
    path: tuple[str | _Entry, ...],
    merging: _Merging,
) -> list[str]:
    """Merge as a set; what two entries say of one step is one thing."""
    before, left, right = _by_source(base), _by_source(mine), _by_source(theirs)
    chosen: dict[str, list[str]] = {}
    for source in _in_order(list(left), list(right)):
        sides = (before.get(source, []), left.get(source, []), right.get(source, []))
        chosen[source] = _whole(*sides, path, merging)
    kept = [entry for entry in mine if entry in chosen.get(_source(entry), ())]
    return list(dict.fromkeys([*kept, *(entry for entries in chosen.values() for entry in entries)]))


def _by_source(entries: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(_source(entry), []).append(entry)
    return {source: sorted(each) for source, each in found.items()}


def _source(entry: str) -> str:
    try:
        return parse_dependency(entry).step
    except DependencySyntaxError:
        return entry


def _by_name(entries: list[Any]) -> dict[str, Any]:
    """Index by slug or name; an entry without one is known by what it says, twins by their number."""
    found: dict[str, Any] = {}
    seen: Counter[str] = Counter()
    for entry in entries:
        name = _name(entry) or f"{_NO_KEY}{entry!r}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}{_NO_KEY}{seen[name]}"] = entry
    return found


def _name(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return None
    name = entry.get("slug", entry.get("name"))
    return name if isinstance(name, str) and name else None


def _is_named(entries: list[Any]) -> bool:
    names = [_name(entry) for entry in entries]
    return None not in names and len(set(names)) == len(names)


def _all_texts(entries: list[Any]) -> bool:
    return all(isinstance(entry, str) for entry in entries)


def _in_order(first: list[str], second: list[str]) -> list[str]:
    """Give the names of both: in the order of the first, each of the others behind its predecessor in the second."""
    known = set(first)
    behind: dict[str | None, list[str]] = {}
    predecessor: str | None = None
    for name in second:
        if name in known:
            predecessor = name
        else:
            behind.setdefault(predecessor, []).append(name)
    out = list(behind.get(None, ()))
    for name in first:
        out.append(name)
        out.extend(behind.get(name, ()))
    return out


def _conflict(
    document: dict[str, Any], path: tuple[str | _Entry, ...], base: Any, mine: Any, theirs: Any
) -> Conflict:
    step = path[1].name if len(path) > 1 and path[0] == "steps" and isinstance(path[1], _Entry) else None
    values = [None if value is ABSENT else value for value in (base, mine, theirs)]
    slug = step.split(_NO_KEY)[0] or None if step is not None else None
    return Conflict(slug, tuple(_places(document, path)), *values)


def _places(document: Any, path: Sequence[str | _Entry]) -> Iterator[str | int]:
    """Put the place of an entry where its name is; what is not in the list would stand behind its last."""
    here = document
    for key in path:
        if isinstance(key, _Entry):
            names = list(_by_name(here)) if isinstance(here, list) else []
            place = names.index(key.name) if key.name in names else len(names)
            here = here[place] if place < len(names) else None
            yield place
        else:
            here = here.get(key) if isinstance(here, dict) else None
            yield key
