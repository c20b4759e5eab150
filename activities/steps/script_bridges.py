"""What a script reaches outside: the service bridges that its project is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activities.sandbox import HostError
from activities.steps import StepCall, egress
from activities.steps.bridge_cache import keep_reply, place_of_reply, recall_reply
from activities.steps.bridges import (
    WITHOUT_BODY,
    Bridge,
    BridgeProblem,
    Endpoint,
    Reply,
    Values,
    bare_slug,
    misfit,
    read_bridge,
    send,
)
from plans.errors import Refused
from plans.models import Binding

MAX_CALLS: Final = 10
CALL_SECONDS: Final = 10.0
MAX_SHOWN: Final = 500


class ScriptBridges:
    """Answer `serviceBridge.call(ref, endpoint, body?)` and `serviceBridge.list()` of one run of a script."""

    def __init__(self, call: StepCall) -> None:
        self._call = call
        self._calls = 0
        self._bridges: Mapping[str, Mapping[str, Any]] | None = None

    def __call__(self, name: str, arguments: list[Any]) -> Any:
        """Answer a host call; raise HostError, which is thrown in the script."""
        match name:
            case "serviceBridge.call":
                return self._request(*(*arguments, None, None, None)[:3])
            case "serviceBridge.list":
                return [listed(slug, definition) for slug, definition in self._bound().items()]
            case _:
                raise HostError(f"{name} is not available here", class_name="ReferenceError")

    def _request(self, ref: Any, endpoint_name: Any, body: Any) -> Any:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise HostError(
                f"a script may make {MAX_CALLS} bridge calls; this is one more", class_name="RangeError"
            )
        try:
            bridge = self._bridge(str(ref))
            endpoint = bridge.endpoint(str(endpoint_name))
            reply = self._send(bridge, endpoint, body)
        except (BridgeProblem, Refused, egress.EgressError) as error:
            raise HostError(str(error), class_name=type(error).__name__) from error
        if 200 <= reply.status <= 299:
            if problem := misfit(endpoint, reply.body):
                raise HostError(problem, class_name="BridgeError")
            return reply.body
        said = str(reply.body)[:MAX_SHOWN] if reply.body is not None else ""
        raise HostError(
            f"{bridge.slug} {endpoint.name} answered {reply.status}: {said}", class_name="BridgeError"
        )

    def _send(self, bridge: Bridge, endpoint: Endpoint, body: Any) -> Reply:
        has_body = body is not None and endpoint.method not in WITHOUT_BODY
        values = Values(body=body if has_body else None, has_body=has_body)
        place = place_of_reply(bridge, endpoint, values, organization_id=self._call.organization_id)
        kept = recall_reply(place)
        if kept is not None:
            return kept
        reply = send(
            bridge,
            endpoint,
            values,
            organization_id=self._call.organization_id,
            idempotency_key=f"{self._call.idempotency_key}/{self._calls}",
            seconds=CALL_SECONDS,
        )
        if 200 <= reply.status <= 299 and not misfit(endpoint, reply.body):
            keep_reply(place, reply)
        return reply

    def _bridge(self, ref: str) -> Bridge:
        slug = bare_slug(ref)
        definition = self._bound().get(slug)
        if definition is None:
            known = ", ".join(self._bound()) or "none"
            raise BridgeProblem(
                f'no service bridge "{slug}" is bound to project {self._call.project_slug} (bound: {known})'
            )
        return read_bridge(slug, definition)

    def _bound(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the pinned definitions of the bridges that the project is bound to now."""
        if self._bridges is None:
            rows = Binding.objects.filter(project_id=self._call.project_id, resource_type="service-bridge")
            bound = set(rows.values_list("resource_slug", flat=True))
            pinned = self._call.definitions.get("serviceBridges", {})
            self._bridges = {slug: pinned[slug] for slug in sorted(bound & set(pinned))}
        return self._bridges


def listed(slug: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bridge as `serviceBridge.list()` shows it: `{slug, name, endpoints: [{name, method, path}]}`."""
    endpoints = definition.get("endpoints") or ()
    return {
        "slug": slug,
        "name": definition.get("name") or slug,
        "endpoints": [{key: entry.get(key) for key in ("name", "method", "path")} for entry in endpoints],
    }
