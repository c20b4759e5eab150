"""The grammar of one entry of `dependsOn` (plan language 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_GRAMMAR = re.compile(r"([^:?\s]+)(\?)?(?::([^:?\s]+)(\?)?)?")


class DependencySyntaxError(ValueError):
    """A text that is no dependency; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What one step waits for: another step, perhaps only that it settled, perhaps with one action.

    `legacy` is the uuid that the author wrote where `step` now holds the slug; not compared.
    """

    step: str
    await_only: bool = False
    action: str | None = None
    legacy: str | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Give the canonical text: `a`, `a?`, `a:x` or `a?:x`."""
        head = f"{self.step}?" if self.await_only else self.step
        return f"{head}:{self.action}" if self.action is not None else head


def parse_dependency(text: str) -> Dependency:
    """Read one entry of `dependsOn`; `a:x?` and `a?:x` are the same. Raises DependencySyntaxError."""
    match = _GRAMMAR.fullmatch(text.strip())
    if match is None:
        raise DependencySyntaxError(
            f'"{text}" is no dependency; write a step slug, then "?" and ":action" as needed'
        )
    step, step_mark, action, action_mark = match.groups()
    return Dependency(step, await_only=bool(step_mark or action_mark), action=action)
