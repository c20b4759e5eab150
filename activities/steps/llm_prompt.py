"""The prompt of an LLM step: its text with `{{ path }}` and `{name}` filled (plan language 2.1).

Both are filled in one pass: what a value holds is never read as a placeholder again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activities import sandbox
from activities.steps import Failed, LogLine, StepCall, StepView, logs, step_root
from activities.steps.bridges import bare_slug
from activities.steps.failures import system
from activities.steps.llm_document import document_names, included
from activities.steps.llm_enrichment import Enrich, ask_bridge, enriched
from activities.steps.roots import template_root
from plans.language.expressions import PathSyntaxError, fill_names, has_placeholders, interpolate, lookup
from plans.language.schema import LlmConfig

_INTERPOLATED: Final = re.compile(r"(\{\{.*?\}\})", re.DOTALL)

Json = Any


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text that goes to the model, and what there is to say about it."""

    text: str
    logs: Sequence[LogLine] = ()


def resolve_prompt(call: StepCall, *, enrich: Enrich = ask_bridge) -> Prompt | Failed:
    """Make the prompt: document, enrichment, variables, text, in that order."""
    config = call.step.config
    assert isinstance(config, LlmConfig)
    text = _text(call, config)
    if isinstance(text, Failed):
        return text
    warned: list[str] = []
    names = _document(call, config, warned)
    if isinstance(names, Failed):
        return names
    root = prompt_root(call) | names
    found = enriched(call, config.enrichment, root, enrich=enrich)
    if isinstance(found, Failed):
        return found
    warned += found.warnings
    root["enrichment"] = found.values
    variables = _variables(config, call, root, warned)
    return Prompt(fill(text, call, root | variables, warned), logs.warnings(warned))


def prompt_root(call: StepCall) -> dict[str, Json]:
    """Return what prompts read: `context`, `inputs`, `enrichment`, `steps`, `task`, and the root of conditions."""
    shared = call.expression_root()
    steps = {slug: _step(view) for slug, view in call.steps.items()}
    context = {key: value for key, value in shared.items() if key not in ("steps", "extractedData")}
    more = {"activity": {"id": str(call.activity_id), "title": call.title}, "task": None}
    return shared | {"context": context | more, "steps": steps, "enrichment": {}, "task": None}


def fill(text: str, call: StepCall, names: Mapping[str, Json], warned: list[str]) -> str:
    """Fill `{{ path }}` and `{name}`; a `{name}` without a value stays as it is written."""
    root, known = template_root(call), _Names(names)
    parts: list[str] = []
    for part in _INTERPOLATED.split(text):
        if not has_placeholders(part):
            parts.append(fill_names(part, known))
            continue
        filled, missing = interpolate(part, root)
        warned += [f"prompt: {each}" for each in missing]
        parts.append(_as_text(filled))
    return "".join(parts)


def _as_text(value: Json) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Names(Mapping[str, Json]):
    """Values by name, or by a dotted path below one."""

    def __init__(self, names: Mapping[str, Json]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Json:
        try:
            found = lookup(self._names, name)
        except PathSyntaxError:
            found = None
        if found is None:
            raise KeyError(name)
        return found.value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _text(call: StepCall, config: LlmConfig) -> str | Failed:
    if config.prompt_body:
        return config.prompt_body
    if not config.prompt_template_ref:
        return system("PromptError", f'step "{call.step.slug}" has neither promptBody nor promptTemplateRef')
    known = call.definitions.get("promptTemplates", {}).get(bare_slug(config.prompt_template_ref))
    if known is None:
        return system("PromptError", f'prompt "{config.prompt_template_ref}" not found')
    return str(known.get("prompt") or "")


def _document(call: StepCall, config: LlmConfig, warned: list[str]) -> dict[str, Json] | Failed:
    wanted = included(config)
    if wanted is None:
        return {}
    if call.document is None:
        warned.append("includeDocument does nothing without perDocument")
        return {}
    return document_names(call, call.document, wanted)


def _step(view: StepView) -> dict[str, Json]:
    root = step_root(view)
    return root | {"mapped_output": view.result, "mappedOutput": view.result, "action": view.action}


def _variables(
    config: LlmConfig, call: StepCall, root: Mapping[str, Json], warned: list[str]
) -> dict[str, Json]:
    """Evaluate `promptVariables`; one without a value is not added, so that `{name}` stays in the prompt."""
    found: dict[str, Json] = {}
    texts: dict[str, str] = {}
    for name, value in config.prompt_variables.items():
        if not isinstance(value, str):
            found[name] = value
        elif has_placeholders(value):
            found[name], missing = interpolate(value, template_root(call))
            warned += [f"promptVariables.{name}: {each}" for each in missing]
        else:
            texts[name] = value
    verdicts = sandbox.evaluate([sandbox.Evaluation(text, root) for text in texts.values()]) if texts else []
    for (name, text), verdict in zip(texts.items(), verdicts, strict=True):
        if verdict.has_value:
            found[name] = verdict.value
        else:
            why = verdict.error["message"] if verdict.error else f"{text} has no value"
            warned.append(f"promptVariables.{name}: {why}; {{{name}}} stays as it is written")
    return found
