"""Pinning: the definitions that an activity goes on with, whatever becomes of the originals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from plans.digests import digest_of
from plans.language.schema import AgentStep, BridgeCallStep, CreateTaskStep, LlmStep, Plan, ScriptStep
from plans.models import (
    AgentRuntime,
    Organization,
    PinnedDefinitions,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.shapes import bridge_shape, prompt_shape, runtime_shape, script_shape, status_shape, template_shape


def pin(organization: Organization, plan: Plan) -> PinnedDefinitions:
    """Return the definitions that the plan's steps refer to, as they are now, shared with others that are equal."""
    document = definitions_of(organization, plan)
    pinned, _made = PinnedDefinitions.objects.get_or_create(
        organization=organization, digest=digest_of(document), defaults={"document": document}
    )
    return pinned


def definitions_of(organization: Organization, plan: Plan) -> dict[str, Any]:
    """Return the definitions that the plan's steps refer to, by slug.

    Statuses are there whole, for a task may reach any of them; bridges whole where a script calls one by a name that
    only the run knows, and prompt templates likewise. What the plan does not name at all has no key; what it names and
    nobody has is missing under its key.
    """
    document = {
        "taskTemplates": _templates(organization, plan),
        "taskStatuses": _statuses(organization, plan),
        "serviceBridges": _bridges(organization, plan),
    }
    more = {"promptTemplates": _prompts(organization, plan), "agentRuntimes": _runtimes(organization, plan)}
    more["scriptModules"] = _scripts(organization, plan)
    return document | {key: found for key, found in more.items() if found is not None}


def reference_slug(reference: str) -> str:
    """Return the slug of `slug`, `org/slug` or `task-template://org/slug`."""
    return reference.rsplit("/", 1)[-1]


def _templates(organization: Organization, plan: Plan) -> dict[str, Any]:
    wanted = {
        reference_slug(step.config.task_template_ref)
        for step in plan.steps
        if isinstance(step, CreateTaskStep)
    }
    rows = TaskTemplate.objects.filter(organization=organization, slug__in=wanted) if wanted else ()
    return {row.slug: template_shape(row) for row in _sorted(rows)}


def _statuses(organization: Organization, plan: Plan) -> dict[str, Any]:
    if not any(isinstance(step, CreateTaskStep) for step in plan.steps):
        return {}
    rows = TaskStatus.objects.filter(organization=organization).order_by("sequence", "slug")
    return {row.slug: status_shape(row) for row in rows}


def _bridges(organization: Organization, plan: Plan) -> dict[str, Any]:
    rows = ServiceBridge.objects.filter(organization=organization)
    if not any(_calls_by_name(step) for step in plan.steps):
        wanted = {reference_slug(ref) for step in plan.steps for ref in _bridge_refs(step)}
        if not wanted:
            return {}
        rows = rows.filter(slug__in=wanted)
    return {row.slug: bridge_shape(row) for row in _sorted(rows)}


def _bridge_refs(step: object) -> Iterator[str]:
    if isinstance(step, BridgeCallStep):
        yield step.config.service_bridge_ref
    elif isinstance(step, LlmStep):
        yield from (str(entry.get("serviceBridgeRef", "")) for entry in step.config.enrichment)


def _prompts(organization: Organization, plan: Plan) -> dict[str, Any] | None:
    rows = PromptTemplate.objects.filter(organization=organization)
    if not any(_prompts_by_name(step) for step in plan.steps):
        wanted = {
            reference_slug(step.config.prompt_template_ref)
            for step in plan.steps
            if isinstance(step, LlmStep) and step.config.prompt_template_ref
        }
        if not wanted:
            return None
        rows = rows.filter(slug__in=wanted)
    return {row.slug: prompt_shape(row) for row in _sorted(rows)}


def _runtimes(organization: Organization, plan: Plan) -> dict[str, Any] | None:
    wanted = {
        reference_slug(step.config.agent_runtime_ref) for step in plan.steps if isinstance(step, AgentStep)
    }
    if not wanted:
        return None
    rows = AgentRuntime.objects.filter(organization=organization, slug__in=wanted)
    return {row.slug: runtime_shape(row) for row in _sorted(rows)}


def _scripts(organization: Organization, plan: Plan) -> dict[str, Any] | None:
    wanted = {
        reference_slug(reference)
        for step in plan.steps
        if isinstance(step, ScriptStep)
        for reference in step.config.script_sidecars
    }
    if not wanted:
        return None
    rows = ScriptModule.objects.filter(organization=organization, slug__in=wanted)
    return {row.slug: script_shape(row) for row in _sorted(rows)}


def _prompts_by_name(step: object) -> bool:
    return _may_use(step, "invokeWithPromptRef")


def _calls_by_name(step: object) -> bool:
    return _may_use(step, "serviceBridge")


def _may_use(step: object, name: str) -> bool:
    """Tell if a script can use a global: its text has the name, or it has sidecars, which may."""
    return isinstance(step, ScriptStep) and (
        name in step.config.script_body or bool(step.config.script_sidecars)
    )


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row.slug))
