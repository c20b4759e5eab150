"""The mocks of a plan's `test` section, and the handlers that let them answer (plan language 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from activities.sandbox import HostError
from activities.steps import (
    Completed,
    ErrorInfo,
    Failed,
    Outcome,
    Skipped,
    StepCall,
    StepHandler,
    Waiting,
    registered,
)
from activities.steps.bridge_answer import map_answer
from activities.steps.bridge_request import resolve_request
from activities.steps.bridges import bare_slug
from activities.steps.due import when_due
from activities.steps.llm_prompt import resolve_prompt
from activities.steps.llm_reply import map_reply
from activities.steps.script import Script
from activities.steps.script_bridges import listed
from activities.steps.script_host import ScriptHost as RealHost
from activities.trial.compare import same
from plans.language.schema import ApprovalConfig, BridgeCallConfig, LlmConfig, PlanConfig
from plans.language.schema import Step as PlanStep

ON_THE_NETWORK = {"builtin/openai", "builtin/http/get"}
HUMAN = {"CREATE_TASK": "TASK", "APPROVAL": "APPROVAL"}
MISSING = object()


@dataclass(frozen=True)
class Mocks:
    """Mocks in the order in which they are tried; the first that matches answers."""

    entries: Sequence[Mapping[str, Any]]

    def answer(self, call: StepCall, *, given: Any = MISSING) -> Mapping[str, Any] | None:
        """Return what the first matching mock gives at this attempt; None if the step has no mock at all.

        Raise LookupError where mocks exist for the component, and none matches.
        """
        named = [entry for entry in self.entries if names(entry, call)]
        for entry in named:
            if matches(entry, call, given):
                return returned(entry["returns"], call.attempt)
        if named:
            raise LookupError(f'no mock of step "{call.step.slug}" matches what it was called with')
        return None

    def asks_input(self, call: StepCall) -> bool:
        """Tell if a mock that is meant for the step looks at what it was called with."""
        return any("when_input" in entry for entry in self.entries if names(entry, call))

    def bridge_answer(self, bridge: str, endpoint: str) -> Mapping[str, Any] | None:
        """Return what a mock gives for a bridge that a script calls."""
        for entry in self.entries:
            if entry.get("bridge") == bridge and entry.get("endpoint") in (None, endpoint):
                return returned(entry["returns"], 1)
        return None


def names(entry: Mapping[str, Any], call: StepCall) -> bool:
    """Tell if the mock is meant for the step: by its slug, or by its component."""
    if "step" in entry:
        return bool(entry["step"] == call.step.slug)
    component = entry.get("component", entry.get("moduleRef"))
    reference = getattr(call.step.config, "module_ref", None)
    return (
        component is not None and reference is not None and bare_module(component) == bare_module(reference)
    )


def bare_module(reference: str) -> str:
    """Return a module's name without what its spellings add."""
    bare = reference.removeprefix("module://").lstrip("/")
    return "builtin/" + bare.removeprefix("builtins/") if bare.startswith("builtins/") else bare


def matches(entry: Mapping[str, Any], call: StepCall, given: Any) -> bool:
    """Tell if the mock's document and exact input are those of the call."""
    if "document" in entry and (call.document is None or call.document.name != entry["document"]):
        return False
    if "when_input" not in entry:
        return True
    actual = (call.input if call.has_input else None) if given is MISSING else given
    return same(entry["when_input"], actual)


def returned(returns: Any, attempt: int) -> Mapping[str, Any]:
    """Return the answer of an attempt: of a list one each, the last for good."""
    if isinstance(returns, list):
        returns = returns[min(attempt, len(returns)) - 1]
    answer: Mapping[str, Any] = returns
    return answer


class Played:
    """Handlers for a trial: a mock answers where there is one; what touches the world and has none is an error."""

    def __init__(self, mocks: Mocks, *, plans: frozenset[str] = frozenset()) -> None:
        self.mocks = mocks
        self.plans = plans  # those of the catalog, which PLAN steps run for real

    def __call__(self, kind: str) -> StepHandler:
        """Return the handler of the kind."""
        return PlayedHandler(kind, self.mocks, plans=self.plans)


