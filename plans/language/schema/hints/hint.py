"""One hint: how one key is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

GROUPS: Final = ("main", "data", "when", "failure", "documents", "more")
WIDGETS: Final = (
    *("text", "multiline", "number", "switch", "choice", "slugList", "jsonata", "script", "template", "tree"),
    *("json", "keyValues", "actions", "module", "moduleOptions", "bridge", "endpoint", "taskTemplate"),
    *("taskStatus", "prompt", "agentRuntime", "role", "people", "plan", "planInputs", "steps", "sidecars"),
    *("modules", "model", "documentStatus", "share", "quorum", "schema", "badges", "dependsOn"),
    # Beside fields: forms inside a form, and what is no field at all (the canvas shows it).
    *("object", "inputOptions", "documentGroups", "variables", "enrichment", "hidden"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a `choice`."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """How a key is shown. `of` says how the values of a `keyValues` are read.

    `when` shows the key only where another key of the same object has one of the values (`("perDocument", True)`);
    a key that is written is shown anyway.
    """

    widget: str
    label: str
    help: str
    group: str = "main"
    of: str = ""
    placeholder: str = ""
    choices: tuple[Choice, ...] = ()
    when: tuple[str, *tuple[Any, ...]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the wire form; what is not said has no key."""
        out: dict[str, Any] = {
            "widget": self.widget,
            "group": self.group,
            "label": self.label,
            "help": self.help,
        }
        if self.of:
            out["of"] = self.of
        if self.placeholder:
            out["placeholder"] = self.placeholder
        if self.choices:
            out["choices"] = [
                {"value": choice.value, "label": choice.label, "help": choice.help} for choice in self.choices
            ]
        if self.when is not None:
            key, *values = self.when
            out["when"] = {"key": key, "in": values}
        return out
