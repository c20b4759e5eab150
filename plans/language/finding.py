"""What is wrong, or odd, about a plan, in a form that the editor can show where it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of the checker.

    `step` is the slug of the step it is about (None: the plan); `field` the path of the key inside it,
    in wire spelling (`config.moduleRef`, `dependsOn[0]`).
    """

    code: str
    severity: Severity
    message: str
    step: str | None = None
    field: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Give the wire form: the keys `code severity message step field`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "step": self.step,
            "field": self.field,
        }


class Place(NamedTuple):
    """Where something was typed: `owner` as messages name it, `step` its slug, `path` the wire path so far."""

    owner: str
    step: str | None = None
    path: str = ""

    def at(self, key: str | int) -> Place:
        """Go one key or index deeper."""
        if isinstance(key, int):
            return Place(self.owner, self.step, f"{self.path}[{key}]")
        return Place(self.owner, self.step, f"{self.path}.{key}" if self.path else key)


@dataclass(slots=True)
class Notes:
    """The findings of one reading."""

    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, message: str, place: Place, *, severity: Severity = "error") -> None:
        """Note one finding."""
        self.found.append(Finding(code, severity, message, place.step, place.path or None))

    def unknown_key(
        self, key: str, known: Iterable[str], place: Place, *, severity: Severity = "error"
    ) -> None:
        """Note a key that means nothing, with the nearest one that does."""
        hint = nearest(key, tuple(known))
        message = f'{place.owner} has unknown key "{key}" (did you mean "{hint}"?)'
        self.add("unknown-key", message, place.at(key), severity=severity)

    def invalid(self, what: str, place: Place) -> None:
        """Note a value of a wrong type or out of range."""
        self.add("invalid-value", f'{place.owner} has an invalid "{place.path}": {what}', place)


@lru_cache(maxsize=1024)
def nearest(key: str, known: tuple[str, ...]) -> str:
    """Give the known key that looks most like this one."""
    return max(known, key=lambda name: SequenceMatcher(a=name.lower(), b=key.lower()).ratio())


def error(code: str, message: str, *, step: str | None = None, field: str | None = None) -> Finding:
    """Make a finding that keeps the plan from starting."""
    return Finding(code, "error", message, step, field)


def warning(code: str, message: str, *, step: str | None = None, field: str | None = None) -> Finding:
    """Make a finding that only advises."""
    return Finding(code, "warning", message, step, field)
