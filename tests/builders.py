"""Builders for tests, in the words of the project."""

from __future__ import annotations

from typing import Any

from plans.models import Binding, Membership, MembershipRole, Organization, Person, Plan, Project


def organization(slug: str = "northwind") -> Organization:
    """Return the organization of that slug, made at first use."""
    found, _made = Organization.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
    return found


def project(slug: str = "accounts-payable", *, organization_slug: str = "northwind") -> Project:
    """Return the project of that slug, made at first use."""
    found, _made = Project.objects.get_or_create(
        organization=organization(organization_slug),
        slug=slug,
        defaults={"name": slug.replace("-", " ").capitalize()},
    )
    return found


def person(name: str, *roles: str, project: Project | None = None) -> Person:
    """Return a person (password `secret`), with these roles in the project; a stranger without one."""
    found = Person.objects.filter(username=name).first()
    if found is None:
        found = Person.objects.create_user(
            name, f"{name}@northwind.example", "secret", first_name=name.capitalize()
        )
    if project is not None:
        membership, _made = Membership.objects.get_or_create(
            organization=project.organization, project=project, person=found
        )
        for role in roles:
            MembershipRole.objects.get_or_create(membership=membership, slug=role)
    return found


def document(*steps: dict[str, Any], slug: str = "invoices", **keys: Any) -> dict[str, Any]:
    """Return a plan document; without steps it has one script."""
    return {"slug": slug, "name": slug.capitalize(), "steps": list(steps) or [script("first")], **keys}


def script(slug: str, *depends_on: str, body: str = "return {};", **keys: Any) -> dict[str, Any]:
    """Return a SCRIPT step."""
    return {
        "slug": slug,
        "kind": "SCRIPT",
        "dependsOn": list(depends_on),
        "config": {"scriptBody": body},
        **keys,
    }


def plan(project: Project, *steps: dict[str, Any], slug: str = "invoices", **keys: Any) -> Plan:
    """Return a saved and published plan, bound to the project."""
    from plans.services import publish, save_plan

    saved = save_plan(project.organization, document(*steps, slug=slug, **keys), by=None)
    publish(saved.plan, by=None)
    bind(project, "activity-plan", slug)
    saved.plan.refresh_from_db()
    return saved.plan


def bind(project: Project, resource_type: str, slug: str) -> Binding:
    """Bind a resource of the organization to the project."""
    found, _made = Binding.objects.get_or_create(
        organization=project.organization, project=project, resource_type=resource_type, resource_slug=slug
    )
    return found


def ann() -> Person:
    """Return the person who may: every built-in role."""
    return person("ann", "author", "operator", "reviewer", "approver", "admin", project=project())


def ben() -> Person:
    """Return the person who may something: a viewer."""
    return person("ben", "viewer", project=project())


def cy() -> Person:
    """Return the stranger."""
    return person("cy")
