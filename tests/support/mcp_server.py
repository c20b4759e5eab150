"""A small MCP server for tests: JSON-RPC over Streamable HTTP, on a free port of this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = Any


@dataclass(frozen=True)
class Tool:
    """A tool: what it takes, and what it does with it; an exception is an error of the tool."""

    schema: Mapping[str, Json]
    run: Callable[[dict[str, Json]], Json]
    description: str = ""


@dataclass
class McpServer:
    """A running server. `streams`: answers are streams that stay open until `closing` is set."""

    port: int = 0
    tools: dict[str, Tool] = field(default_factory=dict)
    streams: bool = False
    page: int = 100  # tools on one page of the list
    closing: threading.Event = field(default_factory=threading.Event)
    sessions: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    requests: list[dict[str, Json]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Return where it is spoken to."""
        return f"http://{self.address}/mcp"

    def methods(self) -> list[str]:
        """Return what was asked, in order."""
        return [request["message"]["method"] for request in self.requests if request["message"]]

    def answer(self, message: Mapping[str, Json]) -> dict[str, Json]:
        """Return the JSON-RPC answer to a request."""
        params = message.get("params", {})
        match message["method"]:
            case "initialize":
                return {
                    "result": {
                        "protocolVersion": params["protocolVersion"],
                        "capabilities": {"tools": {}},
                        "serverInfo": {"name": "tests", "version": "1"},
                    }
                }
            case "tools/list":
                return {"result": self._listed(int(params.get("cursor", 0)))}
            case "tools/call":
                return self._called(params)
            case method:
                return {"error": {"code": -32601, "message": f"no method {method}"}}

    def _listed(self, start: int) -> dict[str, Json]:
        names = list(self.tools)
        shown = [
            {
                "name": name,
                "description": self.tools[name].description,
                "inputSchema": self.tools[name].schema,
            }
            for name in names[start : start + self.page]
        ]
        more = start + self.page < len(names)
        return {"tools": shown} | ({"nextCursor": str(start + self.page)} if more else {})

    def _called(self, params: Mapping[str, Json]) -> dict[str, Json]:
        tool = self.tools.get(params["name"])
        if tool is None:
            return {"error": {"code": -32602, "message": f"no tool {params['name']}"}}
        try:
            given = tool.run(params["arguments"])
        except Exception as error:  # noqa: BLE001  whatever a tool raises is its answer
            return {"result": {"content": [{"type": "text", "text": str(error)}], "isError": True}}
        shown = given if isinstance(given, str) else json.dumps(given)
        structured = {} if isinstance(given, str) else {"structuredContent": given}
        return {"result": {"content": [{"type": "text", "text": shown}]} | structured}


@contextmanager
def serving(**keys: Any) -> Iterator[McpServer]:
    """Serve until the end of the block."""
    served = McpServer(**keys)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    server.daemon_threads = True
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.closing.set()
        server.shutdown()
        server.server_close()


def _handler(served: McpServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._keep(message)
            session = self.headers.get("Mcp-Session-Id")
            if message["method"] != "initialize" and session not in served.sessions:
                self._send(404, "application/json", b"{}")
                return
            if "id" not in message:
                self._send(202, "application/json", b"")
                return
            answer = {"jsonrpc": "2.0", "id": message["id"], **served.answer(message)}
            given = {}
            if message["method"] == "initialize":
                served.sessions.append(f"session-{len(served.sessions) + 1}")
                given = {"Mcp-Session-Id": served.sessions[-1]}
            if served.streams:
                self._stream(answer, given)
            else:
                self._send(200, "application/json", json.dumps(answer).encode(), given)

        def do_DELETE(self) -> None:
            self._keep(None)
            served.ended.append(str(self.headers.get("Mcp-Session-Id")))
            self._send(204, "application/json", b"")

        def _keep(self, message: Json) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.requests.append({"message": message, "headers": headers})

        def _send(self, status: int, kind: str, content: bytes, given: Mapping[str, str] = {}) -> None:
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self, answer: Json, given: Mapping[str, str]) -> None:
            """Send a notice and the answer as events, and let the stream stay open."""
            self.send_response(200)
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.end_headers()
            notice = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}}
            for number, message in enumerate((notice, answer)):
                data = json.dumps(message, indent=1).replace("\n", "\r\ndata: ")
                self.wfile.write(f"event: message\r\nid: {number}\r\ndata: {data}\r\n\r\n".encode())
                self.wfile.flush()
            served.closing.wait(60)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def handle(self) -> None:
            """Let a caller that gave up be a case of its own."""
            try:
                super().handle()
            except (ConnectionError, BrokenPipeError):
                return

    return Handler
