"""The one way out: HTTP to addresses that are public, or that an operator allowed by host and port.

Rule 1: a name is resolved once, here; the address that was checked is the address that is connected to.
Rule 2: one address of a name that is not public refuses the name.
Rule 3: every redirect is a new connection and is checked as the first was.
Rule 4: one deadline bounds the whole exchange: lookup, connection, redirects, every byte.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import httpcore
import httpx
from django.conf import settings

from activities.steps.addresses import is_disguised, is_public
from activities.steps.cut import Cut

MAX_REDIRECTS: Final = 5
MAX_ANSWER_BYTES: Final = 10 * 1024 * 1024
PORTS: Final = {"http": 80, "https": 443}
# What may follow a redirect to another origin; all else could carry a secret.
SAFE_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "host", "idempotency-key", "user-agent"}
)
_NAME: Final = re.compile(
    r"[A-Za-z0-9._-]+"
)  # what a name or an IPv4 address is made of, once IDNA is encoded
AllowSource = Callable[[int], Iterable[str]]
Enough = Callable[[Mapping[str, str], bytearray], bool]


class EgressError(Exception):
    """An exchange that gave no answer. `code` is a word for people who handle it by kind."""

    code = "bridge-unreachable"


class EgressDenied(EgressError):
    """The address is not one that a bridge may reach."""

    code = "egress-denied"


class EgressTimeout(EgressError):
    """The deadline passed before the answer was complete."""

    code = "timeout"


class AnswerTooLarge(EgressError):
    """The other side sent more than a bridge keeps."""

    code = "answer-too-large"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes out; `headers` are resolved and may hold secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    def __repr__(self) -> str:
        """Show where it goes, and nothing that could be a secret."""
        return f"Outgoing({self.method})"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


_sources: list[AllowSource] = []


def allow_from(source: AllowSource) -> None:
    """Ask `source(organization_id)` for more `host:port` pairs at every call; called once, when an app is ready."""
    if source not in _sources:
        _sources.append(source)


def allowed(organization_id: int) -> frozenset[str]:
    """Return the `host:port` pairs that bridges of the organization may reach though they are not public."""
    pairs = set(settings.EGRESS_ALLOW)
    for source in _sources:
        pairs.update(source(organization_id))
    return frozenset(pair.lower() for pair in pairs)


def exchange(
    request: Outgoing,
    *,
    allow: frozenset[str],
    seconds: float,
    enough: Enough | None = None,
    cut: Cut | None = None,
) -> Answer:
    """Send the request, follow at most MAX_REDIRECTS, and return the answer; raise EgressError.

    `enough` tells by the headers and what came so far if that is all that is wanted: some answers never end. `cut` ends
    the exchange from another thread.
    """
    deadline = time.monotonic() + seconds
    try:
        with httpx.Client(
            transport=CheckedTransport(allow, deadline, cut), trust_env=False, timeout=seconds
        ) as client:
            return _follow(client, _build(client, request), deadline, enough)
    except httpx.TimeoutException as error:
        raise EgressTimeout(f"no complete answer within {seconds:g} s") from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise EgressDenied(f"service bridge egress denied: the address can't be read ({error})") from error
    except httpx.HTTPError as error:
        raise EgressError(f"the call did not go through: {error or type(error).__name__}") from error


def _build(client: httpx.Client, request: Outgoing) -> httpx.Request:
    headers = {"Accept-Encoding": "identity"} | dict(request.headers)
    return client.build_request(request.method, request.url, headers=headers, content=request.content)


def _follow(
    client: httpx.Client,
    request: httpx.Request,
    deadline: float,
    enough: Enough | None,
) -> Answer:
    for _ in range(MAX_REDIRECTS + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        if response.next_request is None:
            try:
                return _read(response, deadline, enough)
            finally:
                response.close()
        response.close()
        request = _redirected(request, response.next_request)
    raise EgressError(f"more than {MAX_REDIRECTS} redirects; point the bridge at the address they end at")


def _redirected(before: httpx.Request, after: httpx.Request) -> httpx.Request:
    if _origin(before.url) == _origin(after.url):
        return after
    for name in list(after.headers):
        if name not in SAFE_HEADERS:
            del after.headers[name]
    return after


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or PORTS.get(url.scheme)


def _read(response: httpx.Response, deadline: float, enough: Enough | None) -> Answer:
    headers = {name.lower(): text for name, text in response.headers.items()}
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            raise AnswerTooLarge(f"the answer is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MB")
        if time.monotonic() > deadline:
            raise EgressTimeout("the answer was not complete in time")
        if enough is not None and enough(headers, content):
            break
    return Answer(response.status_code, headers, bytes(content))


class CheckedTransport(httpx.BaseTransport):
    """Carry requests over connections that `CheckedBackend` opened; one exchange, then closed."""

    def __init__(self, allow: frozenset[str], deadline: float, cut: Cut | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(),
            max_keepalive_connections=0,
            network_backend=CheckedBackend(allow, deadline, cut or Cut()),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; redirects come back here."""
        if request.url.scheme not in PORTS:
            raise EgressDenied(f"service bridge egress denied: {request.url.scheme}: is not http or https")
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            response = self._pool.handle_request(sent)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), request=request
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Any:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _as_httpx:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpcore.TimeoutException):
            raise httpx.ReadTimeout(str(error)) from error
        if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError):
            raise httpx.TransportError(str(error)) from error


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    # Made once: reading the certificates takes longer than most calls.
    return httpx.create_ssl_context(trust_env=False)


