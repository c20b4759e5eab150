"""What comes out of the sandbox, and the limits that go in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: seconds, memory and JSON of the result in bytes."""

    seconds: float
    memory_bytes: int
    output_bytes: int


SCRIPT_LIMITS: Final = Limits(30.0, 64 * MIB, MIB)
MODULE_LIMITS: Final = Limits(300.0, 512 * MIB, 16 * MIB)


@dataclass(frozen=True, slots=True)
class ScriptOutcome:
    """The end of a script: a value, or an error {code, class, message, place}; logs are [{level, text}].

    Codes: `script-error` (a throw), `syntax-error`, `not-json`, `output-too-large`, `timeout`, `out-of-memory`,
    `script-crashed`, `cancelled`.
    """

    value: Any | None
    error: dict[str, Any] | None
    logs: list[dict[str, str]]
    called_host: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One JSONata text over one root of plain JSON; evaluations of a batch may share the root object."""

    text: str
    root: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A value (`has_value`; null is None), no result, or an error {code, class, message, place}."""

    value: Any | None = None
    has_value: bool = False
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ModuleOutcome:
    """The end of a module: a value, or an error {code, class, message, place}.

    `system` marks errors that `onError` must not catch: an unknown module, options it does not take.
    """

    value: Any | None
    error: dict[str, Any] | None
    logs: list[dict[str, str]]
    system: bool = False


def error_of(code: str, message: str, *, class_name: str, place: str | None = None) -> dict[str, Any]:
    """Make an error as steps keep it."""
    return {"code": code, "class": class_name, "message": message, "place": place}
