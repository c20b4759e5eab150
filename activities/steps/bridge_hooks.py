"""What the scripts of an endpoint do around a call: `initScript`, `preSendScript`, `postReplyScript`.

Rule 1: each runs by itself in the sandbox with `input` alone, and returns an object of what it changes, or nothing.
Rule 2: no script sees a secret. Headers are shown as they were written, `${secrets.NAME}` included; what a script
returns in a header may name the secrets that its bridge names already, and no others.
Rule 3: a script that fails, fails the call: `initScript` and `preSendScript` before anything was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from activities import sandbox
from activities.steps import LogLine
from activities.steps.bridge_definition import WITHOUT_BODY, Bridge, Endpoint
from activities.steps.bridge_wire import Reply, Values, parsed, secrets_in
from activities.steps.egress import EgressError

SECONDS: Final = 10.0
_MEMORY: Final = 64 * 1024 * 1024
_OUTPUT: Final = 1024 * 1024

Json = Any


class HookFailed(EgressError):
    """A script of the endpoint threw, ran too long, or returned what nothing can be done with."""

    code = "bridge-script"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as the scripts before it made it, and what they logged."""

    values: Values
    logs: Sequence[LogLine] = ()


def prepare(bridge: Bridge, endpoint: Endpoint, values: Values, *, seconds: float) -> Prepared:
    """Run `initScript` and `preSendScript`; raise HookFailed."""
    if not (endpoint.init_script or endpoint.pre_send_script):
        return Prepared(values)
    headers = _authored(bridge, endpoint, values)
    where = {
        "baseUrl": bridge.base_url,
        "endpointName": endpoint.name,
        "method": endpoint.method,
        "path": endpoint.path,
    }
    first, logs = _run(
        endpoint,
        "initScript",
        {"headers": headers, "config": where},
        known=("headers", "context"),
        seconds=seconds,
    )
    scripted = _headers(endpoint, "initScript", first)
    given: dict[str, Json] = {"headers": headers | scripted}
    given |= {"body": values.body} if values.has_body else {}
    given |= {"context": first["context"]} if first.get("context") is not None else {}
    second, more = _run(endpoint, "preSendScript", given, known=("headers", "body"), seconds=seconds)
    scripted |= _headers(endpoint, "preSendScript", second)
    values = replace(values, scripted=scripted, scripted_secrets=_named(bridge, endpoint))
    if second.get("body") is not None:
        if endpoint.method in WITHOUT_BODY:
            raise _failed(endpoint, "preSendScript", f"returned a body, and {endpoint.method} sends none")
        values = replace(values, body=second["body"], has_body=True)
    return Prepared(values, [*logs, *more])


def finish(endpoint: Endpoint, reply: Reply, *, seconds: float) -> Reply:
    """Run `postReplyScript` over the answer, in which no secret is left; raise HookFailed."""
    given = {"body": reply.body, "statusCode": reply.status}
    told, logs = _run(endpoint, "postReplyScript", given, known=("body", "statusCode"), seconds=seconds)
    status = told.get("statusCode", reply.status)
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
        raise _failed(endpoint, "postReplyScript", "must return a statusCode from 100 to 599")
    body = told["body"] if told.get("body") is not None else reply.body
    if isinstance(body, str) and body is not reply.body:
        body = parsed(body)
    return replace(reply, status=status, body=body, logs=(*reply.logs, *logs))


def _run(
    endpoint: Endpoint, name: str, given: Json, *, known: tuple[str, ...], seconds: float
) -> tuple[dict[str, Json], Sequence[LogLine]]:
    script = endpoint.script(name)
    if not script:
        return {}, ()
    limits = sandbox.Limits(min(SECONDS, seconds), _MEMORY, _OUTPUT)
    outcome = sandbox.run_script(script, {"input": given}, limits=limits, kind="hooks")
    if outcome.error:
        place = f" ({outcome.error['place']})" if outcome.error.get("place") else ""
        raise _failed(endpoint, name, f"{outcome.error['class']}: {outcome.error['message']}{place}")
    returned = outcome.value if outcome.value is not None else {}
    if not isinstance(returned, dict):
        raise _failed(endpoint, name, f"must return an object of {', '.join(known)}, or nothing")
    unknown = next((key for key in returned if key not in known), None)
    if unknown is not None:
        raise _failed(endpoint, name, f'returned "{unknown}"; it may return {", ".join(known)}')
    return returned, outcome.logs


def _headers(endpoint: Endpoint, name: str, returned: Mapping[str, Json]) -> dict[str, str]:
    headers = returned.get("headers")
    if headers is None:
        return {}
    if not isinstance(headers, dict) or not all(isinstance(text, str) for text in headers.values()):
        raise _failed(endpoint, name, "must return headers as an object of texts")
    return headers


def _failed(endpoint: Endpoint, name: str, what: str) -> HookFailed:
    return HookFailed(f'{name} of endpoint "{endpoint.name}": {what}')


def _authored(bridge: Bridge, endpoint: Endpoint, values: Values) -> dict[str, Json]:
    """Return the headers as they were written, in the order in which later ones win."""
    return {**dict(bridge.headers), **dict(endpoint.headers), **(values.headers or {})}


def _named(bridge: Bridge, endpoint: Endpoint) -> frozenset[str]:
    texts = [text for _, text in (*bridge.headers, *endpoint.headers)]
    return frozenset(secrets_in(*texts, endpoint.init_script, endpoint.pre_send_script))
