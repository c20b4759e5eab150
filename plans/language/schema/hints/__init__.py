"""How the editor shows each key of a plan: widget, group, label and one sentence that says what it does.

The order of a table is the order of the form. The hints are put into the JSON Schema of the models as `editor`;
they mean nothing to the language itself.
"""

from __future__ import annotations

from typing import Any, Final

from plans.language.schema.hints.configs import CONFIGS
from plans.language.schema.hints.hint import GROUPS, WIDGETS, Choice, Hint
from plans.language.schema.hints.plan import PLAN_PARTS
from plans.language.schema.hints.steps import STEP_PARTS

__all__ = ["GROUPS", "HINTS", "WIDGETS", "Choice", "Hint", "add_hints"]

HINTS: Final[dict[str, dict[str, Hint]]] = {**PLAN_PARTS, **STEP_PARTS, **CONFIGS}


def add_hints(schema: dict[str, Any], model: type[Any]) -> None:
    """Put the hints of a model's keys into its JSON Schema, and the keys in the order of the form."""
    hints: dict[str, Hint] = {}
    for parent in reversed(model.__mro__):
        own = HINTS.get(parent.__name__, {})
        # What a kind says of its own keys comes before what it shares with others.
        hints = {**own, **{key: hint for key, hint in hints.items() if key not in own}}
    properties: dict[str, Any] = schema.get("properties", {})
    for key, hint in hints.items():
        if key in properties:
            properties[key]["editor"] = hint.as_dict()
    known = [key for key in hints if key in properties]
    rest = [key for key in properties if key not in hints]
    schema["properties"] = {key: properties[key] for key in (*known, *rest)}
