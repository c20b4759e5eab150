"""The handler of BRIDGE_CALL: one HTTP call to an endpoint of a service bridge."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from activities.steps import Completed, Failed, LogLine, Outcome, StepCall, egress, logs
from activities.steps.bridge_answer import map_answer
from activities.steps.bridge_cache import Place, keep_reply, place_of_reply, recall_reply
from activities.steps.bridge_request import Resolved, resolve_request
from activities.steps.bridges import (
    Bridge,
    BridgeProblem,
    Endpoint,
    RateLimited,
    Reply,
    bare_slug,
    misfit,
    read_bridge,
    send,
)
from activities.steps.failures import business, system, timeout
from plans.errors import Refused
from plans.language.schema import BridgeCallConfig
from plans.language.schema import Step as PlanStep


class BridgeCall:
    """Resolve the request, send it, map the answer."""

    def pure(self, step: PlanStep) -> bool:
        """Tell that it touches the outside."""
        return False

    def run(self, call: StepCall) -> Outcome:
        """Make the call; a refusal of ours is a system error, one of theirs a business failure."""
        config = call.step.config
        assert isinstance(config, BridgeCallConfig)
        try:
            bridge = _bridge(call, config)
            endpoint = bridge.endpoint(config.endpoint_name)
        except BridgeProblem as problem:
            return system(type(problem).__name__, str(problem))
        request = resolve_request(call)
        if isinstance(request, Failed):
            return request
        return _sent(call, config, bridge=bridge, endpoint=endpoint, request=request)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Nothing waits."""


def _bridge(call: StepCall, config: BridgeCallConfig) -> Bridge:
    slug = bare_slug(config.service_bridge_ref)
    definition = call.definitions.get("serviceBridges", {}).get(slug)
    if definition is None:
        raise BridgeProblem(f'step "{call.step.slug}" names unknown service bridge "{slug}"')
    return read_bridge(slug, definition)


def _sent(
    call: StepCall, config: BridgeCallConfig, *, bridge: Bridge, endpoint: Endpoint, request: Resolved
) -> Completed | Failed:
    place = None
    if not config.disable_cache:
        place = place_of_reply(bridge, endpoint, request.values, organization_id=call.organization_id)
    target = f"{bridge.slug} {endpoint.name}"
    reply = recall_reply(place)
    if reply is not None:
        told = logs.line("info", f"{endpoint.method} {target}: an earlier answer ({reply.status}) was used")
        return _mapped(config, endpoint, reply, place=place, told=[*request.logs, told])
    began = time.monotonic()
    try:
        reply = _ask(call, config, bridge=bridge, endpoint=endpoint, request=request)
    except (BridgeProblem, Refused, egress.EgressDenied) as problem:
        return system(type(problem).__name__, str(problem), logs=request.logs)
    except egress.EgressTimeout as error:
        return timeout("EgressTimeout", f"{target}: {error}", logs=request.logs)
    except egress.EgressError as error:
        failed = business(error.code, type(error).__name__, f"{target}: {error}", logs=request.logs)
        return replace(failed, retry_after=error.retry_after) if isinstance(error, RateLimited) else failed
    told = logs.line(
        "info", f"{endpoint.method} {target} answered {reply.status} in {time.monotonic() - began:.2f} s"
    )
    return _mapped(config, endpoint, reply, place=place, told=[*request.logs, *reply.logs, told])


def _ask(
    call: StepCall, config: BridgeCallConfig, *, bridge: Bridge, endpoint: Endpoint, request: Resolved
) -> Reply:
    return send(
        bridge,
        endpoint,
        request.values,
        organization_id=call.organization_id,
        idempotency_key=f"{call.idempotency_key}/1",
        seconds=min(config.effective_timeout, call.timeout_seconds or config.effective_timeout),
    )


def _mapped(
    config: BridgeCallConfig,
    endpoint: Endpoint,
    reply: Reply,
    *,
    place: Place | None,
    told: Sequence[LogLine],
) -> Completed | Failed:
    """Map the answer; one that is good and as promised may be given again."""
    outcome = map_answer(config, reply.as_json(), retry_after=reply.retry_after)
    if isinstance(outcome, Completed):
        if problem := misfit(endpoint, reply.body):
            failed = business("response-schema", "ResponseError", problem, logs=logs.capped(told))
            return replace(failed, result=reply.as_json())
        if 200 <= reply.status <= 299:
            keep_reply(place, reply)
    return replace(outcome, logs=logs.capped([*told, *outcome.logs]))
