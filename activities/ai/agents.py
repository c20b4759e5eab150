"""A run of an agent: a model that may call tools, bounded in time and turns, its conversation on record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from activities.ai.asking import Reply, model_settings, price_of
from activities.ai.choosing import Chosen
from activities.ai.failing import ModelFailed, failure
from activities.ai.stand_in import SENTENCE
from activities.ai.stopping import Stop, run_killable

if TYPE_CHECKING:
    from pydantic_ai import Tool
    from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse

MAX_TEXT: Final = 20_000
TOOL_RETRIES: Final = 2

Json = Any


class ToolRefused(Exception):
    """A tool that did not do it: the model is told why, and may try something else."""


class ToolMisused(Exception):
    """Arguments that do not fit: the model is told, and asked to call again."""


@dataclass(frozen=True, slots=True)
class AgentTool:
    """What an agent may do: `call` gets the arguments by name and gives JSON; it raises ToolRefused, ToolMisused."""

    name: str
    description: str
    parameters: Mapping[str, Json]  # JSON Schema of an object
    call: Callable[[dict[str, Json]], Json]


@dataclass(frozen=True, slots=True)
class AgentTask:
    """What an agent is to do, and within which bounds."""

    instructions: str
    prompt: str
    tools: Sequence[AgentTool]
    seconds: float
    max_requests: int


@dataclass(slots=True)
class AgentRun:
    """What became of it. `messages` are `{role, text?, calls?, tool?, id?, failed?}`, also of a run that failed."""

    output: str = ""
    messages: list[dict[str, Json]] = field(default_factory=list)
    use: Reply | None = None  # what all requests took together, without a text
    failed: ModelFailed | None = None


def run_agent(chosen: Chosen, task: AgentTask, *, stop: Stop) -> AgentRun:
    """Let the agent work; never raises for what model or tools do."""
    if chosen.model is None:
        said = [{"role": "user", "text": _short(task.prompt)}, {"role": "assistant", "text": SENTENCE}]
        return AgentRun(SENTENCE, said, Reply("", chosen.provider, chosen.name, stand_in=True))
    from pydantic_ai import capture_run_messages

    began, run = time.monotonic(), AgentRun()
    with capture_run_messages() as messages:
        try:
            run.output = run_killable(_worked(chosen, task), stop=stop)
        except ModelFailed as failed:
            run.failed = failed
    run.messages = _recorded(messages)
    run.use = _use(chosen, messages, time.monotonic() - began)
    return run


async def _worked(chosen: Chosen, task: AgentTask) -> str:
    from pydantic_ai import Agent
    from pydantic_ai.exceptions import AgentRunError, RunTimedOut
    from pydantic_ai.usage import UsageLimits

    target = f"{chosen.provider} {chosen.name}"
    agent = Agent(
        chosen.model,
        instructions=task.instructions or None,
        tools=[_tool(tool) for tool in task.tools],
        retries=TOOL_RETRIES,
        model_settings=model_settings(task.seconds),
    )
    try:
        async with agent:
            result = await agent.run(
                task.prompt,
                usage_limits=UsageLimits(request_limit=task.max_requests),
                timeout=task.seconds,
                infer_name=False,
            )
            return result.output
    except RunTimedOut:
        message = f"{target}: the agent was not done within {task.seconds:g} s"
        raise ModelFailed(message, code="timeout", kind="timeout") from None
    except AgentRunError as error:
        raise failure(error, target=target, secrets=chosen.secrets) from None


def _tool(tool: AgentTool) -> Tool[object]:
    from pydantic_ai import Tool
    from pydantic_ai.exceptions import ModelRetry, ToolFailed

    def call(**arguments: Json) -> Json:
        try:
            return tool.call(arguments)
        except ToolMisused as error:
            raise ModelRetry(str(error)) from None
        except ToolRefused as error:
            raise ToolFailed(str(error)) from None

    return Tool.from_schema(call, tool.name, tool.description, dict(tool.parameters))


def _use(chosen: Chosen, messages: Sequence[ModelMessage], seconds: float) -> Reply | None:
    responses = [message for message in messages if message.kind == "response"]
    if not responses:
        return None
    prices = [price_of(response) for response in responses]
    known = [price for price in prices if price is not None]
    return Reply(
        "",
        chosen.provider,
        responses[-1].model_name or chosen.name,
        requests=len(responses),
        input_tokens=sum(response.usage.input_tokens for response in responses),
        output_tokens=sum(response.usage.output_tokens for response in responses),
        cost=sum(known, Decimal()) if len(known) == len(prices) else None,
        seconds=seconds,
    )


def _recorded(messages: Sequence[ModelMessage]) -> list[dict[str, Json]]:
    said: list[dict[str, Json]] = []
    for message in messages:
        if message.kind == "response":
            said.append(_reply(message))
        else:
            said += _request(message, first=not said)
    return said


def _request(message: ModelRequest, *, first: bool) -> list[dict[str, Json]]:
    said: list[dict[str, Json]] = []
    if first and message.instructions:
        said.append({"role": "system", "text": _short(message.instructions)})
    for part in message.parts:
        match part.part_kind:
            case "user-prompt":
                said.append({"role": "user", "text": _short(_text(part.content))})
            case "tool-return":
                shown = {"role": "tool", "tool": part.tool_name, "id": part.tool_call_id}
                failed = {"failed": True} if part.outcome != "success" else {}
                said.append(shown | {"text": _short(_text(part.content))} | failed)
            case "retry-feedback":
                said.append({"role": "user", "text": _short(part.model_response())})
            case _:
                continue
    return said


def _reply(message: ModelResponse) -> dict[str, Json]:
    said: dict[str, Json] = {"role": "assistant", "text": _short(message.text or "")}
    calls = [
        {"id": part.tool_call_id, "tool": part.tool_name, "arguments": part.args_as_dict()}
        for part in message.tool_calls
    ]
    return said | ({"calls": calls} if calls else {})


def _text(content: Json) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
