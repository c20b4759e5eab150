"""Pinning: the definitions that an activity goes on with, whatever becomes of the originals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plans.digests import digest_of
from plans.language.schema import BridgeCallStep, CreateTaskStep, Plan, ScriptStep
from plans.models import Organization, PinnedDefinitions, ServiceBridge, TaskStatus, TaskTemplate
from plans.shapes import bridge_shape, status_shape, template_shape


def pin(organization: Organization, plan: Plan) -> PinnedDefinitions:
    """Return the definitions that the plan's steps refer to, as they are now, shared with others that are equal.

    Statuses are pinned whole, for a task may reach any of them; bridges whole where a script calls one by a name
    that only the run knows.
    """
    document = {
        "taskTemplates": _templates(organization, plan),
        "taskStatuses": _statuses(organization, plan),
        "serviceBridges": _bridges(organization, plan),
    }
    pinned, _made = PinnedDefinitions.objects.get_or_create(
        organization=organization, digest=digest_of(document), defaults={"document": document}
    )
    return pinned


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
        wanted = {
            reference_slug(step.config.service_bridge_ref)
            for step in plan.steps
            if isinstance(step, BridgeCallStep)
        }
        if not wanted:
            return {}
        rows = rows.filter(slug__in=wanted)
    return {row.slug: bridge_shape(row) for row in _sorted(rows)}


def _calls_by_name(step: object) -> bool:
    return isinstance(step, ScriptStep) and "serviceBridge" in step.config.script_body


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row.slug))
