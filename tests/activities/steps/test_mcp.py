"""Agents with tools of MCP servers, against a real server and a real model: typed, bounded, on record, checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from activities.heart import heart
from activities.steps import StepCall
from activities.steps.agent import Agent
from plans.agent_runtimes import read_runtime
from plans.errors import Invalid
from plans.models import AgentRuntime
from plans.secrets import MASK, seal
from plans.services import save_resource
from tests import builders
from tests.activities.running import World, row
from tests.activities.steps.conftest import Service
from tests.activities.steps.models import completion, sent, serve_model
from tests.support.mcp_server import McpServer, Tool, serving

pytestmark = pytest.mark.django_db
SUM = {
    "type": "object",
    "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
    "required": ["a", "b"],
}
ADD = Tool(SUM, lambda given: {"sum": given["a"] + given["b"]}, "Adds two numbers.")
ECHO = Tool({"type": "object"}, lambda given: json.dumps(given), "Says it back.")


@pytest.fixture
def tools(service: Service, settings: Any) -> Iterator[McpServer]:
    """Serve two tools where agents may reach them."""
    with serving(tools={"add": ADD, "echo": ECHO}) as served:
        settings.EGRESS_ALLOW = [service.address, served.address]
        yield served


@pytest.fixture
def agents(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(heart, "beats", False)  # its thread would outlive the test's database
    world.touching = {"work"}
    world.answers["work"] = Agent().run
    return world


def runtime(served: McpServer, **server: Any) -> None:
    known = {"name": "calc", "url": served.url} | server
    save_resource(
        AgentRuntime, builders.organization(), "clerk", {"definition": {"mcpServers": [known]}}, by=None
    )


def play(world: World, **keys: Any) -> Any:
    config = {"agentRuntimeRef": "northwind/clerk", "prompt": "Go"}
    return row(world.play(world.start({"slug": "work", "kind": "AGENT", "config": config} | keys)), "work")


def calling(service: Any, settings: Any, *calls: tuple[str, dict[str, Any]]) -> None:
    """Let the model call tools one after the other, and be done."""
    serve_model(service, settings, *(completion(calls=[each]) for each in calls), completion("done"))


def answers_of(step: Any) -> list[tuple[str, bool]]:
    said = [message for message in step.result["messages"] if message["role"] == "tool"]
    return [(message["text"], message.get("failed", False)) for message in said]


@pytest.mark.parametrize("streams", [False, True])
def test_an_agent_calls_tools_of_a_server(
    streams: bool, agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    tools.streams = streams
    calling(service, settings, ("calc_add", {"a": 2, "b": 3}))
    runtime(tools)

    step = play(agents)

    assert (step.status, step.result["output"]) == ("COMPLETED", "done")
    assert step.result["messages"][1:3] == [
        {
            "role": "assistant",
            "text": "",
            "calls": [{"id": "call-1", "tool": "calc_add", "arguments": {"a": 2, "b": 3}}],
        },
        {"role": "tool", "tool": "calc_add", "id": "call-1", "text": '{"sum": 5}'},
    ]
    offered = {each["function"]["name"]: each["function"] for each in sent(service.requests[0])["tools"]}
    assert set(offered) == {"calc_add", "calc_echo"}
    assert offered["calc_add"]["description"] == "Adds two numbers."
    assert offered["calc_add"]["parameters"] == SUM | {"additionalProperties": False}
    assert tools.methods() == ["initialize", "notifications/initialized", "tools/list", "tools/call"]
    assert {request["headers"].get("mcp-session-id") for request in tools.requests[1:]} == {"session-1"}
    assert tools.requests[-2]["headers"]["mcp-protocol-version"] == "2025-06-18"
    assert tools.ended == ["session-1"]


def test_tools_come_in_pages_and_only_those_allowed_are_given(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    tools.page = 1
    calling(service, settings, ("calc_echo", {"x": "y"}))
    runtime(tools, allowedTools=["echo"])

    step = play(agents)

    assert answers_of(step) == [('{"x": "y"}', False)]
    assert [each["function"]["name"] for each in sent(service.requests[0])["tools"]] == ["calc_echo"]
    assert tools.methods().count("tools/list") == 2


def test_arguments_that_do_not_fit_the_schema_never_reach_the_server(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    calling(service, settings, ("calc_add", {"a": "two", "b": 3}), ("calc_add", {"a": 2, "b": 3}))
    runtime(tools)

    step = play(agents)

    told = [
        message["content"] for message in sent(service.requests[1])["messages"] if message["role"] == "tool"
    ]
    assert "/a: 'two' is not of type 'number'" in told[0]
    assert tools.methods().count("tools/call") == 1
    assert step.status == "COMPLETED"


def test_an_error_of_a_tool_is_told_to_the_model(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    def broken(given: dict[str, Any]) -> Any:
        raise RuntimeError("the ledger is closed")

    tools.tools["post"] = Tool({"type": "object"}, broken)
    calling(service, settings, ("calc_post", {}))
    runtime(tools)

    step = play(agents)

    assert (step.status, answers_of(step)) == ("COMPLETED", [("the ledger is closed", True)])
    assert any("calc_post refused" in line["text"] for line in step.logs)


def test_a_tool_that_takes_too_long_is_told_to_the_model(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    tools.tools["slow"] = Tool({"type": "object"}, lambda given: str(tools.closing.wait(60)))
    calling(service, settings, ("calc_slow", {}))
    runtime(tools, timeoutSeconds=0.3)

    step = play(agents)

    ((text, failed),) = answers_of(step)
    assert (step.status, failed) == ("COMPLETED", True)
    assert text.startswith('MCP server "calc" can\'t be reached: no complete answer within 0.3 s')


def test_a_session_that_the_server_forgot_is_begun_anew(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    def forget(given: dict[str, Any]) -> Any:
        tools.sessions[:] = ["another"]
        return "forgot"

    tools.tools["forget"] = Tool({"type": "object"}, forget)
    calling(service, settings, ("calc_forget", {}), ("calc_add", {"a": 1, "b": 1}))
    runtime(tools)

    step = play(agents)

    assert answers_of(step) == [("forgot", False), ('{"sum": 2}', False)]
    assert tools.methods().count("initialize") == 2


def test_secrets_stand_in_headers_and_come_back_nowhere(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    seal(builders.organization(), "calc", "s3cret-value")

    def leak(given: dict[str, Any]) -> Any:
        return tools.requests[-1]["headers"]["authorization"]

    tools.tools["leak"] = Tool({"type": "object"}, leak)
    calling(service, settings, ("calc_leak", {}))
    runtime(tools, headers={"Authorization": "Bearer ${secrets.calc}"})

    step = play(agents)

    assert {request["headers"]["authorization"] for request in tools.requests} == {"Bearer s3cret-value"}
    assert answers_of(step) == [(f"Bearer {MASK}", False)]
    assert "s3cret-value" not in json.dumps([step.result, step.logs])
    assert not any(b"s3cret-value" in request["body"] for request in service.requests)


@pytest.mark.parametrize(
    ("server", "error"),
    [
        ({"headers": {"Authorization": "${secrets.none}"}}, 'MCP server "calc": secret "none" is not set'),
        ({"allowedTools": ["add", "sub"]}, 'MCP server "calc" has no tool "sub"; it has add, echo'),
        ({"url": "http://127.0.0.1:9/mcp"}, "127.0.0.1 is not at a public address"),
        ({"url": "http://169.254.169.254/mcp"}, "169.254.169.254 is not at a public address"),
        ({"headers": {"Host": "elsewhere"}}, 'header "Host" is set by the call itself'),
    ],
)
def test_what_is_not_set_up_is_a_system_error(
    server: dict[str, Any], error: str, agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    serve_model(service, settings, completion("done"))
    runtime(tools, **server)

    step = play(agents, onError={"action": "skip"})

    assert (step.status, step.error["code"]) == ("FAILED", 500)
    assert error in step.error["message"]
    assert service.requests == []


def test_a_redirect_to_an_address_that_is_not_public_is_refused(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    serve_model(service, settings, completion("done"))
    model = service.answer

    def answer(request: dict[str, Any]) -> Any:
        if request["path"] == "/mcp":
            return 307, {"Location": "http://127.0.0.1:9/mcp"}, b""
        return model(request)

    service.answer = answer
    runtime(tools, url=f"{service.url}/mcp")

    step = play(agents)

    assert (step.status, step.error["class"]) == ("FAILED", "McpProblem")
    assert "127.0.0.1 is not at a public address" in step.error["message"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((503, b"closed for repairs"), 'MCP server "calc" answered 503: closed for repairs'),
        ((200, b"<html>"), 'MCP server "calc" gave no answer to the request (application/json)'),
        (
            (200, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no licence"}}'),
            'MCP server "calc" refused: no licence',
        ),
    ],
)
def test_a_server_that_does_not_answer_is_a_failure_that_retries_may_answer(
    reply: tuple[int, bytes], error: str, agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    serve_model(service, settings, completion("done"))
    service.answer = lambda request: (reply[0], {"Content-Type": "application/json"}, reply[1])
    runtime(tools, url=f"{service.url}/mcp")

    step = play(agents)

    assert (step.status, step.error["code"]) == ("FAILED", "mcp-failed")
    assert step.error["message"].startswith(error)


def test_a_tool_whose_schema_is_none_is_left_out(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    tools.tools["odd"] = Tool({"type": "object", "properties": 5}, ECHO.run)
    serve_model(service, settings, completion("done"))
    runtime(tools)

    step = play(agents)

    assert [each["function"]["name"] for each in sent(service.requests[0])["tools"]] == [
        "calc_add",
        "calc_echo",
    ]
    assert next(line["text"] for line in step.logs if line["level"] == "warn").startswith(
        'MCP server "calc": tool "odd" is left out'
    )


def test_a_kill_ends_the_call_of_a_tool(agents: World, service: Any, settings: Any, tools: McpServer) -> None:
    reached, killers = threading.Event(), []

    def held(given: dict[str, Any]) -> Any:
        reached.set()
        return str(tools.closing.wait(60))

    tools.tools["held"] = Tool({"type": "object"}, held)
    calling(service, settings, ("calc_held", {}))
    runtime(tools)

    def killed(call: StepCall) -> Any:
        def kill(work: Any) -> None:
            killers.append(threading.Thread(target=lambda: reached.wait(60) and work.kill()))
            killers[0].start()

        return Agent().run(replace(call, on_start=kill))

    agents.answers["work"] = killed

    step = play(agents)

    killers[0].join(60)
    assert (step.status, step.error["code"]) == ("FAILED", "cancelled")
    assert not tools.closing.is_set()  # nobody waited for the tool's end


def test_without_a_key_no_server_is_asked(agents: World, tools: McpServer) -> None:
    runtime(tools)

    step = play(agents)

    assert (step.status, step.result["standIn"], tools.requests) == ("COMPLETED", True, [])


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        (
            {"name": "a", "command": "npx", "args": ["x"]},
            "/mcpServers/0: a server that is a program (stdio) is not",
        ),
        (
            {"name": "a", "url": "https://a.example", "type": "stdio"},
            "a server that is a program (stdio) is not",
        ),
        ({"name": "a", "url": "https://a.example", "type": "sse"}, 'type "sse" is not spoken here'),
        ({"name": "a", "url": "file:///etc"}, '"file:///etc" is no http or https address'),
        ({"name": "a b", "url": "https://a.example"}, "/mcpServers/0/name"),
        ({"url": "https://a.example"}, "/mcpServers/0/name"),
        ({"name": "a", "url": "https://a.example", "env": {}}, "nothing that is typed becomes a command"),
    ],
)
def test_a_server_that_is_none_is_refused_with_its_place(server: dict[str, Any], problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_runtime({"mcpServers": [server]})

    assert problem in str(refused.value)


def test_two_servers_of_one_name_are_refused() -> None:
    server = {"name": "a", "url": "https://a.example", "type": "http"}

    with pytest.raises(Invalid, match='MCP server "a" stands there twice'):
        read_runtime({"mcpServers": [server, server]})


def test_a_server_named_as_a_module_is_a_system_error(
    agents: World, service: Any, settings: Any, tools: McpServer
) -> None:
    tools.tools["noop"] = ECHO
    serve_model(service, settings, completion("done"))
    known = {"name": "builtin", "url": tools.url}
    definition = {"mcpServers": [known], "moduleRefs": ["builtin/pdf-text"]}
    tools.tools["pdf-text"] = ECHO
    save_resource(AgentRuntime, builders.organization(), "clerk", {"definition": definition}, by=None)

    step = play(agents)

    assert 'has two tools "builtin_pdf-text"' in step.error["message"]
