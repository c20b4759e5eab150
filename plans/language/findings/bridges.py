"""Findings about BRIDGE_CALL steps (plan language 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from plans.language.finding import Finding, error, warning
from plans.language.findings.catalog import bare_slug
from plans.language.findings.subject import Subject
from plans.language.schema import MAX_BRIDGE_SECONDS, BridgeCallConfig, StepBase

_MAPS: Final = ("request_body", "request_query", "request_path", "request_headers")
_TOKEN: Final = re.compile(r"\{([^{}]+)\}")


def check_bridges(subject: Subject) -> Iterator[Finding]:
    """Each call names a bridge and an endpoint that exist, and has one source of its request."""
    for step in subject.steps:
        if isinstance(step.config, BridgeCallConfig):
            yield from _check_call(step, step.config)
            if subject.catalog.service_bridges is not None:
                yield from _check_target(step, step.config, subject.catalog.service_bridges)


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


def _check_target(
    step: StepBase, config: BridgeCallConfig, bridges: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    slug, ref, name = step.slug, config.service_bridge_ref, config.endpoint_name
    if not ref:
        return
    bridge = bridges.get(bare_slug(ref))
    if bridge is None:
        message = f'step "{slug}" names unknown service bridge "{ref}"'
        yield error("bridge.unknown-service-bridge", message, step=slug, field="config.serviceBridgeRef")
        return
    endpoints = _endpoints(bridge)
    if name and name not in endpoints:
        message = f'step "{slug}" names unknown endpoint "{name}" of service bridge "{ref}"'
        yield error("bridge.unknown-endpoint", message, step=slug, field="config.endpointName")
    path = endpoints.get(name, {}).get("path")
    if isinstance(path, str):
        tokens = _TOKEN.findall(path)
        for key in config.request_path or {}:
            if key not in tokens:
                message = f'step "{slug}" fills "{key}", which is not in the path {path} of endpoint "{name}"'
                field = f"config.requestPath.{key}"
                yield error("bridge.request-binding-unknown", message, step=slug, field=field)


def _endpoints(bridge: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    typed = bridge.get("endpoints")
    entries = typed if isinstance(typed, list | tuple) else ()
    return {
        entry["name"]: entry
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)
    }
