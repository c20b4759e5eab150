"""From the values of a call to bytes that go out, and from bytes back to an answer; secrets never stay in either."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
from django.utils import timezone

from activities.steps import LogLine, egress
from activities.steps.bridge_definition import WITHOUT_BODY, Bridge, Endpoint, RequestProblem
from plans.secrets import redact

OURS: Final = frozenset(
    {"connection", "content-length", "host", "idempotency-key", "transfer-encoding", "upgrade"}
)
_SECRET: Final = re.compile(r"\$\{secrets\.([A-Za-z0-9_-]+)\}")
_TOKEN: Final = re.compile(r"\{([A-Za-z0-9_.-]+)\}")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

Json = Any


@dataclass(frozen=True, slots=True)
class Values:
    """What a step or a script puts into one call; `header_texts`, headers as authored, alone may name secrets.

    `scripted` headers were set by the endpoint's own scripts: they win, and may name `scripted_secrets`.
    """

    body: Json = None
    has_body: bool = False
    query: Mapping[str, Json] | None = None
    path: Mapping[str, Json] | None = None
    headers: Mapping[str, Json] | None = None
    header_texts: Mapping[str, Json] = field(default_factory=dict)
    scripted: Mapping[str, str] = field(default_factory=dict)
    scripted_secrets: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Json]:
        """Return `{body, query, path, headers}`, those present: what a mock's `when_input` is compared with."""
        parts = {"query": self.query, "path": self.path, "headers": self.headers}
        present: dict[str, Json] = {"body": self.body} if self.has_body else {}
        return present | {name: part for name, part in parts.items() if part is not None}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without its secrets: what becomes a result."""

    status: int
    body: Json
    retry_after: float | None = None
    kept: bool = False  # given again, without a call
    logs: tuple[LogLine, ...] = ()  # what the endpoint's scripts logged

    def as_json(self) -> dict[str, Json]:
        """Return `{_statusCode, _body}`."""
        return {"_statusCode": self.status, "_body": self.body}


def compose(
    bridge: Bridge, endpoint: Endpoint, values: Values, *, secrets: Mapping[str, str], idempotency_key: str
) -> egress.Outgoing:
    """Make the request: path tokens filled, headers of bridge, endpoint, step in that order; raise RequestProblem."""
    headers = _headers(bridge, endpoint, values, secrets)
    content, content_type = _content(endpoint, values, headers.get("content-type"))
    if content_type:
        headers["content-type"] = content_type
    headers["idempotency-key"] = idempotency_key
    return egress.Outgoing(endpoint.method, _url(bridge, endpoint, values, secrets), headers, content)


def read_answer(answer: egress.Answer, *, secrets: Iterable[str]) -> Reply:
    """Read an answer: JSON where it is, else text, null where it is empty; secrets it repeats are redacted."""
    values = tuple(secrets)
    text = answer.content.decode(_charset(answer), "replace")
    body = parsed(text)
    return Reply(
        answer.status,
        _redacted(body, values) if values else body,
        _retry_after(answer.headers.get("retry-after")),
    )


def parsed(text: str) -> Json:
    """Read a body: JSON where it is, else text, None where it is empty."""
    try:
        # A lone surrogate is legal in JSON's escapes and can't be stored: it becomes "?".
        body = json.loads(text, parse_constant=_no_constant)
        return (
            json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))
            if "\\ud" in text.lower()
            else body
        )
    except (ValueError, RecursionError):
        return text or None


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def fill_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Put the given secrets into a text; placeholders of others stay."""
    return _SECRET.sub(lambda match: secrets.get(match[1], match[0]), text)


def secrets_in(*texts: str) -> set[str]:
    """Return the names of the secrets that texts hold a place for."""
    return {name for text in texts for name in _SECRET.findall(text)}


def secret_names(bridge: Bridge, endpoint: Endpoint, values: Values) -> set[str]:
    """Return the names of the secrets that a call needs."""
    texts = [bridge.base_url, endpoint.path, *(text for _, text in (*bridge.headers, *endpoint.headers))]
    texts += [text for text in values.header_texts.values() if isinstance(text, str)]
    return secrets_in(*texts) | (secrets_in(*values.scripted.values()) & values.scripted_secrets)


