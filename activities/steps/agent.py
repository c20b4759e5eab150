"""The handler of AGENT: a run of an agent runtime, with modules as its tools."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from activities import ai
from activities.ai.agents import AgentRun, AgentTask, AgentTool, run_agent
from activities.ai.stopping import Stop
from activities.steps import (
    Completed,
    Deferred,
    ErrorInfo,
    Failed,
    LogLine,
    Outcome,
    StepCall,
    agent_line,
    logs,
)
from activities.steps.agent_servers import server_tools
from activities.steps.agent_tools import ToolProblem, Workshop, module_tools
from activities.steps.bridges import bare_slug
from activities.steps.failures import business, system, timeout
from activities.steps.llm import reply_lines
from activities.steps.llm_prompt import fill, prompt_root
from activities.steps.llm_reply import read_reply
from activities.steps.mcp import McpFailed, McpProblem, McpRefused
from activities.steps.model_use import Record, keep_use
from plans.agent_runtimes import RuntimeDefinition, bare_definition, read_runtime
from plans.errors import Invalid
from plans.language.schema import AgentConfig
from plans.language.schema import Step as PlanStep

NOTICED_SECONDS: Final = 0.5  # a shorter wait for a turn is not worth a line

Json = Any


class AgentProblem(Exception):
    """A runtime or a tool that somebody must put right first."""


class Agent:
    """Take a turn, or wait in line; let the agent work, keep its conversation. `record` keeps what the model took."""

    def __init__(self, *, record: Record = keep_use) -> None:
        self._record = record

    def pure(self, step: PlanStep) -> bool:
        """Tell that it touches the outside."""
        return False

    def run(self, call: StepCall) -> Outcome:
        """Run the agent; what is not set up right is a system error, what model or time did a business failure."""
        config = call.step.config
        assert isinstance(config, AgentConfig)
        slug, stop = bare_slug(config.agent_runtime_ref), Stop()
        if call.on_start is not None:
            call.on_start(stop)
        try:
            runtime = _runtime(call, slug)
            chosen = ai.choose(runtime.model)
            module_tools((*runtime.module_refs, *config.module_refs), Workshop(call, stop, 0))
        except (AgentProblem, ToolProblem, ai.ModelProblem) as problem:
            return system(type(problem).__name__, f'step "{call.step.slug}" {problem}')
        mine = agent_line.take_place(call, slug, at_once=runtime.max_concurrent)
        if not agent_line.admitted(mine):
            until = timezone.now() + timedelta(seconds=agent_line.LOOK_SECONDS)
            return Deferred("SLOT", until, open=partial(agent_line.look_again, mine))
        with agent_line.leaving(mine):
            told = _waited(slug, timezone.now() - mine.arrived_at)
            return self._worked(_Errand(call, config, runtime, chosen, stop), told)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Leave the line."""
        agent_line.leave(activity_id, position)

    def _worked(self, errand: _Errand, told: list[LogLine]) -> Completed | Failed:
        """Gather the tools, and work with them; a server that can't be used is told of before a model is asked."""
        runtime, workshop = errand.runtime, errand.workshop
        servers = () if errand.chosen.stand_in else runtime.mcp_servers  # the stand-in calls nothing
        try:
            with server_tools(servers, workshop) as served:
                told = [*told, *served.lines]
                modules = module_tools((*runtime.module_refs, *errand.config.module_refs), workshop)
                return self._ran(errand, _different([*modules, *served.tools]), told)
        except (ToolProblem, McpProblem) as problem:
            return system(type(problem).__name__, f'step "{errand.call.step.slug}" {problem}', logs=told)
        except (McpFailed, McpRefused) as failed:
            if isinstance(failed, McpFailed) and failed.timeout:
                return timeout("McpFailed", str(failed), logs=told)
            return business("mcp-failed", type(failed).__name__, str(failed), logs=told)

    def _ran(self, errand: _Errand, tools: list[AgentTool], told: list[LogLine]) -> Completed | Failed:
        call, runtime, warned = errand.call, errand.runtime, list[str]()
        left = errand.workshop.deadline - time.monotonic()
        task = AgentTask(
            instructions=_instructions(call, runtime),
            prompt=_prompt(call, errand.config, warned),
            tools=tools,
            seconds=round(max(0.1, left), 1),
            max_requests=runtime.max_requests,
        )
        run = run_agent(errand.chosen, task, stop=errand.workshop.stop)
        if run.use is not None:
            self._record(call, run.use)
            told = [*told, *reply_lines(errand.chosen, run.use)]
        kept = logs.capped([*logs.warnings(warned), *told, *_lines(run)])
        if run.failed is not None:
            error = ErrorInfo(run.failed.code, str(run.failed), "ModelError")
            return Failed(
                error,
                kind=run.failed.kind,
                logs=kept,
                retry_after=run.failed.retry_after,
                result=_result(run),
            )
        return Completed(_result(run), logs=kept)


