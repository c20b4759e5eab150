"""Members of a project and their roles."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from plans.access import ADMIN, require
from plans.errors import Conflict, Invalid, NotFound
from plans.models import Membership, MembershipRole, Person, Project
from plans.models.workspace import RESOURCE_SLUG


def set_roles(project: Project, member: Person, roles: Iterable[str], *, by: Person | None) -> Membership:
    """Make the person a member with exactly these roles; those that are not built in give candidacy only."""
    if by is not None:
        require(by, "administer", project)
    wanted = set(roles)
    for slug in wanted:
        _check_role(slug)
    with transaction.atomic():
        Project.objects.select_for_update().get(
            pk=project.pk
        )  # two admins may not leave each other out at once
        membership, _made = Membership.objects.get_or_create(
            project=project, person=member, defaults={"organization": project.organization}
        )
        if ADMIN not in wanted:
            _keep_an_admin(project, membership)
        membership.roles.exclude(slug__in=wanted).delete()
        for slug in wanted:
            MembershipRole.objects.get_or_create(membership=membership, slug=slug)
    return membership


def remove_member(project: Project, member: Person, *, by: Person | None) -> None:
    """End the membership; what the person did stays on record."""
    if by is not None:
        require(by, "administer", project)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        membership = Membership.objects.filter(project=project, person=member).first()
        if membership is None:
            raise NotFound(_("%(person)s is no member of this project") % {"person": member.name})
        _keep_an_admin(project, membership)
        membership.delete()


def _check_role(slug: str) -> None:
    try:
        RESOURCE_SLUG(slug)
    except ValidationError as error:
        raise Invalid(_('role "%(role)s" may hold a-z, 0-9 and - only') % {"role": slug}) from error
    if len(slug) > 80:
        raise Invalid(_("a role may be 80 characters long at most"))


def _keep_an_admin(project: Project, leaving: Membership) -> None:
    admins = MembershipRole.objects.filter(
        membership__project=project, slug=ADMIN, membership__person__is_active=True
    ).values_list("membership_id", flat=True)
    if list(admins) == [leaving.pk]:
        raise Conflict(
            _("%(person)s is the last administrator of %(project)s; make somebody else one first")
            % {"person": leaving.person.name, "project": project.name},
            code="last-administrator",
        )
