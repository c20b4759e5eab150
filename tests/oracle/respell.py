"""A plan in the normal form written anew in other spellings, by the throws of dice: it must mean the same."""

from __future__ import annotations

import re
import uuid
from copy import deepcopy
from random import Random
from typing import Any

KINDS = {"CREATE_TASK": "TASK", "LLM": "AI_PROMPT", "BRIDGE_CALL": "EXECUTION"}
CONFIG_KEYS = {"moduleOptions": "options", "scriptBody": "script", "agentRuntimeRef": "agentRuntimeId"}
JOINS = {"ALL_SETTLED": "all_settled", "ALL_COMPLETED": "all_complete", "ANY_COMPLETED": "any_complete"}
ON_ERROR = {"fail": ("terminate",), "continue": ("useDefault", "use_default")}
DEFAULTS = ("defaultValue", "default_output", "default_value")
IN_STEPS = {"name", "description"}  # of a flat step these belong to the step, whatever its config knows


class Scribe:
    """Spells a document as somebody else might have."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice

    def chance(self) -> bool:
        return self.dice.random() < 0.5

    def plan(self, document: dict[str, Any]) -> dict[str, Any]:
        """Spell the steps, the references and the output of a plan in any accepted way."""
        out = deepcopy(document)
        if "output" in out:
            out["output"] = self.tree(out["output"])
        out["steps"] = [self.step(step) for step in out["steps"]]
        return out

    def step(self, step: dict[str, Any]) -> dict[str, Any]:
        for key in ("input", "skipIf"):
            if key in step:
                step[key] = self.tree(step[key])
        if "onError" in step:
            step["onError"] = self._on_error(step["onError"])
        if "conditionExpr" in step:
            step["conditionExpr"] = self._condition(step["conditionExpr"])
        if "dependsOn" in step:
            step["dependsOn"] = self._depends(step["dependsOn"])
        step["config"] = self._config(step["config"])
        kind = step.pop("kind")
        step[self.dice.choice(("kind", "type"))] = self.dice.choice((kind, KINDS.get(kind, kind)))
        if self.chance() and not IN_STEPS & step["config"].keys():
            step |= step.pop("config")
        keys = list(step)
        self.dice.shuffle(keys)
        return {key: step[key] for key in keys}

    def _on_error(self, typed: dict[str, Any]) -> dict[str, Any]:
        action = typed["action"]
        out = {"action": self.dice.choice((action, *ON_ERROR.get(action, ())))}
        if "maxRetries" in typed:
            out[self.dice.choice(("maxRetries", "max_retries"))] = typed["maxRetries"]
        if "defaultOutput" in typed:
            out[self.dice.choice(("defaultOutput", *DEFAULTS))] = typed["defaultOutput"]
        return out

    def _condition(self, text: str) -> Any:
        spelled: list[Any] = [text, {"expr": text}]
        if text in ("true", "false"):
            spelled.append(text == "true")
        return self.dice.choice(spelled)

    def _depends(self, entries: list[str]) -> Any:
        turned = [self._moved(entry) for entry in entries]
        return turned[0] if len(turned) == 1 and self.chance() else turned

    def _moved(self, entry: str) -> str:
        """Write `a?:x` as `a:x?` or the other way."""
        if "?" not in entry or ":" not in entry:
            return entry
        step, _colon, action = entry.replace("?", "").partition(":")
        return self.dice.choice((f"{step}?:{action}", f"{step}:{action}?"))

    def _config(self, config: dict[str, Any]) -> dict[str, Any]:
        out = {}
        for key, value in config.items():
            if key == "joinPolicy":
                value = self.dice.choice((value, JOINS.get(value, value)))
            if key == "moduleRef":
                value = self.dice.choice((value, f"/{value}", f"module://{value}"))
            if key.endswith("Actions"):
                value = [self._action(action) for action in value]
            out[self.dice.choice((key, CONFIG_KEYS.get(key, key)))] = value
        return out

    def _action(self, action: dict[str, Any]) -> dict[str, Any]:
        return self.dice.choice((action, action | {"uuid": action["slug"]}))

    def tree(self, tree: Any) -> Any:
        """Spell what stands beside a `$from`; `$literal` is nobody's to read."""
        if isinstance(tree, list):
            return [self.tree(item) for item in tree]
        if not isinstance(tree, dict) or "$literal" in tree:
            return tree
        if "$on_skip" in tree and self.chance():
            rest = {key: value for key, value in tree.items() if key not in ("$on_skip", "$default")}
            return rest | self._on_skip(tree)
        return {key: self.tree(value) for key, value in tree.items()}

    def _on_skip(self, tree: dict[str, Any]) -> dict[str, Any]:
        snake = self.chance()
        words = (
            {"use_default": "use_default", "skip_step": "skip_step"}
            if snake
            else {
                "use_default": "useDefault",
                "skip_step": "skip",
            }
        )
        out = {"action": words[tree["$on_skip"]]}
        if "$default" in tree:
            out["default_value" if snake else "defaultValue"] = self.tree(tree["$default"])
        return {"on_skip" if snake else "onSkip": out}


def with_uuids(document: dict[str, Any], dice: Random) -> dict[str, Any]:
    """Give steps legacy uuids, and let some dependencies, references and conditions name those."""
    out = deepcopy(document)
    names = {step["slug"]: str(uuid.UUID(int=dice.getrandbits(128), version=4)) for step in out["steps"]}
    for step in out["steps"]:
        step["uuid"] = names[step["slug"]]
        if "dependsOn" in step:
            step["dependsOn"] = [_by_uuid(entry, names, dice) for entry in step["dependsOn"]]
        for key in step.keys() & {"input", "skipIf"}:
            step[key] = _refer_by_uuid(step[key], names, dice)
        if "conditionExpr" in step:
            step["conditionExpr"] = _ask_by_uuid(step["conditionExpr"], names, dice)
    if "output" in out:
        out["output"] = _refer_by_uuid(out["output"], names, dice)
    return out


def _by_uuid(entry: str, names: dict[str, str], dice: Random) -> str:
    step = entry.partition(":")[0].rstrip("?")
    return entry.replace(step, names[step], 1) if dice.random() < 0.6 else entry


def _refer_by_uuid(tree: Any, names: dict[str, str], dice: Random) -> Any:
    if isinstance(tree, list):
        return [_refer_by_uuid(item, names, dice) for item in tree]
    if not isinstance(tree, dict) or "$literal" in tree:
        return tree
    out = {key: _refer_by_uuid(value, names, dice) for key, value in tree.items()}
    if isinstance(tree.get("$step"), str) and dice.random() < 0.5:
        out["$step"] = names[tree["$step"]]
    if isinstance(tree.get("$from"), dict) and "step" in tree["$from"] and dice.random() < 0.5:
        out["$from"] = {"step": names[tree["$from"]["step"]]}
    return out


def _ask_by_uuid(text: str, names: dict[str, str], dice: Random) -> str:
    for slug, name in names.items():
        if dice.random() < 0.5:
            text = re.sub(rf"\bsteps\.{slug}\b", f"steps.`{name}`", text)
    return text
