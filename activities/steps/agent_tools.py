"""Modules as tools of an agent: typed by their options, run where they run as steps, and killed as there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connections

from activities import sandbox
from activities.ai.agents import AgentTool, ToolMisused, ToolRefused
from activities.ai.stopping import Stop
from activities.modules import Module, ModuleCall, find_module, options_schema, step_only
from activities.modules.in_worker import InWorker
from activities.steps import Completed, Failed, Killable, StepCall
from activities.steps.execution import document_handle
from activities.steps.own_modules import perform

MAX_ANSWER: Final = 60_000  # characters of JSON that a model is given
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")

Json = Any


class ToolProblem(Exception):
    """A module that no agent can be given."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where tools work: the step's documents and inputs, until the deadline (monotonic clock) or the stop."""

    call: StepCall
    stop: Stop
    deadline: float

    def run(self, module: Module, arguments: dict[str, Json]) -> Json:
        """Run a module with what the model gave; raise ToolMisused, ToolRefused."""
        request = ModuleCall(
            options=_options(arguments),
            input=arguments.get("input"),
            inputs=dict(self.call.inputs),
            documents=[
                document_handle(each) for each in self.call.documents if self._wanted(each.name, arguments)
            ],
            steps={slug: view.result for slug, view in self.call.steps.items()},
        )
        left = max(0.1, min(sandbox.MODULE_LIMITS.seconds, self.deadline - time.monotonic()))
        with ExitStack() as held:

            def started(worker: sandbox.Worker) -> None:
                held.enter_context(self.stop.ending(worker.kill))

            limits = replace(sandbox.MODULE_LIMITS, seconds=left)
            outcome = sandbox.run_module(module.ref, request, limits=limits, on_start=started)
        if outcome.error is None:
            return bounded(outcome.value)
        if outcome.error["code"] == "invalid-options":
            raise ToolMisused(outcome.error["message"])
        raise ToolRefused(f"{outcome.error['code']}: {outcome.error['message']}")

    def perform(self, module: InWorker, arguments: dict[str, Json]) -> Json:
        """Carry out a module of the worker's own on the thread of the call; raise ToolMisused, ToolRefused."""
        left = max(0.1, self.deadline - time.monotonic())
        with ExitStack() as held:

            def started(work: Killable) -> None:
                held.enter_context(self.stop.ending(work.kill))

            call = replace(self.call, input=None, has_input=False, timeout_seconds=left, on_start=started)
            try:
                outcome = perform(module, call, arguments)
            finally:
                connections.close_all()  # the thread is the tool's: its connection would stay open
        if isinstance(outcome, Completed):
            return bounded(outcome.result)
        if not isinstance(outcome, Failed):
            raise ToolRefused(f"{module.ref} can't be waited for here")
        misused = outcome.error.code == "invalid-input" or outcome.error.kind == "InvalidOptions"
        raise (ToolMisused if misused else ToolRefused)(outcome.error.message)

    def _wanted(self, name: str, arguments: dict[str, Json]) -> bool:
        wanted = arguments.get("documents")
        if wanted is None:
            return True
        known = {document.name for document in self.call.documents}
        if not isinstance(wanted, list) or set(map(str, wanted)) - known:
            raise ToolMisused(f"documents are of {', '.join(sorted(known)) or 'none'}")
        return name in wanted


def module_tools(refs: Iterable[str], workshop: Workshop) -> list[AgentTool]:
    """Return a tool for each module; raise ToolProblem for one that nothing provides, or that can't be a tool."""
    found: dict[str, AgentTool] = {}
    for ref in dict.fromkeys(refs):
        module = find_module(ref)
        if module is None:
            raise ToolProblem(f'names module "{ref}", which nothing provides')
        if why := step_only(module):
            raise ToolProblem(f'names module "{ref}", which can\'t be a tool of an agent: {why}')
        tool = _own_tool(module, workshop) if isinstance(module, InWorker) else _tool(module, workshop)
        found[tool.name] = tool
    return list(found.values())


def tool_name(text: str) -> str:
    """Return a text as models may name a tool."""
    return _NOT_A_NAME.sub("_", text)[:64]


def _tool(module: Module, workshop: Workshop) -> AgentTool:
    names = [document.name for document in workshop.call.documents]
    return AgentTool(
        name=tool_name(module.ref),
        description=f"{module.title}. Without `documents`, it works on all of the activity.",
        parameters=_parameters(module, names),
        call=lambda arguments: workshop.run(module, arguments),
    )


def _own_tool(module: InWorker, workshop: Workshop) -> AgentTool:
    """Return a tool that takes the module's options as they are."""
    return AgentTool(
        name=tool_name(module.ref),
        description=f"{module.title}.",
        parameters=options_schema(module.ref) or {"type": "object"},
        call=lambda arguments: workshop.perform(module, arguments),
    )


def _parameters(module: Module, documents: Sequence[str]) -> dict[str, Json]:
    options = options_schema(module.ref) or {"type": "object"}
    shared = options.pop("$defs", None)
    properties: dict[str, Json] = {
        "options": options,
        "input": {"description": "What the module works on besides documents: any JSON."},
    }
    if documents:
        properties["documents"] = {"type": "array", "items": {"type": "string", "enum": list(documents)}}
    schema: dict[str, Json] = {"type": "object", "properties": properties, "additionalProperties": False}
    if options.get("required"):
        schema["required"] = ["options"]
    return schema | ({"$defs": shared} if shared else {})


def _options(arguments: dict[str, Json]) -> dict[str, Json]:
    options = arguments.get("options") or {}
    if not isinstance(options, dict):
        raise ToolMisused("options must be an object")
    return options


def bounded(value: Json) -> Json:
    """Return the value, of a huge one its beginning as `{cut, text}`."""
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= MAX_ANSWER else {"cut": True, "text": text[:MAX_ANSWER]}