class CheckedBackend(httpcore.NetworkBackend):
    """Open connections to checked addresses only, and let no operation outlast the deadline."""

    def __init__(self, allow: frozenset[str], deadline: float, cut: Cut) -> None:
        self._allow = allow
        self._deadline = deadline
        self._cut = cut
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, connect; raise EgressDenied before anything is sent."""
        addresses = addresses_for(host, port, allow=self._allow, seconds=_left(self._deadline))
        refused: httpcore.NetworkError | None = None
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _left(self._deadline), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                refused = error
            else:
                return _DeadlineStream(stream, self._deadline, self._cut)
        raise refused or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        """Refuse: nothing on this machine is public."""
        raise EgressDenied("service bridge egress denied: a socket file is not a public address")

    def sleep(self, seconds: float) -> None:
        """Refuse: nothing here waits between tries."""
        raise httpcore.ConnectError("bridge calls are not tried again by the connection")


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: float, cut: Cut) -> None:
        self._stream = stream
        self._deadline = deadline
        self._cut = cut
        cut.watch(stream.get_extra_info("socket"))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _DeadlineStream(stream, self._deadline, self._cut)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline passed")
    return left


def addresses_for(host: str, port: int, *, allow: frozenset[str], seconds: float) -> list[str]:
    """Return the addresses to connect to; raise EgressDenied if one is not public and the pair is not allowed."""
    if not 0 < port < 65_536:
        raise EgressDenied(f"service bridge egress denied: {port} is no port")
    if _pair(host, port) in allow:
        return _resolve(host, port, seconds)
    if not _NAME.fullmatch(host) and ":" not in host:
        raise EgressDenied(f"service bridge egress denied: {host!r} is no host name")
    if is_disguised(host):
        raise EgressDenied(
            f"service bridge egress denied: {host} is an address in a spelling that hides it; write it as a.b.c.d"
        )
    addresses = _resolve(host, port, seconds)
    if all(is_public(address) for address in addresses):
        return addresses
    raise EgressDenied(
        f"service bridge egress denied: {host} is not at a public address;"
        f' an operator can allow "{_pair(host, port)}" by EGRESS_ALLOW'
    )


def _pair(host: str, port: int) -> str:
    return f"[{host}]:{port}".lower() if ":" in host else f"{host}:{port}".lower()


def _resolve(host: str, port: int, seconds: float) -> list[str]:
    """Ask the resolver, which knows no deadline, in a thread that can be left behind."""
    found: list[str] = []
    failures: list[OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError) as error:
            failures.append(error)

    thread = threading.Thread(target=look_up, name="bridge-lookup", daemon=True)
    thread.start()
    thread.join(seconds)
    if failures:
        raise httpcore.ConnectError(f"{host} can't be resolved") from failures[0]
    if not found:
        raise httpcore.ConnectTimeout(f"{host} was not resolved in time")
    return found
