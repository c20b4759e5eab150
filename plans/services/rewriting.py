"""Legacy uuids: what a rewrite would change, and the rewrite itself (plan language 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from plans.access import require_in
from plans.language.refactor import rewrite_uuids as rewrite
from plans.language.spellings import read, write
from plans.models import Person, Plan
from plans.services.plans import Saved, save_plan, version_of


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A document with slugs in place of uuids, and sentences: which steps and actions, which references."""

    document: dict[str, Any]
    changes: Sequence[str]


def preview_rewrite(plan: Plan) -> Rewrite:
    """Return what `rewrite_uuids` would save; nothing is written."""
    return rewritten(version_of(plan, None).document())


def rewrite_uuids(plan: Plan, *, by: Person | None, expected: int | None = None) -> Saved:
    """Save the plan with slugs in place of all uuids; a plan without uuids stays as it is."""
    if by is not None:
        require_in(by, "author", plan.organization)
    found = preview_rewrite(plan)
    if not found.changes:
        version = version_of(plan, None)
        return Saved(plan, version, (), changed=False)
    note = _("Uuids rewritten as slugs")
    return save_plan(plan.organization, found.document, by=by, note=note, slug=plan.slug, expected=expected)


def rewritten(document: object) -> Rewrite:
    """Return any document with its uuids rewritten."""
    parsed, _findings = read(document)
    plan, changes = rewrite(parsed)
    return Rewrite(write(plan), [str(change) for change in changes])
