"""Task templates and statuses, service bridges, prompt templates, agent runtimes: saving and deleting."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plans.access import require_in
from plans.agent_runtimes import read_runtime
from plans.definitions import check_bridge, check_template
from plans.errors import Conflict, Invalid, NotFound
from plans.models import (
    AgentRuntime,
    Binding,
    Organization,
    Person,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.models.resources import Resource

AnyResource = TypeVar("AnyResource", bound=Resource)

# Who may, the name that bindings use, and what must hold of the values.
_VERBS: Final[dict[type[Resource], str]] = {
    TaskTemplate: "author",
    TaskStatus: "author",
    ServiceBridge: "administer",
    PromptTemplate: "author",
    ScriptModule: "author",
    AgentRuntime: "administer",
}
TYPE_NAMES: Final[dict[type[Resource], str]] = {
    TaskTemplate: "task-template",
    TaskStatus: "task-status",
    ServiceBridge: "service-bridge",
    PromptTemplate: "prompt-template",
    ScriptModule: "script-module",
    AgentRuntime: "agent-runtime",
}


def save_resource(
    model: type[AnyResource],
    organization: Organization,
    slug: str,
    values: dict[str, Any],
    *,
    by: Person | None,
    expected: int | None = None,
) -> AnyResource:
    """Make or change a resource; `values` are its model fields. `expected` 0: it must not exist yet.

    Activities in flight keep what they pinned.
    """
    if by is not None:
        require_in(by, _VERBS[model], organization)
    _check(model, values)
    try:
        with transaction.atomic():
            return _save(model, organization, slug, values, expected=expected)
    except IntegrityError as error:
        raise _taken(model, slug) from error


def delete_resource(resource: Resource, *, by: Person | None) -> None:
    """Delete a resource; refused while a project is bound to it."""
    if by is not None:
        require_in(by, _VERBS[type(resource)], resource.organization)
    kind = TYPE_NAMES[type(resource)]
    bound = Binding.objects.filter(
        organization=resource.organization, resource_type=kind, resource_slug=resource.slug
    ).count()
    if bound:
        raise Conflict(
            _('%(type)s "%(slug)s" is bound to %(count)d project(s); unbind it before deleting')
            % {"type": kind, "slug": resource.slug, "count": bound},
            code="resource-is-bound",
        )
    resource.delete()


def _check(model: type[Resource], values: dict[str, Any]) -> None:
    if "metadata" in values:
        check_template(values["metadata"])
    if "definition" in values:
        (read_runtime if model is AgentRuntime else check_bridge)(values["definition"])
    if "status_type" in values and values["status_type"] not in TaskStatus.Type.values:
        raise Invalid(
            _('statusType "%(type)s" is none of %(types)s')
            % {"type": values["status_type"], "types": ", ".join(TaskStatus.Type.values)}
        )


def _save(
    model: type[AnyResource],
    organization: Organization,
    slug: str,
    values: dict[str, Any],
    *,
    expected: int | None,
) -> AnyResource:
    rows: Any = model._default_manager.select_for_update()
    resource: AnyResource | None = rows.filter(organization=organization, slug=slug).first()
    if resource is None:
        if expected:
            raise NotFound(_('there is no %(type)s "%(slug)s"') % {"type": TYPE_NAMES[model], "slug": slug})
        resource = model(organization=organization, slug=slug, name=slug, change_sequence=0)
    elif expected == 0:
        raise _taken(model, slug)
    elif expected is not None and expected != resource.change_sequence:
        raise Conflict(
            _("stale changeSequence: expected %(expected)d but resource is at %(is)d; re-fetch and retry")
            % {"expected": expected, "is": resource.change_sequence},
            code="stale-change-sequence",
            changeSequence=resource.change_sequence,
        )
    for name, value in values.items():
        setattr(resource, name, value)
    resource.change_sequence += 1
    _clean(resource)
    resource.save()
    return resource


def _clean(resource: Resource) -> None:
    try:
        resource.clean_fields(exclude=["metadata", "definition", "organization"])
    except ValidationError as error:
        problems = [f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
        raise Invalid("; ".join(problems), code="invalid-definition", problems=problems) from error


def _taken(model: type[Resource], slug: str) -> Conflict:
    return Conflict(
        _('there is a %(type)s "%(slug)s" already; choose another slug, or change that one')
        % {"type": TYPE_NAMES[model], "slug": slug},
        code="slug-taken",
    )
