"""What is wrong, or odd, about a plan, in a form that the editor can show where it belongs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

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
        return asdict(self)


def error(code: str, message: str, *, step: str | None = None, field: str | None = None) -> Finding:
    """Make a finding that keeps the plan from starting."""
    return Finding(code, "error", message, step, field)


def warning(code: str, message: str, *, step: str | None = None, field: str | None = None) -> Finding:
    """Make a finding that only advises."""
    return Finding(code, "warning", message, step, field)
