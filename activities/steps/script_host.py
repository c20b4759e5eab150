"""What answers the calls of a script to the outside: one part a global, named in settings (`SCRIPT_HOSTS`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from activities.sandbox import HostError
from activities.steps import StepCall

Part = Callable[[str, list[Any]], Any]
MAX_PAYLOAD: Final = 256 * 1024  # of what `documents.*` and `tasks.*` give


class ScriptHost:
    """Hand each call to the part that its name begins with; a part is made at its first call, once a run."""

    def __init__(self, call: StepCall) -> None:
        self._call = call
        self._parts: dict[str, Part] = {}

    def __call__(self, name: str, arguments: list[Any]) -> Any:
        """Answer a host call; raise HostError, which is thrown in the script."""
        family = name.partition(".")[0]
        if family not in self._parts:
            make = part(family)
            if make is None:
                raise HostError(f"{name} is not available here", class_name="ReferenceError")
            self._parts[family] = make(self._call)
        return self._parts[family](name, arguments)


@cache
def part(family: str) -> Callable[[StepCall], Part] | None:
    """Return what makes the part of a global; None for one that settings do not name."""
    hosts: dict[str, str] = settings.SCRIPT_HOSTS
    path = hosts.get(family)
    if path is None:
        return None
    make: Callable[[StepCall], Part] = import_string(path)
    return make


def bounded(name: str, value: Any) -> Any:
    """Return the value if a script may be given so much; raise HostError."""
    if len(json.dumps(value, ensure_ascii=False)) > MAX_PAYLOAD:
        raise HostError(
            f"{name} gives more than {MAX_PAYLOAD // 1024} KiB; ask for less", class_name="RangeError"
        )
    return value


def options_of(name: str, arguments: list[Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the one argument of a call that takes an object; raise HostError, naming what is known."""
    given = arguments[0] if arguments and arguments[0] is not None else {}
    if not isinstance(given, dict) or set(given) - known:
        raise HostError(f"{name} takes an object of {', '.join(sorted(known))}", class_name="TypeError")
    return given


def limit_of(name: str, given: dict[str, Any], *, most: int) -> int:
    """Return how many rows are wanted."""
    limit = given.get("limit", most)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= most:
        raise HostError(f"{name}: limit is a number from 1 to {most}", class_name="RangeError")
    return limit
