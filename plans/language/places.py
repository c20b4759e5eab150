"""The places of a step that hold authored text, and the language of each: read by checks, rewritten by renames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

from plans.language.schema import Config, StepBase

# "jsonata" reads the root of conditions, "reply" is JSONata over the answer of a bridge or model, "value" is JSONata
# unless it holds {{ }}, "path" is a dotted path.
Language = Literal["jsonata", "reply", "value", "template", "script", "path"]
Change = Callable[["Authored"], str]

_CONFIG: Final[dict[str, dict[str, Language]]] = {
    "EXECUTION": {"module_options": "template"},
    "SCRIPT": {"script_body": "script"},
    "BRIDGE_CALL": {
        "request_body": "value",
        "request_query": "value",
        "request_path": "value",
        "request_headers": "value",
        "request_script": "script",
        "treat_as_error": "reply",
        "output_mapping": "reply",
    },
    "LLM": {
        "prompt_body": "template",
        "prompt_variables": "value",
        "enrichment": "path",
        "output_mapping": "reply",
    },
    "AGENT": {"prompt": "template"},
    "CREATE_TASK": {
        "title": "template",
        "description": "template",
        "priority": "template",
        "task_data": "template",
    },
    "APPROVAL": {"approval_criteria": "jsonata"},
    "PLAN": {"inputs": "value"},
}
# Of these objects only the named key holds an expression.
_ONLY: Final = {"approval_criteria": "condition", "enrichment": "inputMapping"}


class Authored(NamedTuple):
    """One text, where it stands (wire path inside the step) and how it is read."""

    field: str
    language: Language
    text: str


def judged(steps: Iterable[StepBase]) -> list[tuple[StepBase, Authored]]:
    """List those authored texts of steps that a check can judge: JSONata, and templates with something to fill in."""
    found: list[tuple[StepBase, Authored]] = []
    for step in steps:
        if step.condition_expr is not None:
            found.append((step, Authored("conditionExpr", "jsonata", step.condition_expr)))
        written, values = step.config.model_fields_set, step.config.__dict__
        for name, field, language, only in _JUDGED[step.kind]:
            if name not in written:
                continue
            value = values[name]
            if type(value) is not str:
                found.extend(
                    (step, place)
                    for place in _walk(value, field, language, only)
                    if place.language != "template" or "{{" in place.text
                )
            elif only is None and (language != "template" or "{{" in value):
                found.append((step, Authored(field, _actual(value, language), value)))
    return found


def _walk(value: Any, field: str, language: Language, only: str | None) -> Iterator[Authored]:
    if not isinstance(value, dict | list | tuple):
        return
    if isinstance(value, dict):
        entries = [(f"{field}.{key}", item) for key, item in value.items() if only in (None, key)]
        only = None
    else:
        entries = [(f"{field}[{index}]", item) for index, item in enumerate(value)]
    for place, item in entries:
        if isinstance(item, str):
            if only is None:
                yield Authored(place, _actual(item, language), item)
        elif isinstance(item, dict | list | tuple):
            yield from _walk(item, place, language, only)


def _actual(text: str, language: Language) -> Language:
    if language != "value":
        return language
    return "template" if "{{" in text else "jsonata"


def change_authored(step: StepBase, change: Change) -> StepBase:
    """Give the step with every authored text replaced by what `change` says; the same step if nothing changed."""
    updates: dict[str, Any] = {}
    if step.condition_expr is not None:
        text = change(Authored("conditionExpr", "jsonata", step.condition_expr))
        if text != step.condition_expr:
            updates["condition_expr"] = text
    config = _change_config(step.config, step.kind, change)
    if config is not step.config:
        updates["config"] = config
    return step.model_copy(update=updates) if updates else step


def _change_config(config: Config, kind: str, change: Change) -> Config:
    updates: dict[str, Any] = {}
    for name, language in _CONFIG[kind].items():
        if name in config.model_fields_set:
            old = getattr(config, name)
            new = _map(old, _field(name), language, change, only=_ONLY.get(name))
            if new != old:
                updates[name] = new
    return config.model_copy(update=updates) if updates else config


def _map(value: Any, field: str, language: Language, change: Change, *, only: str | None) -> Any:
    if isinstance(value, str):
        return value if only else change(Authored(field, _actual(value, language), value))
    if isinstance(value, dict):
        return {
            key: _map(item, f"{field}.{key}", language, change, only=None) if only in (None, key) else item
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        items = [
            _map(item, f"{field}[{index}]", language, change, only=only) for index, item in enumerate(value)
        ]
        return tuple(items) if isinstance(value, tuple) else items
    return value


def _field(name: str) -> str:
    head, *rest = name.split("_")
    return "config." + head + "".join(part.capitalize() for part in rest)


_PLACES: Final[dict[str, tuple[tuple[str, str, Language, str | None], ...]]] = {
    kind: tuple((name, _field(name), language, _ONLY.get(name)) for name, language in places.items())
    for kind, places in _CONFIG.items()
}
_JUDGED: Final = {
    kind: tuple(place for place in places if place[2] not in ("script", "path"))
    for kind, places in _PLACES.items()
}
