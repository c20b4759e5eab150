"""What one attempt at a step's work gives: mocks, the scripts whose bodies the oracle knows, people who never come."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.trees import NOTHING, truthy, value_of

HUMAN = ("CREATE_TASK", "APPROVAL")
MAYBE = "maybe"  # a caught failure may be shown
SOME = "some"  # an error of which only the existence is known


@dataclass
class Work:
    """How an attempt ended: success, failed (timeouts too), skipped, system or waiting."""

    kind: str
    action: str | None = None
    result: Any = None
    error: Any = None


@dataclass
class World:
    """The mocks, in the order in which they are tried."""

    mocks: Sequence[Mapping[str, Any]] = field(default_factory=list)

    def attempt(self, step: Mapping[str, Any], number: int, given: Any, document: str | None) -> Work:
        """Do the work of a step once; `given` is its resolved input."""
        if self._stands_in(step):
            returns = self._answer(step, given, document)
            if returns is None:
                return system("no mock matches")
            if isinstance(returns, list):
                returns = returns[min(number, len(returns)) - 1]
            return _mocked(step, returns, given)
        if step["kind"] == "SCRIPT":
            return _script(step, given, document)
        if step["kind"] in HUMAN:
            return Work("waiting")
        if step["kind"] == "PLAN":
            return _child(step["config"])
        return system("nobody answers")

    def _stands_in(self, step: Mapping[str, Any]) -> bool:
        return any(self._names(mock, step) for mock in self.mocks)

    def _names(self, mock: Mapping[str, Any], step: Mapping[str, Any]) -> bool:
        if "step" in mock:
            return bool(mock["step"] == step["slug"])
        named = mock.get("moduleRef") or mock.get("component", "").lstrip("/")
        return step["kind"] == "EXECUTION" and named == step["config"]["moduleRef"]

    def _answer(self, step: Mapping[str, Any], given: Any, document: str | None) -> Any:
        for mock in self.mocks:
            fits = self._names(mock, step)
            fits = fits and ("document" not in mock or mock["document"] == document)
            if fits and ("when_input" not in mock or mock["when_input"] == given):
                return mock["returns"]
        return None


def system(why: str) -> Work:
    """Return a system error: code 500, caught by nothing."""
    return Work("system", error={"code": 500})


def _mocked(step: Mapping[str, Any], returns: Mapping[str, Any], given: Any) -> Work:
    match returns["outcome"]:
        case "skipped":
            return Work("skipped")
        case "timeout":
            return Work("failed", error=SOME)
        case "failed":
            return Work("failed", error=returns["error"])
    result: Any = {returns["echo"]: given} if "echo" in returns else returns.get("result")
    match step["kind"]:
        case "BRIDGE_CALL":
            return _bridge(step["config"], result)
        case "LLM":
            mapped = {"action": result["verdict"], "why": result["why"]}
            return Work("success", _match(result["verdict"], step["config"]["promptActions"]), mapped)
        case "CREATE_TASK":
            result = {"action": returns.get("action"), "data": {} if result is None else result}
        case "APPROVAL":
            result = {"outcome": returns.get("action")}
    return Work("success", returns.get("action"), result)


def _bridge(config: Mapping[str, Any], answer: Mapping[str, Any]) -> Work:
    root = {**answer["_body"], **answer}
    error = not 200 <= answer["_statusCode"] <= 299
    if "treatAsError" in config:
        error = truthy(found) if (found := value_of(config["treatAsError"], root)) is not NOTHING else False
    if error:
        return Work("failed", error=SOME)
    mapped = {key: _mapped_value(text, root) for key, text in config.get("outputMapping", {}).items()}
    action = _match(answer["_body"].get("action"), config.get("bridgeActions", []))
    return Work("success", action, {**answer, **mapped})


def _mapped_value(text: Any, root: Mapping[str, Any]) -> Any:
    found = value_of(text, root) if isinstance(text, str) else text
    return None if found is NOTHING else found


def _child(config: Mapping[str, Any]) -> Work:
    """Know the plans of `tests.oracle.wider`."""
    match config["activityPlanRef"]:
        case "child":
            return Work("success", None, {"got": config["inputs"]["n"]})
        case "skipped":
            return Work("skipped")
    return Work("failed", error=SOME)


def _match(said: Any, actions: Sequence[Mapping[str, Any]]) -> str | None:
    for action in actions:
        if action["slug"] == said:
            return str(said)
    for action in actions:
        if isinstance(said, str) and action.get("name", "").lower() == said.lower():
            return str(action["slug"])
    return None


def _script(step: Mapping[str, Any], given: Any, document: str | None) -> Work:
    """Know the bodies that `generate` writes: `return JSON;`, a table by document, a throw, nothing."""
    body = step["config"]["scriptBody"]
    if match := re.fullmatch(r"return (\{.*\});", body):
        return _returned(step, json.loads(match[1]))
    if match := re.fullmatch(r"var v = \((\{.*\})\)\[families\[0\]\.name\]; if .*", body):
        value = json.loads(match[1]).get(document)
        return _thrown() if value == "throw" else _returned(step, value)
    if body.startswith("throw"):
        return _thrown()
    return _returned(step, None)


def _thrown() -> Work:
    return Work("failed", error={"class": "TypeError", "message": "boom"})


def _returned(step: Mapping[str, Any], value: Any) -> Work:
    value = {} if value is None else value
    actions = step["config"].get("scriptActions", [])
    if "action" not in value:
        return Work("failed", error=SOME) if actions else Work("success", None, value)
    action = _match(value["action"], actions)
    return Work("success", action, value) if action else Work("failed", error=SOME)
