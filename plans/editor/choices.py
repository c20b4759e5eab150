"""What an author can choose from: all that an organization has which a plan may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from plans.access import ROLES
from plans.models import (
    AgentRuntime,
    MembershipRole,
    Organization,
    Person,
    Plan,
    PlanVersion,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)

# Set by the app that runs modules: `{ref, title, description, optionsSchema}` of each, sorted by ref.
module_choices: Callable[[], Sequence[Mapping[str, Any]]] | None = None
# Set by the app that keeps documents: the statuses that documents of the organization have had.
document_statuses: Callable[[Organization], Sequence[str]] | None = None

MODELS: Final = ("SMALL", "LARGE")
_NAME_IN_BRACES: Final = re.compile(r"(?<!\{)\{([A-Za-z_][\w.-]*)\}(?!\})")
_TOKEN: Final = re.compile(r"\{([^{}]+)\}")


def choices(organization: Organization) -> dict[str, Any]:
    """Return every list of the editor's pickers, in a fixed number of queries; secrets stand in none of them."""
    return {
        "modules": list(module_choices()) if module_choices is not None else [],
        "taskTemplates": [_template(row) for row in _of(TaskTemplate, organization)],
        "taskStatuses": [_status(row) for row in _of(TaskStatus, organization).order_by("sequence", "slug")],
        "bridges": [_bridge(row) for row in _of(ServiceBridge, organization)],
        "prompts": [_prompt(row) for row in _of(PromptTemplate, organization)],
        "agentRuntimes": [_runtime(row) for row in _of(AgentRuntime, organization)],
        "roles": _roles(organization),
        "people": _people(organization),
        "plans": _plans(organization),
        "scriptModules": [_script(row, organization) for row in _of(ScriptModule, organization)],
        "documentStatuses": _document_statuses(organization),
        "models": list(MODELS),
    }


def _of(model: Any, organization: Organization) -> Any:
    return model.objects.filter(organization=organization).order_by("slug")


def _named(row: Any) -> dict[str, Any]:
    return {"slug": row.slug, "name": row.name}


def _url(kind: str, slug: str) -> str:
    return reverse("plans:resource", args=[kind, slug])


def _template(row: TaskTemplate) -> dict[str, Any]:
    actions = row.metadata.get("actions")
    named = [entry for entry in actions if isinstance(entry, dict)] if isinstance(actions, list) else []
    return _named(row) | {
        "actions": [
            {"slug": entry["slug"], "label": entry.get("label") or entry["slug"]}
            for entry in named
            if isinstance(entry.get("slug"), str)
        ],
        "url": _url("task-templates", row.slug),
    }


def _status(row: TaskStatus) -> dict[str, Any]:
    return _named(row) | {"statusType": row.status_type, "url": _url("task-statuses", row.slug)}


def _bridge(row: ServiceBridge) -> dict[str, Any]:
    endpoints = row.definition.get("endpoints")
    return _named(row) | {
        "url": _url("service-bridges", row.slug),
        "endpoints": [
            _endpoint(entry)
            for entry in (endpoints if isinstance(endpoints, list) else [])
            if isinstance(entry, dict) and isinstance(entry.get("name"), str)
        ],
    }


def _endpoint(entry: Mapping[str, Any]) -> dict[str, Any]:
    path = str(entry.get("path", ""))
    shown = {
        "name": entry["name"],
        "method": entry.get("method", "GET"),
        "path": path,
        "description": entry.get("description") or "",
        "tokens": _TOKEN.findall(path),
    }
    schema = entry.get("requestSchema")
    return shown | ({"requestSchema": schema} if isinstance(schema, dict) else {})


def _prompt(row: PromptTemplate) -> dict[str, Any]:
    return _named(row) | {"variables": list(dict.fromkeys(_NAME_IN_BRACES.findall(row.prompt)))}


def _runtime(row: AgentRuntime) -> dict[str, Any]:
    return _named(row) | {"status": row.definition.get("status", "READY")}


def _script(row: ScriptModule, organization: Organization) -> dict[str, Any]:
    return _named(row) | {"ref": f"{organization.slug}/{row.slug}"}  # what scriptSidecars names it by


def _roles(organization: Organization) -> list[dict[str, str]]:
    rows = MembershipRole.objects.filter(membership__organization=organization)
    own = sorted(set(rows.values_list("slug", flat=True)) - set(ROLES))
    return [{"slug": slug, "name": slug.replace("-", " ").capitalize()} for slug in (*own, *ROLES)]


def _people(organization: Organization) -> list[dict[str, str]]:
    rows = Person.objects.filter(memberships__organization=organization, is_active=True).distinct()
    return [{"username": row.username, "name": row.name} for row in rows.order_by("username")]


def _plans(organization: Organization) -> list[dict[str, Any]]:
    """Name the plans, each with the inputs of the version that a start would use."""
    rows = Plan.objects.alive().filter(organization=organization).order_by("slug")
    named = list(rows.values_list("slug", "name", "published_id", "head_id"))
    used = {slug: published or head for slug, _name, published, head in named}
    versions = PlanVersion.objects.filter(pk__in=[pk for pk in used.values() if pk]).select_related("content")
    inputs = {version.pk: _inputs(version.content.document) for version in versions.only("content__document")}
    return [
        {"slug": slug, "name": name, "inputs": inputs.get(used[slug], [])}
        for slug, name, _published, _head in named
    ]


def _inputs(document: Mapping[str, Any]) -> list[str]:
    options = document.get("inputOptions")
    named = [option for option in options if isinstance(option, dict)] if isinstance(options, list) else []
    return [option["name"] for option in named if isinstance(option.get("name"), str)]


def _document_statuses(organization: Organization) -> list[dict[str, str]]:
    known = document_statuses(organization) if document_statuses is not None else ()
    return [{"slug": slug, "name": slug.replace("-", " ").capitalize() or _("none")} for slug in known]
