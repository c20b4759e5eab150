"""What an organization has, for a trial of one of its plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities.trial.catalog import by_slug
from plans.language.schema import Plan as Document
from plans.models import Organization, Plan
from plans.services.pinning import definitions_of


def catalog_for(organization: Organization, plan: Document) -> dict[str, Any]:
    """Return the definitions that the plan refers to, and the slugs of all plans; a few queries, nothing saved."""
    plans = Plan.objects.alive().filter(organization=organization).values_list("slug", flat=True)
    known: dict[str, Any] = {slug: {} for slug in plans}
    return {**definitions_of(organization, plan), "plans": known}


def merged(own: Any, organization: Mapping[str, Any] | None) -> Any:
    """Return the catalog of a plan's `test` section laid over what its organization has."""
    if organization is None:
        return own
    typed = own if isinstance(own, Mapping) else {}
    names = dict.fromkeys([*organization, *typed])
    return {name: {**by_slug(organization.get(name)), **by_slug(typed.get(name))} for name in names}
