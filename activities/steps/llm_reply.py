"""What a model's reply means: JSON or text, the mapped result, the action (plan language 2.1). Mocks use it too."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from activities import sandbox
from activities.steps import Completed, Failed, LogLine, logs
from activities.steps.actions import describe, match_action
from activities.steps.failures import system
from plans.language.schema import LlmConfig

# Models put JSON into a fence though they are asked not to.
_FENCED: Final = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
_SIMPLE_PATH: Final = re.compile(r"\s*(?:\$\.)?([A-Za-z_][A-Za-z0-9_]*)\s*")

Json = Any


def read_reply(text: str) -> Json:
    """Return the object or list that a reply is, else `{response: text}`."""
    fenced = _FENCED.fullmatch(text)
    try:
        value = json.loads(fenced[1] if fenced else text, parse_constant=_no_constant)
        # A lone surrogate is legal in JSON's escapes and can't be stored: it becomes "?".
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict | list) else {"response": text}


def map_reply(config: LlmConfig, reply: Json) -> Completed | Failed:
    """Map a reply, a text or JSON: the result is exactly the mapped keys, without an `outputMapping` the reply."""
    if isinstance(reply, str):
        reply = read_reply(reply)
    texts = {name: text for name, text in config.output_mapping.items() if isinstance(text, str)}
    verdicts = sandbox.evaluate([sandbox.Evaluation(text, reply) for text in texts.values()]) if texts else []
    for name, verdict in zip(texts, verdicts, strict=True):
        if verdict.error:
            return system("ExpressionError", f"outputMapping.{name}: {verdict.error['message']}")
    values = dict(zip(texts, (v.value if v.has_value else None for v in verdicts), strict=True))
    mapped = {name: values.get(name, value) for name, value in config.output_mapping.items()}
    action, warned = _action(config, mapped, reply)
    return Completed(mapped if config.output_mapping else reply, action, warned)


def wanted_keys(config: LlmConfig, label: str) -> dict[str, str]:
    """Return the keys that the mapping reads by a plain path, with the label; for `action` with the first action."""
    found = {
        match[1]: name
        for name, text in config.output_mapping.items()
        if isinstance(text, str) and (match := _SIMPLE_PATH.fullmatch(text))
    }
    if config.prompt_actions and "action" not in config.output_mapping:
        found["action"] = "action"
    first = config.prompt_actions[0].slug if config.prompt_actions else label
    return {key: first if name == "action" else label for key, name in found.items()}


def _action(config: LlmConfig, mapped: dict[str, Json], reply: Json) -> tuple[str | None, list[LogLine]]:
    wanted = mapped.get("action")
    if wanted is None and isinstance(reply, dict):
        wanted = reply.get("action")
    action = match_action(wanted, config.prompt_actions)
    if action is not None or not (config.prompt_actions or "action" in mapped):
        return action, []
    shown, known = json.dumps(wanted, ensure_ascii=False), describe(config.prompt_actions)
    return None, logs.warnings(
        [f"action {shown} is not declared (promptActions: {known}); no action was taken"]
    )


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")
