"""What the API says of plans and versions, in camelCase."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plans.language.finding import Finding
from plans.models import Plan, PlanVersion


def plan_shape(plan: Plan) -> dict[str, Any]:
    """Return a plan without its document; head and published version must have been read with it."""
    return {
        "slug": plan.slug,
        "name": plan.name,
        "description": plan.description,
        "organization": plan.organization.slug,
        "changeSequence": plan.change_sequence,
        "versionNumber": plan.head.number if plan.head else None,
        "publishedVersionNumber": plan.published.number if plan.published else None,
        "state": plan.state,
        "errors": plan.head.errors if plan.head else 0,
        "createdAt": plan.created_at,
        "updatedAt": plan.updated_at,
    }


def whole_shape(plan: Plan, version: PlanVersion) -> dict[str, Any]:
    """Return a plan flat with its document: exactly the document's own keys, and those around it."""
    around = {key: value for key, value in plan_shape(plan).items() if key not in ("name", "description")}
    return around | version.document()


def version_shape(version: PlanVersion, *, published_id: int | None) -> dict[str, Any]:
    """Return a version without its document."""
    return {
        "number": version.number,
        "note": version.note,
        "changes": version.changes,
        "errors": version.errors,
        "author": version.author.name if version.author else None,
        "published": version.pk == published_id,
        "createdAt": version.created_at,
    }


def finding_list(findings: Iterable[Finding]) -> list[dict[str, str | None]]:
    """Return findings as `{code, severity, message, step, field}`."""
    return [finding.as_dict() for finding in findings]
