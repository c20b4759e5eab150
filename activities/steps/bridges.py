"""Calls of service bridges, whole: guard, pace, token, the way out, and the answer back without secrets.

Secrets live here for the length of one call: they are resolved into the request, and redacted from all that comes back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from activities.steps import bridge_hooks, egress, oauth
from activities.steps.bridge_definition import (
    METHODS,
    WITHOUT_BODY,
    Bridge,
    BridgeProblem,
    Endpoint,
    RequestProblem,
    bare_slug,
    read_bridge,
)
from activities.steps.bridge_pace import RateLimited, keep_pace
from activities.steps.bridge_wire import Reply, Values, compose, fill_secrets, read_answer, secret_names
from plans.language.findings.values import schema_errors
from plans.secrets import redact, reveal

__all__ = [
    "METHODS",
    "WITHOUT_BODY",
    "Bridge",
    "BridgeProblem",
    "Endpoint",
    "RateLimited",
    "Reply",
    "RequestProblem",
    "Values",
    "bare_slug",
    "compose",
    "fill_secrets",
    "misfit",
    "read_answer",
    "read_bridge",
    "send",
]


def send(
    bridge: Bridge,
    endpoint: Endpoint,
    values: Values,
    *,
    organization_id: int,
    idempotency_key: str,
    seconds: float,
) -> Reply:
    """Make one call; raise BridgeProblem, or EgressError without a secret in its message.

    A 401 to a remembered token is answered by a new one, once. `seconds` bounds all of it, the wait for a turn too.
    The endpoint's scripts run around it: before the secrets are put in, and after they are taken out.
    """
    deadline = time.monotonic() + seconds
    _guard(endpoint, values)
    prepared = bridge_hooks.prepare(bridge, endpoint, values, seconds=_left(deadline))
    values = prepared.values
    scripted = frozenset(name.lower() for name in values.scripted)
    secrets = reveal(organization_id, secret_names(bridge, endpoint, values))
    request = compose(bridge, endpoint, values, secrets=secrets, idempotency_key=idempotency_key)
    # Half of the time is left for the call itself.
    keep_pace(bridge, organization_id=organization_id, seconds=seconds / 2)
    token = oauth.token_for(bridge, organization_id=organization_id, seconds=_left(deadline))
    ask = partial(
        _exchange,
        bridge,
        request,
        organization_id=organization_id,
        deadline=deadline,
        secrets=secrets,
        scripted=scripted,
    )
    answer = ask(token)
    if token is not None and token.remembered and answer.status == 401:
        token = oauth.token_for(bridge, organization_id=organization_id, seconds=_left(deadline), anew=True)
        answer = ask(token)
    reply = read_answer(answer, secrets=_known(secrets, token))
    reply = replace(reply, logs=tuple(prepared.logs))
    return bridge_hooks.finish(endpoint, reply, seconds=max(0.1, _seconds_until(deadline)))


def misfit(endpoint: Endpoint, body: Any) -> str:
    """Tell how an answer's body is not what `responseSchema` promises, "" if it is."""
    if endpoint.response_schema is None:
        return ""
    found = next(iter(schema_errors(endpoint.response_schema, body)), None)
    return f'the answer of endpoint "{endpoint.name}" is not as promised: {_at(found)}' if found else ""


def _guard(endpoint: Endpoint, values: Values) -> None:
    """Check the body by `requestSchema`, where a method takes none the query; raise RequestProblem."""
    if endpoint.request_schema is None:
        return
    queried = endpoint.method in WITHOUT_BODY
    value = dict(values.query or {}) if queried else values.body
    found = next(iter(schema_errors(endpoint.request_schema, value)), None)
    if found:
        part = "query" if queried else "body"
        raise RequestProblem(
            f'the {part} for endpoint "{endpoint.name}" does not fit its schema: {_at(found)}'
        )


def _at(found: tuple[str, str]) -> str:
    pointer, what = found
    return f"{pointer or '/'}: {what}"


def _exchange(
    bridge: Bridge,
    request: egress.Outgoing,
    token: oauth.Token | None,
    *,
    organization_id: int,
    deadline: float,
    secrets: Mapping[str, str],
    scripted: frozenset[str],
) -> egress.Answer:
    headers = dict(request.headers)
    if token is not None and bridge.auth is not None and bridge.auth.header_name.lower() not in scripted:
        oauth.authorize(headers, bridge.auth, token)
    sent = egress.Outgoing(request.method, request.url, headers, request.content)
    try:
        return egress.exchange(sent, allow=egress.allowed(organization_id), seconds=_left(deadline))
    except egress.EgressError as error:
        raise type(error)(redact(str(error), _known(secrets, token))) from None


def _known(secrets: Mapping[str, str], token: oauth.Token | None) -> tuple[str, ...]:
    return (*secrets.values(), *((token.text,) if token else ()))


def _seconds_until(deadline: float) -> float:
    return deadline - time.monotonic()


def _left(deadline: float) -> float:
    left = _seconds_until(deadline)
    if left <= 0:
        raise egress.EgressTimeout("the time of the call was over before it could be made")
    return left
