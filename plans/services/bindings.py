"""Bindings: leave for a project to use what belongs to its organization."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext as _

from plans.access import require
from plans.errors import Invalid, NotFound
from plans.models import Binding, Organization, Person, Plan, Project, ServiceBridge, TaskStatus, TaskTemplate

BINDABLE: Final[dict[str, type[models.Model]]] = {
    "activity-plan": Plan,
    "task-template": TaskTemplate,
    "task-status": TaskStatus,
    "service-bridge": ServiceBridge,
}


def bind(project: Project, resource_type: str, slug: str, *, by: Person | None) -> tuple[Binding, bool]:
    """Bind a resource of the organization to the project; return the binding, and whether it is new."""
    if by is not None:
        require(by, "wire", project)
    _require_resource(project.organization, resource_type, slug)
    return Binding.objects.get_or_create(
        project=project,
        resource_type=resource_type,
        resource_slug=slug,
        defaults={"organization": project.organization},
    )


def unbind(binding: Binding, *, by: Person | None) -> None:
    """Take the leave away; activities in flight go on with what they pinned."""
    if by is not None:
        require(by, "wire", binding.project)
    binding.delete()


def _require_resource(organization: Organization, resource_type: str, slug: str) -> None:
    model = BINDABLE.get(resource_type)
    if model is None:
        raise Invalid(
            _('invalid resourceType "%(type)s"; it is one of %(types)s')
            % {"type": resource_type, "types": ", ".join(BINDABLE)},
            code="invalid-resource-type",
        )
    rows = model._default_manager.filter(organization=organization, slug=slug)
    if model is Plan:
        rows = rows.filter(deleted_at=None)
    if not rows.exists():
        raise NotFound(
            _('organization %(organization)s has no %(type)s "%(slug)s"')
            % {"organization": organization.slug, "type": resource_type, "slug": slug}
        )
