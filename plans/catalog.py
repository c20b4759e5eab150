"""What an organization has that plans may refer to, as the checker wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from plans.language.findings import Catalog, live_actions, read_catalog
from plans.language.schema import Plan as Document
from plans.models import (
    AgentRuntime,
    Organization,
    Plan,
    PromptTemplate,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.shapes import bridge_shape, runtime_shape, status_shape, template_shape

# Set by the app that runs modules: the refs of all that are registered (without it they are taken on trust), and of
# those that run as steps only.
module_refs: Callable[[], frozenset[str]] | None = None
step_module_refs: Callable[[], frozenset[str]] = frozenset


def catalog_of(organization: Organization) -> Catalog:
    """Return what plans of the organization may name: its own resources in six queries, and the modules there are."""
    templates = TaskTemplate.objects.filter(organization=organization)
    statuses = TaskStatus.objects.filter(organization=organization)
    bridges = ServiceBridge.objects.filter(organization=organization)
    plans = Plan.objects.alive().filter(organization=organization)
    prompts = PromptTemplate.objects.filter(organization=organization)
    runtimes = AgentRuntime.objects.filter(organization=organization)
    catalog = read_catalog(
        {
            "taskTemplates": {row.slug: template_shape(row) for row in templates},
            "taskStatuses": {row.slug: status_shape(row) for row in statuses},
            "serviceBridges": {row.slug: bridge_shape(row) for row in bridges},
            "plans": list(plans.values_list("slug", flat=True)),
            "promptTemplates": list(prompts.values_list("slug", flat=True)),
            "agentRuntimes": {row.slug: runtime_shape(row) for row in runtimes},
        }
    )
    modules = module_refs() if module_refs is not None else None
    return replace(catalog, modules=modules, step_modules=step_module_refs())


def catalog_from(definitions: Mapping[str, Any]) -> Catalog:
    """Return a pinned document (`PinnedDefinitions.document`) as the checker wants it."""
    return read_catalog(definitions)


def actions_of(plan: Document, catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Return the action slugs that each step may end with, by the step's slug."""
    return {step.slug: live_actions(step, catalog) or () for step in plan.steps}
