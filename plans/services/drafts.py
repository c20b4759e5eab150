"""Drafts: what a person is typing, kept as typed."""

from __future__ import annotations

from typing import Any

from plans.access import require_in
from plans.errors import Invalid
from plans.models import Person, Plan, PlanDraft, PlanVersion


def keep_draft(
    plan: Plan, document: object, *, by: Person, source: str = "", began_from: PlanVersion | None = None
) -> PlanDraft:
    """Keep what the person has typed; the draft remembers the version it began from (the head, at first)."""
    require_in(by, "author", plan.organization)
    if not isinstance(document, dict) and not source:
        raise Invalid("a draft is a plan document, or the text of one")
    values: dict[str, Any] = {"document": document, "source": source}
    if began_from is not None:
        values["began_from"] = began_from
    draft, _made = PlanDraft.objects.update_or_create(
        plan=plan, person=by, defaults=values, create_defaults={"began_from": plan.head, **values}
    )
    return draft


def draft_of(plan: Plan, person: Person) -> PlanDraft | None:
    """Return the person's draft; drafts of others are nobody's business."""
    return PlanDraft.objects.filter(plan=plan, person=person).select_related("began_from").first()


def discard_draft(plan: Plan, *, by: Person) -> None:
    """Throw the person's draft away."""
    PlanDraft.objects.filter(plan=plan, person=by).delete()
