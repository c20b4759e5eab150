"""What changed between two versions of a plan, in words; positions on the canvas are no change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from plans.language.schema import Plan
from plans.language.spellings import write

_LONG: Final = 60
_UNTOLD: Final = frozenset({"steps", "layout"})
_ABSENT: Final = object()


def describe(old: Plan, new: Plan) -> list[str]:
    """Say what `new` changes, one sentence an entry: the plan first, then its steps in their new order."""
    before, after = write(old), write(new)
    told = list(_compare_objects(before, after, "", skip=_UNTOLD))
    return told + list(_compare_steps(before["steps"], after["steps"]))


def _compare_steps(before: list[Any], after: list[Any]) -> Iterator[str]:
    old, new = _by_slug(before), _by_slug(after)
    for slug, step in old.items():
        if slug not in new:
            yield f'step "{slug}" ({_kind(step)}) removed'
    for slug, step in new.items():
        if slug not in old:
            yield f'step "{slug}" ({_kind(step)}) added{_after(step)}'
        else:
            yield from _compare_step(slug, old[slug], step)
    if [slug for slug in old if slug in new] != [slug for slug in new if slug in old]:
        yield "steps are in another order"


def _compare_step(slug: str, old: Any, new: Any) -> Iterator[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f'step "{slug}" changed'
        return
    yield from _compare_dependencies(slug, old.get("dependsOn"), new.get("dependsOn"))
    prefix = f'step "{slug}": '
    yield from _compare_objects(old, new, prefix, skip=frozenset({"dependsOn", "config"}))
    yield from _compare_objects(_object(old.get("config")), _object(new.get("config")), prefix)


def _compare_dependencies(slug: str, old: Any, new: Any) -> Iterator[str]:
    before, after = _texts(old), _texts(new)
    for entry in (before - after).elements():
        yield f'step "{slug}" no longer depends on "{entry}"'
    for entry in (after - before).elements():
        yield f'step "{slug}" now depends on "{entry}"'


def _compare_objects(
    old: dict[str, Any], new: dict[str, Any], prefix: str, *, skip: frozenset[str] = frozenset()
) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        if key not in skip:
            yield from _compare_value(f"{prefix}{key}", old.get(key, _ABSENT), new.get(key, _ABSENT))


def _compare_value(name: str, old: Any, new: Any) -> Iterator[str]:
    if _same(old, new):
        return
    if old is _ABSENT:
        yield f"{name} set to {_shown(new)}" if _short(new) else f"{name} added"
    elif new is _ABSENT:
        yield f"{name} removed"
    elif _named(old) and _named(new):
        yield from _compare_named(name, old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_objects(old, new, f"{name}.")
    elif _short(old) and _short(new):
        yield f"{name} changed from {_shown(old)} to {_shown(new)}"
    elif isinstance(old, str) and isinstance(new, str):
        yield f"{name} changed ({_lines(old, new)})"
    else:
        yield f"{name} changed"


def _compare_named(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Compare a list of entries that have a slug or a name (actions, input options) by it."""
    before, after = _by_slug(old), _by_slug(new)
    for slug in before:
        if slug not in after:
            yield f'{name}: "{slug}" removed'
    for slug, entry in after.items():
        if slug not in before:
            yield f'{name}: "{slug}" added'
        else:
            yield from _compare_objects(before[slug], entry, f'{name} "{slug}": ')
    if list(before) != list(after) and before.keys() == after.keys():
        yield f"{name} are in another order"


def _by_slug(entries: list[Any]) -> dict[str, Any]:
    """Index by slug or name; an entry without one, or with one that is taken, goes by its place."""
    found: dict[str, Any] = {}
    for position, entry in enumerate(entries):
        slug = _slug(entry)
        found[slug if slug is not None and slug not in found else f"#{position + 1}"] = entry
    return found


def _slug(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return None
    slug = entry.get("slug", entry.get("name"))
    return slug if isinstance(slug, str) else None


def _named(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    slugs = [_slug(entry) for entry in value]
    return None not in slugs and len(set(slugs)) == len(slugs)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> Counter[str]:
    return Counter(str(entry) for entry in value) if isinstance(value, list) else Counter()


def _kind(step: Any) -> str:
    return str(step.get("kind", "unreadable")) if isinstance(step, dict) else "unreadable"


def _after(step: Any) -> str:
    entries = list(_texts(step.get("dependsOn"))) if isinstance(step, dict) else []
    return f" after {', '.join(entries)}" if entries else ""


def _same(old: Any, new: Any) -> bool:
    # True equals 1 in Python and not in JSON.
    return type(old) is type(new) and old == new and (old is _ABSENT or _json(old) == _json(new))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _short(value: Any) -> bool:
    return len(_json(value)) <= _LONG and "\n" not in str(value)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lines(old: str, new: str) -> str:
    matcher = SequenceMatcher(a=old.splitlines(), b=new.splitlines(), autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    added, removed = len(new.splitlines()) - same, len(old.splitlines()) - same
    return f"lines added: {added}, removed: {removed}"
