"""Finding what a request names: projects, organizations, plans, by slug or number, within what a person may see."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext as _

from plans.errors import Invalid, NotFound
from plans.models import Organization, Person, Plan, Project

Thing = TypeVar("Thing")


def find_project(person: Person, reference: object) -> Project:
    """Return the project that `reference` names: a number, a slug, or `organization/slug`; raise NotFound, Invalid.

    Without a reference, the person's only project is meant.
    """
    projects = Project.objects.visible_to(person).select_related("organization")
    text = str(reference or "").strip()
    if not text:
        return _only(list(projects[:2]), what=_("projectId"))
    organization, _separator, slug = text.rpartition("/")
    found = (
        projects.filter(pk=int(text)) if text.isdecimal() and len(text) < 19 else projects.filter(slug=slug)
    )
    if organization:
        found = found.filter(organization__slug=organization)
    rows = list(found[:2])
    if not rows:
        raise NotFound(_('there is no project "%(project)s", or not for you') % {"project": text})
    return _only(rows, what=_("projectId"))


def find_organization(person: Person, slug: object) -> Organization:
    """Return the organization of the slug, or the person's only one; raise NotFound, Invalid."""
    rows = Organization.objects.filter(memberships__person=person).distinct()
    text = str(slug or "").strip()
    if not text:
        return _only(list(rows[:2]), what=_("organization"))
    found = rows.filter(slug=text).first()
    if found is None:
        raise NotFound(_('there is no organization "%(slug)s", or not for you') % {"slug": text})
    return found


def find_plan(person: Person, slug: str, *, organization: object = None) -> Plan:
    """Return the plan of the slug, in the organization or where the person sees only one; raise NotFound, Invalid."""
    found = Plan.objects.visible_to(person).filter(slug=slug).select_related("organization")
    if organization:
        found = found.filter(organization__slug=str(organization))
    rows = list(found[:2])
    if not rows:
        raise NotFound(_('there is no plan "%(slug)s", or not for you') % {"slug": slug})
    return _only(rows, what=_("organization"))


def _only(rows: list[Thing], *, what: str) -> Thing:
    if not rows:
        raise NotFound(_("you are not a member of any project"))
    if len(rows) > 1:
        raise Invalid(_("several could be meant; name one by %(what)s") % {"what": what}, code="ambiguous")
    return rows[0]
