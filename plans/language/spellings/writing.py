"""A plan in the normal form, as plain JSON."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from plans.language.dependencies import Dependency
from plans.language.schema import Model, Plan
from plans.language.spellings.keys import NULL_IS_A_VALUE


def write(plan: Plan) -> dict[str, Any]:
    """Give the normal form: `kind` and `config`, canonical keys in a fixed order, and all that was kept as typed.

    Written defaults stay, absent ones stay absent; `read(write(plan))` gives the plan again.
    """
    document = _write_model(plan)
    steps: list[Any] = document.setdefault("steps", [])
    if isinstance(steps, list):
        for broken in plan.broken:
            steps.insert(broken.position, broken.typed)
    return document


@lru_cache(maxsize=64)
def _fields(model: type[Model]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, info.alias or name)
        for name, info in model.model_fields.items()
        if name not in ("kept", "broken")
    )


def _write_model(model: Model) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, alias in _fields(type(model)):
        if name in model.model_fields_set:
            value = getattr(model, name)
            if value is not None or alias in NULL_IS_A_VALUE:
                out[alias] = _plain(value)
    for key, value in model.kept.items():
        if key not in out:
            out[key] = value
        elif isinstance(out[key], list) and isinstance(value, list):
            # Entries of a list that could not be read stand behind those that could.
            out[key] = [*out[key], *value]
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return _write_model(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Dependency) else value