def _headers(
    bridge: Bridge, endpoint: Endpoint, values: Values, secrets: Mapping[str, str]
) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, text in (*bridge.headers, *endpoint.headers):
        put_header(headers, name, fill_secrets(text, secrets))
    for name, value in (values.headers or {}).items():
        # Only what the author wrote may name a secret: a value out of a document must not fetch one.
        named = {
            key: secrets[key]
            for key in _SECRET.findall(str(values.header_texts.get(name, "")))
            if key in secrets
        }
        put_header(headers, name, fill_secrets(_as_text(value), named))
    own = {name: secrets[name] for name in values.scripted_secrets if name in secrets}
    for name, text in values.scripted.items():
        put_header(headers, name, fill_secrets(text, own))
    return headers


def put_header(headers: dict[str, str], name: str, value: str) -> None:
    """Set a header; raise RequestProblem for one that could break out of its line, or that the call sets itself."""
    if not _HEADER_NAME.fullmatch(name):
        raise RequestProblem(f"{json.dumps(name)} is no header name")
    if name.lower() in OURS:
        raise RequestProblem(f'header "{name}" is set by the call itself; leave it out')
    if any(sign in value for sign in "\r\n\0"):
        raise RequestProblem(f'header "{name}" holds a line break or NUL; a header is one line')
    if not value.isascii():
        raise RequestProblem(f'header "{name}" holds letters outside ASCII; encode its value')
    headers[name.lower()] = value


def _content(endpoint: Endpoint, values: Values, content_type: str | None) -> tuple[bytes | None, str | None]:
    if not values.has_body or endpoint.method in WITHOUT_BODY:
        return None, content_type
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded" and isinstance(values.body, Mapping):
        return urlencode(
            {name: _as_text(value) for name, value in values.body.items()}
        ).encode(), content_type
    if isinstance(values.body, str) and kind != "application/json" and not kind.endswith("+json"):
        return values.body.encode(), content_type
    body = json.dumps(values.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return body.encode(), content_type or "application/json"


def _url(bridge: Bridge, endpoint: Endpoint, values: Values, secrets: Mapping[str, str]) -> str:
    given = values.path or {}
    # Tokens first: a secret or a value that looks like a token is not read again.
    parts = re.split(r"(\$\{secrets\.[A-Za-z0-9_-]+\}|\{[A-Za-z0-9_.-]+\})", bridge.base_url + endpoint.path)
    url = "".join(_url_part(part, endpoint, given, secrets) for part in parts)
    pairs = httpx.QueryParams(
        [(name, _as_text(each)) for name, value in (values.query or {}).items() for each in _each(value)]
    )
    return str(httpx.URL(url).copy_merge_params(pairs)) if pairs else url


def _url_part(part: str, endpoint: Endpoint, given: Mapping[str, Json], secrets: Mapping[str, str]) -> str:
    if _SECRET.fullmatch(part):
        return fill_secrets(part, secrets)
    token = _TOKEN.fullmatch(part)
    if token is None:
        return part
    value = given.get(token[1])
    text = "" if value is None else _as_text(value)
    if text in {"", ".", ".."}:
        shown = json.dumps(text) if text else "no value"
        raise RequestProblem(
            f'the path of endpoint "{endpoint.name}" needs {{{token[1]}}}, and requestPath gives {shown}'
        )
    return quote(text, safe="")


def _each(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else [value]


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _charset(answer: egress.Answer) -> str:
    found = re.search(r"charset=\"?([\w-]+)", answer.headers.get("content-type", ""), re.IGNORECASE)
    try:
        return found[1] if found and "".encode(found[1]) == b"" else "utf-8"
    except LookupError:
        return "utf-8"


def _redacted(value: Json, secrets: Sequence[str]) -> Json:
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, dict):
        return {redact(key, secrets): _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item, secrets) for item in value]
    return value


def _retry_after(text: str | None) -> float | None:
    """Read `Retry-After` (RFC 9110 10.2.3): seconds, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - timezone.now()).total_seconds())
    except (ValueError, TypeError):
        return None
