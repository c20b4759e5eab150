"""Findings about calls of service bridges (plan language 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from plans.language.finding import Finding, error, warning
from plans.language.findings.catalog import bare_slug
from plans.language.findings.subject import Subject
from plans.language.mentions import inputs_in_jsonata
from plans.language.schema import MAX_BRIDGE_SECONDS, BridgeCallConfig, StepBase

_MAPS: Final = ("request_body", "request_query", "request_path", "request_headers")
_TOKEN: Final = re.compile(r"(?<!\$)\{([^{}]+)\}")
_LITERAL: Final = re.compile(r"""\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*""")
_NOTHING: Final = object()


def check_bridges(subject: Subject) -> Iterator[Finding]:
    """Each call names a bridge and an endpoint that exist, and makes a request that the endpoint can take."""
    for step in subject.steps:
        if isinstance(step.config, BridgeCallConfig):
            yield from _check_call(step, step.config)
            yield from check_reference(
                subject,
                step,
                ref=step.config.service_bridge_ref,
                endpoint=step.config.endpoint_name,
                fields=("config.serviceBridgeRef", "config.endpointName"),
            )
            endpoint = _endpoint(subject, step.config)
            if endpoint is not None:
                yield from _check_path(step, step.config, endpoint)
                schema = endpoint.get("requestSchema")
                if isinstance(schema, Mapping):
                    yield from _check_enums(step, step.config.request_body, schema, "config.requestBody")
    yield from _check_inputs(subject)


def check_reference(
    subject: Subject, step: StepBase, *, ref: str, endpoint: str, fields: tuple[str, str]
) -> Iterator[Finding]:
    """The bridge is in the catalog, and it has the endpoint; an empty name has a finding of its own."""
    bridges = subject.catalog.service_bridges
    if not ref or bridges is None:
        return
    bridge = bridges.get(bare_slug(ref))
    if bridge is None:
        known = ", ".join(sorted(bridges)) or "none"
        message = f'step "{step.slug}" names unknown service bridge "{ref}" (known: {known})'
        yield error("bridge.unknown-service-bridge", message, step=step.slug, field=fields[0])
        return
    endpoints = _endpoints(bridge)
    if endpoint and endpoint not in endpoints:
        known = ", ".join(endpoints) or "none"
        message = f'step "{step.slug}" names unknown endpoint "{endpoint}" of service bridge "{ref}" (known: {known})'
        yield error("bridge.unknown-endpoint", message, step=step.slug, field=fields[1])


def _check_call(step: StepBase, config: BridgeCallConfig) -> Iterator[Finding]:
    slug = step.slug
    if not config.kept and not (config.service_bridge_ref and config.endpoint_name):
        message = f'step "{slug}" calls nothing: serviceBridgeRef and endpointName are both required'
        yield error("bridge.required-fields", message, step=slug, field="config")
    if config.request_script is not None and any(getattr(config, name) is not None for name in _MAPS):
        message = f'step "{slug}" has a requestScript and request maps; keep one of them'
        yield error("bridge.request-source-conflict", message, step=slug, field="config.requestScript")
    if config.timeout_seconds > MAX_BRIDGE_SECONDS:
        message = f'step "{slug}" is cut off after {MAX_BRIDGE_SECONDS} seconds, not {config.timeout_seconds}'
        yield warning("bridge.timeout-capped", message, step=slug, field="config.timeoutSeconds")


def _check_path(step: StepBase, config: BridgeCallConfig, endpoint: Mapping[str, Any]) -> Iterator[Finding]:
    path, slug, name = endpoint.get("path"), step.slug, config.endpoint_name
    if not isinstance(path, str):
        return
    tokens, given = _TOKEN.findall(path), config.request_path or {}
    for key in given:
        if key not in tokens:
            message = f'step "{slug}" fills "{key}", which is not in the path {path} of endpoint "{name}"'
            field = f"config.requestPath.{key}"
            yield error("bridge.request-binding-unknown", message, step=slug, field=field)
    missing = [token for token in dict.fromkeys(tokens) if token not in given]
    if missing and config.request_script is None:
        listed = ", ".join(f'"{token}"' for token in missing)
        message = f'step "{slug}" leaves {listed} of the path {path} of endpoint "{name}" open; fill it in requestPath'
        yield warning("bridge.path-token-unfilled", message, step=slug, field="config.requestPath")


def _check_enums(step: StepBase, body: object, schema: Mapping[str, Any], field: str) -> Iterator[Finding]:
    """Literals of the body are among what the schema lists, at any depth."""
    properties = schema.get("properties")
    if not isinstance(body, Mapping) or not isinstance(properties, Mapping):
        return
    for key, value in body.items():
        described = properties.get(key)
        if not isinstance(described, Mapping):
            continue
        allowed, literal = described.get("enum"), _literal(value)
        if isinstance(allowed, list) and literal is not _NOTHING and literal not in allowed:
            listed = ", ".join(str(each) for each in allowed)
            message = f'step "{step.slug}" sends {key} "{literal}", which the endpoint does not take (known: {listed})'
            yield error("bridge.status-enum", message, step=step.slug, field=f"{field}.{key}")
        yield from _check_enums(step, value, described, f"{field}.{key}")


def _literal(value: object) -> object:
    """Give the fixed value that will be sent; _NOTHING where that is computed, or an object."""
    if isinstance(value, str):
        match = _LITERAL.fullmatch(value)
        return (match[1] if match[1] is not None else match[2]) if match else _NOTHING
    return value if isinstance(value, bool | int | float) else _NOTHING


def _check_inputs(subject: Subject) -> Iterator[Finding]:
    if subject.declared_inputs is None:
        return
    for step, place in subject.authored:
        if step.kind == "BRIDGE_CALL" and place.language == "jsonata" and place.field != "conditionExpr":
            for name in inputs_in_jsonata(place.text):
                if subject.lacks_input(name):
                    message = (
                        f'{place.field} of step "{step.slug}" reads inputs.{name}, which no input option declares; '
                        f'declare "{name}" or correct the name'
                    )
                    yield warning(
                        "bridge.request-binding-unknown", message, step=step.slug, field=place.field
                    )


def _endpoint(subject: Subject, config: BridgeCallConfig) -> Mapping[str, Any] | None:
    bridges = subject.catalog.service_bridges or {}
    bridge = bridges.get(bare_slug(config.service_bridge_ref)) if config.service_bridge_ref else None
    return _endpoints(bridge).get(config.endpoint_name) if bridge is not None else None


def _endpoints(bridge: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    typed = bridge.get("endpoints")
    entries = typed if isinstance(typed, list | tuple) else ()
    return {
        entry["name"]: entry
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)
    }
