"""Runs with human steps, driven by hand: what tests of tasks stand on."""

from __future__ import annotations

from typing import Any

from activities import services
from activities.engine.state import Phase, unpack
from activities.models import Activity
from activities.worker import drive
from plans.models import Person, TaskTemplate
from tasks.models import Task
from tests import builders

FORM = {
    "type": "object",
    "required": ["supplier", "total"],
    "properties": {
        "supplier": {"type": "string", "title": "Supplier", "maxLength": 80},
        "total": {"type": "number", "title": "Total", "minimum": 0},
        "due": {"type": "string", "format": "date", "title": "Due"},
        "paid": {"type": "boolean", "title": "Paid already"},
        "currency": {"enum": ["EUR", "USD"], "title": "Currency"},
        "notes": {"type": "string", "title": "Notes", "format": "textarea"},
    },
    "layout": [{"title": "Who", "fields": ["supplier", "currency"]}, "total", "due"],
}
ACTIONS = [
    {"slug": "approve", "label": "Approve", "style": "primary"},
    {
        "slug": "reject",
        "label": "Reject",
        "style": "danger",
        "properties": {"requireComment": True, "gatedByCompleteness": False},
    },
]
METADATA: dict[str, Any] = {
    "title": "Review {{ inputs.supplier }}",
    "form": FORM,
    "actions": ACTIONS,
    "candidates": {"roles": ["reviewer"]},
}


def template(slug: str = "review", **metadata: Any) -> TaskTemplate:
    """Save a task template; keys replace those of `METADATA`."""
    made, _new = TaskTemplate.objects.update_or_create(
        organization=builders.organization(),
        slug=slug,
        defaults={"name": "Review", "description": "Look at it", "metadata": METADATA | metadata},
    )
    return made


def review_step(slug: str = "review", *depends_on: str, **config: Any) -> dict[str, Any]:
    """Return a CREATE_TASK step."""
    return {
        "slug": slug,
        "kind": "CREATE_TASK",
        "dependsOn": list(depends_on),
        "config": {"taskTemplateRef": "review"} | config,
    }


def approval_step(slug: str = "gate", *depends_on: str, **config: Any) -> dict[str, Any]:
    """Return an APPROVAL step."""
    rule = {} if "approvers" in config else {"approverRole": "finance-manager"}
    return {"slug": slug, "kind": "APPROVAL", "dependsOn": list(depends_on), "config": rule | config}


def start(*steps: dict[str, Any], by: Person | None = None, documents: Any = (), **inputs: Any) -> Activity:
    """Start a plan of these steps and do all that needs no person."""
    plan = builders.plan(builders.project(), *steps)
    activity = services.start(plan, project=builders.project(), by=by, inputs=inputs, documents=documents)
    return settle(activity)


def settle(activity: Activity) -> Activity:
    """Do all that needs no person."""
    while True:
        activity.refresh_from_db()
        phases = unpack(activity.state).phases
        ready = [place for place, phase in enumerate(phases) if phase in (Phase.GUARDING, Phase.QUEUED)]
        if not ready or activity.status != "RUNNING":
            return activity
        for position in ready:
            drive(activity.pk, position)


def review_task(*, by: Person | None = None, metadata: dict[str, Any] | None = None, **config: Any) -> Task:
    """Return the open task of a plan of one CREATE_TASK step, started with the input `supplier`."""
    template(**(metadata or {}))
    return open_task(start(review_step(**config), by=by, supplier="Acme"))


def approval_task(*, by: Person | None = None, **config: Any) -> Task:
    """Return the open approval of a plan of one APPROVAL step."""
    return open_task(start(approval_step(**config), by=by))


def open_task(activity: Activity) -> Task:
    """Return the activity's only open task."""
    return Task.objects.with_context().get(activity=activity, status="OPEN")


def step(activity: Activity, slug: str) -> Any:
    """Return a step's row."""
    return activity.steps.get(slug=slug)
