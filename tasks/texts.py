"""Authored texts of human steps, filled: `{{ inputs.x }}`, `${activity.title}`, and the warnings on the way."""

from __future__ import annotations

import re
from typing import Any, Final

from activities.steps import LogLine, StepCall
from plans.language.expressions import interpolate

_PLACEHOLDER: Final = re.compile(r"\$\{(activity\.title|project\.id|project\.name)\}")


class Texts:
    """Fills the texts of one step. The names of a plan's own texts are the roots of `{{ … }}` (plan language 2)."""

    def __init__(self, call: StepCall) -> None:
        self._root = call.expression_root() | {
            "activity": {"id": str(call.activity_id), "title": call.title},
            "project": {"id": call.project_slug, "slug": call.project_slug, "name": call.project_name},
            "org": {"id": call.organization_slug, "slug": call.organization_slug},
        }
        self._names = {
            "activity.title": call.title,
            "project.id": call.project_slug,
            "project.name": call.project_name,
        }
        self._warnings: list[str] = []

    def fill(self, value: Any) -> Any:
        """Return the value with its placeholders filled, at any depth."""
        filled, warnings = interpolate(value, self._root)
        self._warnings.extend(warnings)
        return self._named(filled) if value is not None else None

    def text(self, value: Any) -> str:
        """Return the value filled and as one text; "" for nothing."""
        filled = self.fill(value)
        return "" if filled is None else str(filled).replace("\x00", "").strip()

    def warn(self, text: str) -> None:
        """Keep a warning for the step's log."""
        self._warnings.append(text)

    def logs(self) -> list[LogLine]:
        """Return the warnings so far as lines of the step's log."""
        return [{"level": "warning", "text": warning} for warning in self._warnings]

    def _named(self, value: Any) -> Any:
        if isinstance(value, str):
            return _PLACEHOLDER.sub(lambda match: self._names[match[1]], value)
        if isinstance(value, dict):
            return {key: self._named(item) for key, item in value.items()}
        return [self._named(item) for item in value] if isinstance(value, list) else value