class PlayedHandler:
    """A handler that asks the mocks first."""

    def __init__(self, kind: str, mocks: Mocks, *, plans: frozenset[str] = frozenset()) -> None:
        self.kind = kind
        self.mocks = mocks
        self.plans = plans

    def pure(self, step: PlanStep) -> bool:
        """Nothing here touches the world."""
        return True

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Cancel children; nothing else was opened."""
        if self.kind in ("EXECUTION", "PLAN"):
            registered(self.kind).close(activity_id, position, reason=reason)

    def run(self, call: StepCall) -> Outcome:
        """Answer by a mock, or for real where that is harmless."""
        if self.kind in HUMAN:
            return self._human(call)
        given = self._given(call)
        if isinstance(given, Failed):
            return given
        try:
            answer = self.mocks.answer(call, given=given)
        except LookupError as error:
            return system_error(str(error))
        return self._unmocked(call) if answer is None else self._mocked(call, answer)

    def _given(self, call: StepCall) -> Any:
        """Return what `when_input` is compared with."""
        match call.step.config:
            case BridgeCallConfig():
                request = resolve_request(call)
                if isinstance(request, Failed):
                    return request
                values = request.values
                parts = {name: getattr(values, name) for name in ("query", "path", "headers")}
                body = {"body": values.body} if values.has_body else {}
                return body | {name: part for name, part in parts.items() if part}
            case LlmConfig() if self.mocks.asks_input(call):
                # Made only where a mock asks: prompt templates are taken on trust here, and have no text.
                prompt = resolve_prompt(call, enrich=self._enrich)
                return prompt if isinstance(prompt, Failed) else {"prompt": prompt.text}
            case _:
                return MISSING

    def _enrich(
        self, call: StepCall, reference: str, operation: str, values: Mapping[str, Any], number: int
    ) -> Any:
        answer = self.mocks.bridge_answer(bare_slug(reference), operation)
        if answer is None:
            return system_error(f"bridge {bare_slug(reference)} {operation} has no mock")
        if answer.get("outcome", "success") == "success":
            return answer.get("result")
        failed = self._mocked(call, answer)
        return (
            failed if isinstance(failed, Failed) else system_error(f"a mock of {operation} can't be skipped")
        )

    def _unmocked(self, call: StepCall) -> Outcome:
        if self.kind == "SCRIPT":
            return Script(host=lambda script: ScriptHost(self.mocks, script)).run(call)
        reference = bare_module(getattr(call.step.config, "module_ref", "") or "")
        if self.kind == "EXECUTION" and reference.startswith("builtin/") and reference not in ON_THE_NETWORK:
            return registered("EXECUTION").run(call)
        if (
            isinstance(call.step.config, PlanConfig)
            and bare_slug(call.step.config.activity_plan_ref) in self.plans
        ):
            return registered("PLAN").run(_of_the_catalog(call, call.step.config))
        what = f"module {reference}" if self.kind == "EXECUTION" else f"a {self.kind} step"
        return system_error(f'step "{call.step.slug}": {what} touches the world and has no mock')

    def _mocked(self, call: StepCall, answer: Mapping[str, Any]) -> Outcome:
        match answer.get("outcome", "success"):
            case "success":
                return self._succeeded(call, answer)
            case "skipped":
                return Skipped(str(answer.get("reason", "")))
            case "timeout":
                return Failed(
                    ErrorInfo("timeout", str(answer.get("message", "timed out")), "Timeout"), kind="timeout"
                )
            case "failed":
                error = answer.get("error") or {}
                info = ErrorInfo(
                    error.get("code", 500),
                    str(error.get("message", "failed")),
                    str(error.get("class", "")),
                    data=error.get("data"),
                )
                return Failed(info)
            case "due" if self.kind in HUMAN:
                config = call.step.config
                ended = when_due(config.on_due) if isinstance(config, ApprovalConfig) else None
                return ended or Waiting("TASK" if self.kind == "CREATE_TASK" else "APPROVAL")
            case outcome:
                return system_error(f'a mock of step "{call.step.slug}" has unknown outcome {outcome!r}')

    def _succeeded(self, call: StepCall, answer: Mapping[str, Any]) -> Outcome:
        result = {answer["echo"]: call.input} if "echo" in answer else answer.get("result")
        config = call.step.config
        mapped: Outcome
        match config:
            case BridgeCallConfig():
                body = result if isinstance(result, Mapping) else {"_statusCode": 200, "_body": result}
                mapped = map_answer(config, body)
            case LlmConfig():
                mapped = map_reply(config, result)
            case _:
                return Completed(result, answer.get("action"))
        if "action" in answer and isinstance(mapped, Completed):
            return replace(mapped, action=answer["action"])
        return mapped

    def _human(self, call: StepCall) -> Outcome:
        """Let the real handler say if a person is needed; then the mock is that person."""
        needed = registered(self.kind).run(call)
        if not isinstance(needed, Waiting):
            return needed
        try:
            answer = self.mocks.answer(call)
        except LookupError as error:
            return system_error(str(error))
        if answer is None:
            return replace(needed, open=None)
        if answer.get("outcome", "success") != "success":
            return self._mocked(call, answer)
        action, comment = answer.get("action"), answer.get("comment", "")
        if self.kind == "APPROVAL":
            decision = {"by": None, "outcome": action, "comment": comment, "at": None}
            return Completed({"outcome": action, "decisions": [decision]}, action)
        data = answer.get("result", {})
        return Completed({"action": action, "data": data, "comment": comment, "by": None, "at": None}, action)


class ScriptHost:
    """Answers a script's calls: bridges from the mocks, documents and tasks for real, for they are the trial's own."""

    def __init__(self, mocks: Mocks, call: StepCall) -> None:
        self.mocks = mocks
        self.real = RealHost(call)
        self.bridges = dict(sorted(call.definitions.get("serviceBridges", {}).items()))

    def __call__(self, name: str, arguments: list[Any]) -> Any:
        """Answer `serviceBridge.call`; raise HostError for what no mock plays."""
        if name.startswith(("documents.", "tasks.")):
            return self.real(name, arguments)
        if name == "serviceBridge.list":
            return [listed(slug, definition) for slug, definition in self.bridges.items()]
        if name != "serviceBridge.call":
            raise HostError(f"{name} has no mock", class_name="ReferenceError")
        bridge, endpoint = bare_slug(str(arguments[0])), str(arguments[1])
        answer = self.mocks.bridge_answer(bridge, endpoint)
        if answer is None:
            raise HostError(f"bridge {bridge} {endpoint} has no mock", class_name="BridgeError")
        if answer.get("outcome", "success") != "success":
            message = (answer.get("error") or {}).get("message", "failed")
            raise HostError(str(message), class_name="BridgeError")
        return answer.get("result")


def _of_the_catalog(call: StepCall, config: PlanConfig) -> StepCall:
    """Name the plan by its slug alone: a catalog belongs to no organization."""
    bare = config.model_copy(update={"activity_plan_ref": bare_slug(config.activity_plan_ref)})
    return replace(call, step=call.step.model_copy(update={"config": bare}))


def system_error(message: str) -> Failed:
    """Return an error that nothing catches, with the code that system errors have."""
    return Failed(ErrorInfo(500, message, "SystemError"), kind="system")
