"""What a service bridge is: its definition, read into frozen values. Texts may hold `${secrets.NAME}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from plans.definitions import BridgeAuth, RateLimit, address_problem
from plans.digests import digest_of

METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
SCRIPT_KEYS: Final = ("initScript", "preSendScript", "postReplyScript")
WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS"})

Json = Any


class BridgeProblem(Exception):
    """A definition or a call that can't become a request: somebody must put it right first."""


class RequestProblem(BridgeProblem):
    """A value of this call that can't be sent (a header with a line break, a path token without a value)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a bridge. `keeps_for`: seconds that an answer may be given again, None for never."""

    name: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    request_schema: Json = None
    response_schema: Json = None
    keeps_for: float | None = None
    init_script: str = ""
    pre_send_script: str = ""
    post_reply_script: str = ""

    def script(self, key: str) -> str:
        """Return the script under its key in the definition, "" for none."""
        scripts = (self.init_script, self.pre_send_script, self.post_reply_script)
        return dict(zip(SCRIPT_KEYS, scripts, strict=True))[key]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A service bridge as it was defined; `digest` tells one definition from the next."""

    slug: str
    name: str
    base_url: str
    headers: tuple[tuple[str, str], ...]
    endpoints: Mapping[str, Endpoint]
    digest: str = ""
    auth: BridgeAuth | None = None
    rate: RateLimit | None = None

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint; raise BridgeProblem, naming those that exist."""
        if name in self.endpoints:
            return self.endpoints[name]
        known = ", ".join(self.endpoints) or "none"
        raise BridgeProblem(f'service bridge "{self.slug}" has no endpoint "{name}" (endpoints: {known})')


def bare_slug(ref: str) -> str:
    """Return the slug of a reference: `erp`, `org/erp` and `service-bridge://org/erp` are the same bridge."""
    return ref.rpartition("/")[2]


def read_bridge(slug: str, definition: Mapping[str, Json]) -> Bridge:
    """Read a definition as it was pinned; raise BridgeProblem for one that does not do."""
    base_url = definition.get("baseUrl")
    if not isinstance(base_url, str) or not base_url:
        raise BridgeProblem(f'service bridge "{slug}" has no baseUrl')
    if problem := address_problem(base_url):
        raise BridgeProblem(f'service bridge "{slug}": baseUrl {problem}')
    endpoints = [_read_endpoint(slug, entry) for entry in definition.get("endpoints") or ()]
    return Bridge(
        slug=slug,
        name=str(definition.get("name") or slug),
        base_url=base_url.rstrip("/"),
        headers=_read_headers(definition.get("defaultHeaders")),
        endpoints={endpoint.name: endpoint for endpoint in endpoints},
        digest=digest_of(dict(definition)),
        auth=_read_part(slug, "auth", definition, BridgeAuth),
        rate=_read_part(slug, "rateLimit", definition, RateLimit),
    )


def _read_part(slug: str, key: str, definition: Mapping[str, Json], model: Any) -> Any:
    if not definition.get(key):
        return None
    try:
        return model.model_validate(definition[key])
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(("", key, *(str(part) for part in first["loc"])))
        said = str(first["msg"]).removeprefix("Value error, ")
        raise BridgeProblem(f'service bridge "{slug}": {place}: {said}') from error


def _read_endpoint(slug: str, entry: Mapping[str, Json]) -> Endpoint:
    name, path = str(entry.get("name") or ""), str(entry.get("path") or "/")
    method = str(entry.get("method") or "GET").upper()
    if method not in METHODS:
        raise BridgeProblem(f'endpoint "{name}" of service bridge "{slug}" has unknown method "{method}"')
    if not path.startswith("/"):
        raise BridgeProblem(f'the path of endpoint "{name}" of service bridge "{slug}" must start with "/"')
    scripts = [entry.get(key) or "" for key in SCRIPT_KEYS]
    wrong = next(
        (key for key, text in zip(SCRIPT_KEYS, scripts, strict=True) if not isinstance(text, str)), None
    )
    if wrong:
        raise BridgeProblem(f'{wrong} of endpoint "{name}" of service bridge "{slug}" must be a text')
    return Endpoint(
        name,
        method,
        path,
        _read_headers(entry.get("headers")),
        request_schema=entry.get("requestSchema"),
        response_schema=entry.get("responseSchema"),
        keeps_for=_keeps_for(entry, method),
        init_script=scripts[0],
        pre_send_script=scripts[1],
        post_reply_script=scripts[2],
    )


def _keeps_for(entry: Mapping[str, Json], method: str) -> float | None:
    verbs = {str(verb).upper() for verb in entry.get("cacheableVerbs") or ("GET",)}
    if entry.get("cacheEnabled") is not True or method not in verbs:
        return None
    seconds = entry.get("cacheTtlSeconds", 300)
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None


def _read_headers(written: Json) -> tuple[tuple[str, str], ...]:
    if isinstance(written, Mapping):
        return tuple((str(name), str(value)) for name, value in written.items())
    return tuple((str(entry.get("name") or ""), str(entry.get("value") or "")) for entry in written or ())
