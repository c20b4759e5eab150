"""Everything about one step of an activity, as the step drawer and the API show it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from activities import services
from activities.compiled import compiled
from activities.errors import StepUnknown
from activities.fields import Reference
from activities.live import snapshot
from activities.messages import wire
from activities.models import Activity, Attempt, Child, ChildGroup, Step, StepDocument
from activities.scope import documents_result
from activities.steps import OpensWork, handler_for
from activities.steps.model_use import usage_of

DOCUMENTS_SHOWN = 1000
CHILDREN_SHOWN = 100


def step_detail(activity: Activity, slug: str) -> dict[str, Any]:
    """Return the step's view with input, result, logs, attempts, documents, its task, and why it does not run."""
    row = Step.objects.filter(activity=activity, slug=slug).first()
    if row is None:
        raise StepUnknown(slug)
    view = next(wire(step) for step in snapshot(activity.pk).steps if step.slug == slug)
    plan = compiled(activity.version_id, activity.pinned_id)
    fans_out = plan.graph.nodes[row.position].fan_out is not None
    handler = handler_for(row.kind)
    work = handler.work(activity.pk, row.position) if isinstance(handler, OpensWork) else None
    return view | {
        "config": plan.steps[row.position].config.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "dependsOn": [str(dependency) for dependency in plan.steps[row.position].depends_on],
        "conditionExpr": plan.steps[row.position].condition_expr,
        **shown_value(activity, "input", row.input),
        **shown_value(activity, "result", _of_documents(activity, slug) if fans_out else row.result),
        "children": _children(activity, row.position),
        "reason": row.reason,
        "logs": row.logs or [],
        "usage": usage_of(activity, row.position),
        "attempts": [attempt_view(activity, attempt) for attempt in _attempts(row)],
        "documents": _documents(activity, row),
        "task": {"url": work.url, "title": work.title, "status": work.status} if work else None,
        "why": services.why_not(activity, slug),
    }


def _of_documents(activity: Activity, slug: str) -> dict[str, Any]:
    return documents_result(activity, slug, most=DOCUMENTS_SHOWN)


def shown_value(activity: Activity, name: str, value: Any) -> dict[str, Any]:
    """Return a value under its name; of one that is huge, its size and where it is under `<name>Blob`."""
    if not isinstance(value, Reference):
        return {name: value}
    url = reverse("activity-blob", args=[activity.pk, value.digest])
    return {name: None, f"{name}Blob": {"id": value.digest, "size": value.size, "url": url}}


def attempt_view(activity: Activity, attempt: Attempt) -> dict[str, Any]:
    """Return an earlier try."""
    return {
        "run": attempt.run,
        "attempt": attempt.attempt,
        "status": attempt.status,
        "action": attempt.action,
        "error": attempt.error,
        **shown_value(activity, "result", attempt.result),
        "document": attempt.step_document.document.name if attempt.step_document else None,
        "startedAt": attempt.started_at,
        "finishedAt": attempt.finished_at,
    }


def _attempts(row: Step) -> list[Attempt]:
    known = Attempt.objects.filter(step=row).select_related("step_document__document")
    return list(known.order_by("run", "attempt", "pk")[:DOCUMENTS_SHOWN])


def _children(activity: Activity, position: int) -> dict[str, Any] | None:
    """Return how far the children of the step's newest attempt are, and the first of them."""
    group = ChildGroup.objects.filter(activity=activity, position=position).order_by("-attempt").first()
    if group is None:
        return None
    begun = Child.objects.filter(group=group, activity__isnull=False).order_by("number")
    fields = ("number", "activity_id", "activity__title", "activity__status")
    return {
        "mode": group.mode,
        "total": group.total,
        "started": group.started,
        "ended": group.ended,
        "items": [
            {
                "number": number,
                "id": str(key),
                "title": title,
                "status": status,
                "url": reverse("activities:activity", args=[key]),
            }
            for number, key, title, status in begun.values_list(*fields)[:CHILDREN_SHOWN]
        ],
    }


def _documents(activity: Activity, row: Step) -> list[dict[str, Any]]:
    rows = StepDocument.objects.filter(step=row).select_related("document").order_by("position")
    return [
        {
            "id": str(item.document_id),
            "name": item.document.name,
            "status": item.status,
            "action": item.action,
            "attempt": item.attempt,
            "error": item.error,
            **shown_value(activity, "result", item.result),
            "logs": item.logs or [],
            "startedAt": item.started_at,
            "finishedAt": item.finished_at,
        }
        for item in rows[:DOCUMENTS_SHOWN]
    ]