class _Errand:
    """One agent's work: what it is, with what, and until when, counted from now."""

    def __init__(
        self, call: StepCall, config: AgentConfig, runtime: RuntimeDefinition, chosen: ai.Chosen, stop: Stop
    ) -> None:
        self.call = call
        self.config = config
        self.runtime = runtime
        self.chosen = chosen
        seconds = call.timeout_seconds or settings.AGENT_SECONDS
        self.workshop = Workshop(call, stop, time.monotonic() + seconds)


def _runtime(call: StepCall, slug: str) -> RuntimeDefinition:
    shape = call.definitions.get("agentRuntimes", {}).get(slug)
    if shape is None:
        raise AgentProblem(f'names unknown agent runtime "{slug}"')
    try:
        runtime = read_runtime(bare_definition(shape))
    except Invalid as error:
        raise AgentProblem(f'names agent runtime "{slug}", which can\'t be used: {error}') from error
    if runtime.status != "READY":
        raise AgentProblem(f'names agent runtime "{slug}", which is {runtime.status}, not READY')
    return runtime


def _different(tools: list[AgentTool]) -> list[AgentTool]:
    """Return the tools; raise ToolProblem where two have one name."""
    names = [tool.name for tool in tools]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ToolProblem(f'has two tools "{twice}"; give the MCP server another name')
    return tools


def _waited(slug: str, wait: timedelta) -> list[LogLine]:
    seconds = wait.total_seconds()
    if seconds < NOTICED_SECONDS:
        return []
    return [logs.line("info", f"waited {seconds:.1f} s for a turn of {slug}")]


def _instructions(call: StepCall, runtime: RuntimeDefinition) -> str:
    names = ", ".join(document.name for document in call.documents)
    return "\n\n".join(
        part for part in (runtime.instructions, f"Documents: {names}." if names else "") if part
    )


def _prompt(call: StepCall, config: AgentConfig, warned: list[str]) -> str:
    text = fill(config.prompt, call, prompt_root(call), warned)
    if not call.has_input:
        return text
    return f"{text}\n\nInput: {json.dumps(call.input, ensure_ascii=False)}".strip()


def _result(run: AgentRun) -> dict[str, Json]:
    """Return `{messages, output}`; an output that is a JSON object or list is that, else a text."""
    output = read_reply(run.output)
    result: dict[str, Json] = {
        "messages": run.messages,
        "output": run.output if output == {"response": run.output} else output,
    }
    return result | ({"standIn": True} if run.use is not None and run.use.stand_in else {})


def _lines(run: AgentRun) -> list[LogLine]:
    """Tell the run step by step: who was called and how much came back, never what was said."""
    lines: list[LogLine] = []
    for message in run.messages:
        lines += [logs.line("info", f"the model called {made['tool']}") for made in message.get("calls", ())]
        if message["role"] == "tool":
            how = "refused" if message.get("failed") else "answered"
            lines.append(logs.line("info", f"{message['tool']} {how} with {len(message['text'])} characters"))
        elif message["role"] == "assistant" and message["text"]:
            lines.append(logs.line("info", f"the model said {len(message['text'])} characters"))
    return lines
