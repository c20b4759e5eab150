"""Who may: the one table of verb and role, and the questions asked of it."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from plans.errors import NotAllowed
from plans.models import MembershipRole, Organization, Person, Project

VIEWER, REVIEWER, APPROVER, AUTHOR, OPERATOR, ADMIN = (
    "viewer",
    "reviewer",
    "approver",
    "author",
    "operator",
    "admin",
)
ROLES: Final = (VIEWER, REVIEWER, APPROVER, AUTHOR, OPERATOR, ADMIN)

VERBS: Final[dict[str, frozenset[str]]] = {
    "see": frozenset(ROLES),
    "work": frozenset({REVIEWER, APPROVER, ADMIN}),  # claim and finish tasks as a candidate, comment
    "decide": frozenset({APPROVER, ADMIN}),  # approvals, as a candidate
    "author": frozenset({AUTHOR, ADMIN}),  # draft, save and publish plans, templates
    "start": frozenset({REVIEWER, APPROVER, AUTHOR, OPERATOR, ADMIN}),  # activities; upload documents
    "operate": frozenset({OPERATOR, ADMIN}),  # retry, rerun, skip, cancel, pause, replan, reassign
    "wire": frozenset({AUTHOR, OPERATOR, ADMIN}),  # triggers, intakes, bindings
    "administer": frozenset({ADMIN}),  # bridges, secrets, members, roles
}


def roles_of(person: Person, project: Project) -> frozenset[str]:
    """Return the slugs of the person's roles in the project, custom ones too; empty for a stranger."""
    rows = MembershipRole.objects.filter(membership__person=person, membership__project=project)
    return frozenset(rows.values_list("slug", flat=True))


def may(person: Person, verb: str, project: Project) -> bool:
    """Tell if one of the person's roles in the project has the verb; raise KeyError for an unknown verb."""
    allowed = VERBS[verb]
    return person.is_active and bool(roles_of(person, project) & allowed)


def require(person: Person, verb: str, project: Project) -> None:
    """Raise NotAllowed unless the person may; the message names the roles that would do."""
    if may(person, verb, project):
        return
    raise NotAllowed(
        _("%(person)s may not %(verb)s in project %(project)s; that takes one of the roles %(roles)s")
        % {
            "person": person.name,
            "verb": verb,
            "project": project.name,
            "roles": ", ".join(sorted(VERBS[verb])),
        }
    )


def may_in(person: Person, verb: str, organization: Organization) -> bool:
    """Tell if the person has the verb in any project of the organization: for what belongs to the organization."""
    rows = MembershipRole.objects.filter(membership__person=person, membership__organization=organization)
    return person.is_active and rows.filter(slug__in=VERBS[verb]).exists()


def require_in(person: Person, verb: str, organization: Organization) -> None:
    """Raise NotAllowed unless the person has the verb in a project of the organization."""
    if may_in(person, verb, organization):
        return
    raise NotAllowed(
        _(
            "%(person)s may not %(verb)s in organization %(organization)s; that takes one of the roles %(roles)s"
        )
        % {
            "person": person.name,
            "verb": verb,
            "organization": organization.name,
            "roles": ", ".join(sorted(VERBS[verb])),
        }
    )
