"""A client of one MCP server: JSON-RPC over Streamable HTTP, by the one way out and its rules.

Rule 1: where a server is, and where it redirects to, is checked as every address outside is.
Rule 2: secrets are resolved into the request and redacted from all that comes back, errors too.
Rule 3: nothing outlasts the deadline, and a stop ends what waits.
Source: Model Context Protocol, revision 2025-06-18, "Transports" and "Lifecycle".
"""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activities.ai.stopping import Stop
from activities.steps import egress
from activities.steps.bridge_definition import RequestProblem
from activities.steps.bridge_wire import fill_secrets, put_header, secrets_in
from activities.steps.cut import Cut
from plans.agent_runtimes import McpServer
from plans.errors import Refused
from plans.secrets import redact, reveal

REVISION: Final = "2025-06-18"
MOST_TOOLS: Final = 200
MISUSED: Final = -32602  # JSON-RPC: invalid params
BYE_SECONDS: Final = 2.0
_SHOWN: Final = 500
_STREAM: Final = "text/event-stream"

Json = Any


class McpProblem(Exception):
    """A server that somebody must set up right first."""


class McpFailed(Exception):
    """A server that gave no answer, or none that can be read. `timeout`: its time ran out."""

    def __init__(self, message: str, *, timeout: bool = False) -> None:
        super().__init__(message)
        self.timeout = timeout


