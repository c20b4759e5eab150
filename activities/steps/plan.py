"""The handler of PLAN: a child activity of another plan."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from activities import children
from activities.models import Activity, ActivityDocument, Child
from activities.pages import count_pages, most_pages
from activities.starting import Startable, startable
from activities.steps import Failed, Json, LogLine, Outcome, StepCall, WorkLink
from activities.steps.bridge_request import resolve_values
from activities.steps.failures import system
from plans.errors import Refused
from plans.language.schema import PlanConfig
from plans.language.schema import Step as PlanStep
from plans.models import Plan


class ChildPlan:
    """Start the published version of a plan that the project is bound to, and end as it does.

    The child is given `inputs`, over what the step's own `input` resolves to, and the parent's documents.
    """

    def pure(self, step: PlanStep) -> bool:
        """To find out what to start touches nothing; it begins in the transaction that says that the step waits."""
        return True

    def run(self, call: StepCall) -> Outcome:
        """Wait for the child; a plan that can't be started is a system error, inputs it does not take are a failure."""
        config = call.step.config
        assert isinstance(config, PlanConfig)
        found = _plan(call, config.activity_plan_ref)
        if isinstance(found, Failed):
            return found
        inputs = _inputs(call, config)
        if isinstance(inputs, Failed):
            return inputs
        given, logs = inputs
        rows = ActivityDocument.objects.filter(activity=call.activity_id).select_related("document")
        if most_pages(found.document.document_family_groups) is not None:
            count_pages(found.document, [row.document for row in rows])
        return children.wait_for(call, children.Wanted("plan", found, [given]), logs=logs)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Cancel the child that nobody waits for any more."""
        children.withdraw(activity_id, position, reason=reason)

    def work(self, activity_id: UUID, position: int) -> WorkLink | None:
        """Return the step's newest child."""
        return newest_child(activity_id, position)


def newest_child(activity_id: UUID, position: int) -> WorkLink | None:
    """Return the newest child activity of a step."""
    known = Child.objects.filter(
        group__activity_id=activity_id, group__position=position, activity__isnull=False
    )
    child = known.select_related("activity").order_by("-group__attempt", "-number").first()
    if child is None or child.activity is None:
        return None
    url = reverse("activities:activity", args=[child.activity.pk])
    return WorkLink(url, child.activity.title, child.activity.status)


def _plan(call: StepCall, reference: str) -> Startable | Failed:
    organization, _separator, slug = reference.removeprefix("activity-plan://").rpartition("/")
    parent = Activity.objects.select_related("project__organization").get(pk=call.activity_id)
    plans = Plan.objects.alive().filter(organization_id=call.organization_id, slug=slug)
    plan = plans.select_related("organization", "published__content").first()
    if plan is None or organization not in ("", call.organization_slug):
        return system("UnknownPlan", f'step "{call.step.slug}" names unknown plan "{reference}"')
    try:
        ready = startable(plan, parent.project)
    except Refused as refusal:
        return system(type(refusal).__name__, f'step "{call.step.slug}": {refusal.message}')
    wrong = next((finding for finding in ready.findings if finding.severity == "error"), None)
    if wrong is not None:
        return system(
            "PlanHasErrors", f'plan "{slug}" of step "{call.step.slug}" has errors: {wrong.message}'
        )
    return ready


def _inputs(call: StepCall, config: PlanConfig) -> tuple[Json, list[LogLine]] | Failed:
    resolved = resolve_values(call, config.inputs, "inputs")
    if isinstance(resolved, Failed):
        return resolved
    values, logs = resolved
    below = call.input if isinstance(call.input, dict) else {}
    return (
        (below | values, list(logs))
        if config.inputs or call.input is None or below
        else (call.input, list(logs))
    )
