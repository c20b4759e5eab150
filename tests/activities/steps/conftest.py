"""A service on this machine that bridges may reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Service:
    """A real HTTP server: `answer` decides by the request, `requests` keeps what came."""

    port: int = 0
    answer: Callable[[dict[str, Any]], Reply] = lambda request: (200, {}, b"{}")
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def says(self, status: int, body: object = None, **headers: str) -> None:
        """Answer everything so; a header's name is written with _ for -."""
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self.answer = lambda request: (status, {"Content-Type": "application/json"} | named, content)


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    """Serve on a free port of this machine, and let bridges reach it."""
    served = Service()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = {
                "method": self.command,
                "path": self.path,
                "headers": headers,
                "body": self.rfile.read(size),
            }
            served.requests.append(request)
            status, given, content = served.answer(request)
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Keep quiet: a caller that gave up is a case of its own."""

    server = Server(("127.0.0.1", 0), Handler)
    served.port = server.server_port
    settings.EGRESS_ALLOW = [served.address]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