class McpRefused(Exception):
    """The server's own error: `code` is JSON-RPC's."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class _SessionGone(Exception):
    """The server knows the session no more (404)."""


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool as its server describes it; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: dict[str, Json]


class McpClient:
    """One agent run's talk with a server, until the deadline (monotonic clock) or the stop; used by several threads."""

    def __init__(self, server: McpServer, *, organization_id: int, stop: Stop, deadline: float) -> None:
        self.server = server
        self._stop = stop
        self._deadline = deadline
        self._numbers = itertools.count(1)
        self._session: dict[str, str] = {}  # headers that the server gave the session
        # Asked here, for tools are called on threads that have no database connection of their own.
        self._allow = egress.allowed(organization_id)
        self._secrets = self._revealed(organization_id)
        self._url = fill_secrets(server.url, self._secrets)
        self._headers = self._own_headers()

    def open(self) -> None:
        """Begin a session; raise McpProblem, McpFailed, McpRefused."""
        self._session = {}
        params = {
            "protocolVersion": REVISION,
            "capabilities": {},
            "clientInfo": {"name": "throughline", "version": "1"},
        }
        number = next(self._numbers)
        message = {"jsonrpc": "2.0", "id": number, "method": "initialize", "params": params}
        answer = self._post(message, number)
        found = _result(self._message(answer, number), self.server.name)
        given = {"MCP-Protocol-Version": str(found.get("protocolVersion") or REVISION)}
        if session := answer.headers.get("mcp-session-id"):
            given["Mcp-Session-Id"] = session
        self._session = self._checked(given)
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"}, None)

    def tools(self) -> list[McpTool]:
        """Return the tools that the server offers, at most MOST_TOOLS."""
        found: list[McpTool] = []
        cursor: str | None = None
        while len(found) < MOST_TOOLS:
            page = self._ask("tools/list", {} if cursor is None else {"cursor": cursor})
            listed = page.get("tools")
            found += [_tool(each) for each in listed if isinstance(each, dict)] if listed else []
            cursor = page.get("nextCursor")
            if not isinstance(cursor, str) or not cursor or not listed:
                break
        return found[:MOST_TOOLS]

    def call(self, tool: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Call a tool; return its result as the server gave it (`content`, `structuredContent`, `isError`)."""
        return self._ask("tools/call", {"name": tool, "arguments": dict(arguments)})

    def close(self) -> None:
        """End the session, if the server will have it."""
        if "mcp-session-id" not in self._session or self._stop.stopped:
            return
        with contextlib.suppress(McpFailed, McpProblem, _SessionGone):
            self._exchange("DELETE", None, seconds=BYE_SECONDS)

    # -- one request ---------------------------------------------------------------------------------------------------

    def _ask(self, method: str, params: dict[str, Json]) -> dict[str, Json]:
        try:
            return self._asked(method, params)
        except _SessionGone:
            self.open()  # the request was not carried out: it is asked again in a new session
        try:
            return self._asked(method, params)
        except _SessionGone:
            raise McpFailed(self._said("ends every session at once (404)")) from None

    def _asked(self, method: str, params: dict[str, Json]) -> dict[str, Json]:
        number = next(self._numbers)
        answer = self._post({"jsonrpc": "2.0", "id": number, "method": method, "params": params}, number)
        return _result(self._message(answer, number), self.server.name)

    def _post(self, message: dict[str, Json], number: int | None) -> egress.Answer:
        content = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._exchange("POST", content, number=number)
        if answer.status == 404 and "mcp-session-id" in self._session:
            raise _SessionGone
        if not 200 <= answer.status <= 299:
            text = self._text(answer)[:_SHOWN].strip()
            raise McpFailed(self._said(f"answered {answer.status}{': ' + text if text else ''}"))
        return answer

    def _exchange(
        self, method: str, content: bytes | None, *, number: int | None = None, seconds: float | None = None
    ) -> egress.Answer:
        left = min(self._deadline - time.monotonic(), seconds or self.server.timeout_seconds)
        if left <= 0:
            raise McpFailed(self._said("was not asked: the agent's time was over"), timeout=True)
        cut = Cut()
        try:
            with self._stop.ending(cut.kill):
                return egress.exchange(
                    egress.Outgoing(method, self._url, self._headers | self._session, content),
                    allow=self._allow,
                    seconds=left,
                    enough=None if number is None else lambda headers, part: _has(headers, part, number),
                    cut=cut,
                )
        except egress.EgressDenied as error:
            raise McpProblem(self._said(f"can't be reached: {_plain(error)}")) from None
        except egress.EgressError as error:
            if self._stop.stopped:
                raise McpFailed(self._said("was not waited for any longer")) from None
            timeout = isinstance(error, egress.EgressTimeout)
            raise McpFailed(self._said(f"can't be reached: {_plain(error)}"), timeout=timeout) from None

    def _message(self, answer: egress.Answer, number: int) -> dict[str, Json]:
        for message in _messages(answer.headers, self._text(answer)):
            if message.get("id") == number and ("result" in message or "error" in message):
                return message
        kind = answer.headers.get("content-type", "no content type")
        raise McpFailed(
            self._said(f"gave no answer to the request ({kind}); is its url that of its MCP endpoint?")
        )

    def _text(self, answer: egress.Answer) -> str:
        return redact(answer.content.decode("utf-8", "replace"), self._secrets.values())

    def _said(self, what: str) -> str:
        return redact(f'MCP server "{self.server.name}" {what}', self._secrets.values())

    # -- what goes with every request ----------------------------------------------------------------------------------

    def _revealed(self, organization_id: int) -> dict[str, str]:
        try:
            texts = (self.server.url, *(header.value for header in self.server.headers))
            return reveal(organization_id, secrets_in(*texts))
        except Refused as error:
            raise McpProblem(f'MCP server "{self.server.name}": {error}') from None

    def _own_headers(self) -> dict[str, str]:
        own = {header.name: fill_secrets(header.value, self._secrets) for header in self.server.headers}
        ours = {"Accept": f"application/json, {_STREAM}", "Content-Type": "application/json"}
        return self._checked(own) | self._checked(ours)

    def _checked(self, given: Mapping[str, str]) -> dict[str, str]:
        headers: dict[str, str] = {}
        try:
            for name, value in given.items():
                put_header(headers, name, value)
        except RequestProblem as error:
            raise McpProblem(self._said(f"can't be asked: {error}")) from None
        return headers


def _has(headers: Mapping[str, str], content: bytearray, number: int) -> bool:
    """Tell if the stream holds the answer already: servers may keep it open after that."""
    if not headers.get("content-type", "").startswith(_STREAM):
        return False
    if not content.endswith((b"\n\n", b"\r\n\r\n", b"\r\r")):
        return False
    found = _messages(headers, content.decode("utf-8", "replace"))
    return any(message.get("id") == number and "method" not in message for message in found)


def _messages(headers: Mapping[str, str], text: str) -> Iterator[dict[str, Json]]:
    """Read the JSON-RPC messages of an answer: one, a batch of them, or a stream of events."""
    stream = headers.get("content-type", "").startswith(_STREAM)
    for part in _events(text) if stream else (text,):
        try:
            read = json.loads(part)
        except (ValueError, RecursionError):
            continue
        yield from (each for each in (read if isinstance(read, list) else [read]) if isinstance(each, dict))


def _events(text: str) -> Iterator[str]:
    """Give the data of each event of a stream (HTML, "Server-sent events" 9.2.6)."""
    data: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def _result(message: Mapping[str, Json], server: str) -> dict[str, Json]:
    error = message.get("error")
    if error is not None:
        said = error if isinstance(error, dict) else {}
        code = said.get("code")
        text = str(said.get("message") or "no reason given")[:_SHOWN]
        raise McpRefused(f'MCP server "{server}" refused: {text}', code=code if isinstance(code, int) else 0)
    result = message.get("result")
    return result if isinstance(result, dict) else {}


def _tool(described: Mapping[str, Json]) -> McpTool:
    schema = described.get("inputSchema")
    return McpTool(
        str(described.get("name") or ""),
        str(described.get("description") or described.get("title") or ""),
        dict(schema) if isinstance(schema, dict) else {"type": "object"},
    )


def _plain(error: Exception) -> str:
    return str(error).removeprefix("service bridge egress denied: ")
