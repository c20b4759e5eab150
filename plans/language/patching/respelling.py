"""A typed document, changed to mean another: what still means the same keeps its spelling."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, Final

from plans.language import stepflow
from plans.language.merge import same
from plans.language.spellings import read, write

_ABSENT: Final = object()


def respell(typed: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Give a document that reads as `wanted` (in the normal form) and is spelled as `typed` wherever it can be."""
    if stepflow.is_flow(typed):
        return typed if same(write(read(typed)[0]), wanted) else wanted
    normal = write(read(typed)[0])
    if same(normal, wanted):
        return typed
    for whole_steps in (False, True):
        found = _document(typed, normal, wanted, whole_steps=whole_steps)
        if same(write(read(found)[0]), wanted):
            return found
    return wanted


def align(old: list[str], new: list[str]) -> list[int | None]:
    """Say for each new name which old entry it continues: the one of its name, else the one it took the place of."""
    places = {name: place for place, name in enumerate(old)}
    found: list[int | None] = [places.get(name) for name in new]
    taken = {place for place in found if place is not None}
    for tag, start, end, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "replace":
            free = [place for place in range(start, end) if place not in taken]
            for position in range(first, last):
                if found[position] is None and free:
                    found[position] = free.pop(0)
    return found


def in_order(kept: list[str], wanted: list[str]) -> list[str]:
    """Keep the author's order of the keys that stay; of the wanted ones, a new one stands behind the one before it."""
    out = list(kept)
    for place, key in enumerate(wanted):
        if key not in out:
            before = next((name for name in reversed(wanted[:place]) if name in out), None)
            out.insert(out.index(before) + 1 if before is not None else 0, key)
    return out


def names_of(entries: list[Any]) -> list[str]:
    """Name the entries of a list for alignment: by slug, name or id, a text by itself, else by what it says."""
    return [_name(entry) for entry in entries]


def _name(entry: Any) -> str:
    if isinstance(entry, dict):
        for key in ("slug", "name", "id", "step"):
            if isinstance(entry.get(key), str):
                return f"{key}:{entry[key]}"
    return repr(entry)


def _document(
    typed: dict[str, Any], normal: dict[str, Any], wanted: dict[str, Any], *, whole_steps: bool
) -> dict[str, Any]:
    out: dict[str, Any] = _blend(
        {**typed, "steps": _ABSENT}, {**normal, "steps": _ABSENT}, {**wanted, "steps": _ABSENT}
    )
    steps, now, then = typed.get("steps"), normal["steps"], wanted["steps"]
    if (
        isinstance(steps, list)
        and isinstance(now, list)
        and isinstance(then, list)
        and len(steps) == len(now)
    ):
        out["steps"] = _steps(steps, now, then, whole=whole_steps)
    else:
        out["steps"] = then
    if not out["steps"] and "steps" not in typed:
        del out["steps"]
    return out


def _steps(typed: list[Any], normal: list[Any], wanted: list[Any], *, whole: bool) -> list[Any]:
    out: list[Any] = []
    for step, place in zip(wanted, align(names_of(normal), names_of(wanted)), strict=True):
        if place is None:
            out.append(step)
        elif same(normal[place], step):
            out.append(typed[place])
        else:
            out.append(step if whole else _step(typed[place], normal[place], step))
    return out


def _step(typed: Any, normal: Any, wanted: Any) -> Any:
    if not (isinstance(typed, dict) and isinstance(normal, dict) and isinstance(wanted, dict)):
        return wanted
    found = _blend(typed, normal, wanted)
    return found if same(write(read({"steps": [found]})[0])["steps"], [wanted]) else wanted


def _blend(typed: Any, normal: Any, wanted: Any) -> Any:
    """Keep of `typed` what means the same in `wanted` as in `normal`, under whatever key it was typed."""
    if same(normal, wanted) and typed is not _ABSENT:
        return typed
    if not (isinstance(typed, dict) and isinstance(normal, dict) and isinstance(wanted, dict)):
        return wanted
    out: dict[str, Any] = {}
    for key, value in typed.items():
        if key in wanted:
            out[key] = _blend(value, normal.get(key, _ABSENT), wanted[key])
        elif key not in normal:
            out[key] = value  # another spelling, or a null
    more = {key: value for key, value in wanted.items() if key not in typed}
    out |= {key: value for key, value in more.items() if not same(normal.get(key, _ABSENT), value)}
    kept = [key for key in out if key in typed]
    return {key: out[key] for key in in_order(kept, [key for key in wanted if key in out])}
