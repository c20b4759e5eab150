"""Bridge calls that a prompt is made with: `enrichment` of an LLM step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from activities.steps import Failed, StepCall, egress
from activities.steps.bridges import (
    WITHOUT_BODY,
    BridgeProblem,
    Endpoint,
    Values,
    bare_slug,
    read_bridge,
    send,
)
from activities.steps.failures import business, system, timeout
from plans.errors import Refused
from plans.language.expressions import PathSyntaxError, lookup

CALL_SECONDS: Final = 30.0
MAX_SAID: Final = 300
_TOKEN: Final = re.compile(r"\{([A-Za-z0-9_.-]+)\}")

Json = Any
# Asks one endpoint of a bridge with values by name; the number is that of the call within the step.
Enrich = Callable[[StepCall, str, str, Mapping[str, Json], int], "Json | Failed"]


@dataclass(slots=True)
class Enriched:
    """What the calls gave, by `outputKey`, and what there is to say about them."""

    values: dict[str, Json] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def enriched(
    call: StepCall, entries: tuple[dict[str, Json], ...], root: Mapping[str, Json], *, enrich: Enrich
) -> Enriched | Failed:
    """Make the calls in order; each sees what the ones before it gave. One that fails fails the step."""
    found = Enriched()
    for number, entry in enumerate(entries, start=1):
        reference, operation = str(entry.get("serviceBridgeRef") or ""), str(entry.get("operation") or "")
        if not reference or not operation:
            return system("EnrichmentError", f"enrichment[{number - 1}] needs serviceBridgeRef and operation")
        seen = {**root, "enrichment": found.values}
        values = _values(
            entry.get("inputMapping") or {}, seen, where=f"enrichment[{number - 1}]", found=found
        )
        given = enrich(call, reference, operation, values, number)
        if isinstance(given, Failed):
            return given
        found.values[str(entry.get("outputKey") or operation)] = given
    return found


def ask_bridge(
    call: StepCall, reference: str, operation: str, values: Mapping[str, Json], number: int
) -> Json | Failed:
    """Call a bridge for real: the values fill the path, then go as a JSON body, or as the query of a GET."""
    slug = bare_slug(reference)
    definition = call.definitions.get("serviceBridges", {}).get(slug)
    if definition is None:
        return system("BridgeProblem", f'step "{call.step.slug}" names unknown service bridge "{slug}"')
    target = f"{slug} {operation}"
    try:
        bridge = read_bridge(slug, definition)
        endpoint = bridge.endpoint(operation)
        reply = send(
            bridge,
            endpoint,
            _request(endpoint, values),
            organization_id=call.organization_id,
            idempotency_key=f"{call.idempotency_key}/{number}",
            seconds=min(CALL_SECONDS, call.timeout_seconds or CALL_SECONDS),
        )
    except (BridgeProblem, Refused, egress.EgressDenied) as problem:
        return system(type(problem).__name__, str(problem))
    except egress.EgressTimeout as error:
        return timeout("EgressTimeout", f"{target}: {error}")
    except egress.EgressError as error:
        return business(error.code, type(error).__name__, f"{target}: {error}")
    if 200 <= reply.status <= 299:
        return reply.body
    said = str(reply.body)[:MAX_SAID] if reply.body is not None else ""
    return business(
        reply.status, "BridgeError", f"{target} answered {reply.status}" + (f": {said}" if said else "")
    )


def _values(mapping: Json, root: Mapping[str, Json], *, where: str, found: Enriched) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for name, path in mapping.items() if isinstance(mapping, Mapping) else ():
        if not isinstance(path, str):
            values[name] = path
            continue
        try:
            met = lookup(root, path.removeprefix("$."))
        except PathSyntaxError as error:
            found.warnings.append(f"{where}.inputMapping.{name}: {error}")
            continue
        if met is None:
            found.warnings.append(f"{where}.inputMapping.{name}: {path} has no value")
        else:
            values[name] = met.value
    return values


def _request(endpoint: Endpoint, values: Mapping[str, Json]) -> Values:
    tokens = set(_TOKEN.findall(endpoint.path))
    path = {name: value for name, value in values.items() if name in tokens}
    rest = {name: value for name, value in values.items() if name not in tokens}
    if endpoint.method in WITHOUT_BODY:
        return Values(path=path, query=rest)
    return Values(path=path, body=rest, has_body=True)
