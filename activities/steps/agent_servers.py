"""Tools of MCP servers as tools of an agent: named after their server, typed by the schemas that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from activities.ai.agents import AgentTool, ToolMisused, ToolRefused
from activities.steps import LogLine, logs
from activities.steps.agent_tools import MAX_ANSWER, Workshop, bounded, tool_name
from activities.steps.mcp import MISUSED, McpClient, McpFailed, McpProblem, McpRefused, McpTool
from plans.agent_runtimes import McpServer
from plans.language.findings.values import schema_errors, schema_problem

_SHOWN: Final = 10

Json = Any


@dataclass(frozen=True, slots=True)
class Served:
    """The tools that servers give an agent, and what there is to say about that."""

    tools: list[AgentTool] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)


@contextmanager
def server_tools(servers: Sequence[McpServer], workshop: Workshop) -> Iterator[Served]:
    """Begin a session with every server, for the length of the block; raise McpProblem, McpFailed, McpRefused."""
    served = Served()
    with ExitStack() as sessions:
        for server in servers:
            client = McpClient(
                server,
                organization_id=workshop.call.organization_id,
                stop=workshop.stop,
                deadline=workshop.deadline,
            )
            sessions.callback(client.close)
            client.open()
            for tool in _given(server, client.tools()):
                _add(served, client, tool)
        yield served


def _given(server: McpServer, offered: list[McpTool]) -> list[McpTool]:
    """Keep the tools that the runtime allows; raise McpProblem for one that the server does not have."""
    if server.allowed_tools is None:
        return offered
    names = [tool.name for tool in offered]
    unknown = next((name for name in server.allowed_tools if name not in names), None)
    if unknown is not None:
        known = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
        raise McpProblem(f'MCP server "{server.name}" has no tool "{unknown}"; it has {known or "none"}')
    return [tool for tool in offered if tool.name in server.allowed_tools]


def _add(served: Served, client: McpClient, tool: McpTool) -> None:
    problem = schema_problem(tool.schema) or (
        "" if tool.schema.get("type") == "object" else "it is of no object"
    )
    if problem:
        told = f'MCP server "{client.server.name}": tool "{tool.name}" is left out, its inputSchema is none: {problem}'
        served.lines.append(logs.line("warn", told))
        return
    served.tools.append(
        AgentTool(
            name=tool_name(f"{client.server.name}_{tool.name}"),
            description=tool.description or tool.name,
            parameters=tool.schema,
            call=lambda arguments: _called(client, tool, arguments),
        )
    )


def _called(client: McpClient, tool: McpTool, arguments: dict[str, Json]) -> Json:
    """Call the tool; what goes wrong is told to the model, which may try something else."""
    misfit = next(iter(schema_errors(tool.schema, arguments)), None)
    if misfit is not None:
        raise ToolMisused(f"{misfit[0] or '/'}: {misfit[1]}")
    try:
        result = client.call(tool.name, arguments)
    except McpRefused as error:
        raise (ToolMisused if error.code == MISUSED else ToolRefused)(str(error)) from None
    except (McpFailed, McpProblem) as error:
        raise ToolRefused(str(error)) from None
    if result.get("isError") is True:
        raise ToolRefused(_text(result)[:MAX_ANSWER] or "it failed, and gave no reason")
    structured = result.get("structuredContent")
    return bounded(_text(result) if structured is None else structured)


def _text(result: Mapping[str, Json]) -> str:
    content = result.get("content")
    parts = content if isinstance(content, list) else []
    return "\n".join(_part(part) for part in parts if isinstance(part, dict))


def _part(part: Mapping[str, Json]) -> str:
    """Return a part of a result as a text; of what is none, what it is."""
    match part.get("type"):
        case "text":
            return str(part.get("text") or "")
        case "resource" if isinstance(part.get("resource"), dict) and "text" in part["resource"]:
            return str(part["resource"]["text"])
        case "resource_link":
            return str(part.get("uri") or "")
        case kind:
            return f"[{part.get('mimeType') or kind} left out]"
