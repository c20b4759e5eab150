"""The shapes in which what plans refer to goes out: to the checker, to pins, over the API."""

from __future__ import annotations

from typing import Any

from plans.models import AgentRuntime, PromptTemplate, ScriptModule, ServiceBridge, TaskStatus, TaskTemplate


def template_shape(template: TaskTemplate) -> dict[str, Any]:
    """Return `{slug, name, description, metadata}`."""
    return {
        "slug": template.slug,
        "name": template.name,
        "description": template.description,
        "metadata": template.metadata,
    }


def status_shape(status: TaskStatus) -> dict[str, Any]:
    """Return `{slug, name, statusType, color, sequence}`."""
    return {
        "slug": status.slug,
        "name": status.name,
        "statusType": status.status_type,
        "color": status.color,
        "sequence": status.sequence,
    }


def bridge_shape(bridge: ServiceBridge) -> dict[str, Any]:
    """Return the definition with `slug`, `name` and `description`; secrets stand in it by name only."""
    return {"slug": bridge.slug, "name": bridge.name, "description": bridge.description, **bridge.definition}


def prompt_shape(prompt: PromptTemplate) -> dict[str, Any]:
    """Return `{slug, name, description, prompt}`."""
    return {
        "slug": prompt.slug,
        "name": prompt.name,
        "description": prompt.description,
        "prompt": prompt.prompt,
    }


def script_shape(module: ScriptModule) -> dict[str, Any]:
    """Return `{slug, name, description, script}`."""
    return {
        "slug": module.slug,
        "name": module.name,
        "description": module.description,
        "script": module.script,
    }


def runtime_shape(runtime: AgentRuntime) -> dict[str, Any]:
    """Return the definition with `slug`, `name` and `description`; secrets stand in it by name only."""
    return {
        "slug": runtime.slug,
        "name": runtime.name,
        "description": runtime.description,
        **runtime.definition,
    }
