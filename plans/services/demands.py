"""What a plan demands before a version of it is published: `metadata.publish: {requireTests, requireReview}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.errors import Invalid, NotAllowed
from plans.models import Organization, Person, Plan, PlanVersion

Cases = Callable[[Organization, Mapping[str, Any]], list[str]]

# Set by the app that runs plans: the test cases of a document that do not hold, each with the reason.
failing_cases: Cases | None = None


def require_demands(plan: Plan, version: PlanVersion, *, by: Person | None) -> None:
    """Raise NotAllowed where somebody else must publish, Invalid with the test cases that do not hold.

    What the published version demands counts too: nobody gets rid of a review by leaving it out. Without a person it is
    the operator who publishes, at the command line; nobody reviews that.
    """
    document = version.document()
    published = plan.published.document() if plan.published is not None else {}
    if by is not None and by.pk == version.author_id and _demands("requireReview", document, published):
        raise NotAllowed(
            _(
                'plan "%(slug)s" demands a review: you saved version %(number)d, so somebody else must publish it'
            )
            % {"slug": plan.slug, "number": version.number},
            code="review-required",
        )
    if _demands("requireTests", document, published):
        _require_cases(plan, version, document)


def _demands(name: str, *documents: Mapping[str, Any]) -> bool:
    return any(_publish_rules(document).get(name) is True for document in documents)


def _publish_rules(document: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = document.get("metadata")
    rules = metadata.get("publish") if isinstance(metadata, Mapping) else None
    return rules if isinstance(rules, Mapping) else {}


def _require_cases(plan: Plan, version: PlanVersion, document: Mapping[str, Any]) -> None:
    failing = (
        failing_cases(plan.organization, document)
        if failing_cases is not None
        else [_("nothing is installed that runs test cases")]
    )
    if failing:
        message = ngettext(
            'version %(number)d of plan "%(slug)s" can\'t be published: its test cases must hold; %(first)s',
            'version %(number)d of plan "%(slug)s" can\'t be published: %(count)d of its test cases do not hold; '
            "the first is %(first)s",
            len(failing),
        )
        said = {
            "number": version.number,
            "slug": plan.slug,
            "count": len(failing),
            "first": failing[0],
        }
        raise Invalid(message % said, code="test-cases-failing", failing=failing)
