"""Everything about one step of an activity, as the step drawer and the API show it."""

from __future__ import annotations

from typing import Any

from activities import services
from activities.compiled import compiled
from activities.errors import StepUnknown
from activities.live import snapshot
from activities.messages import wire
from activities.models import Activity, Attempt, Step, StepDocument
from activities.scope import documents_result
from activities.steps import OpensWork, handler_for
from activities.steps.model_use import usage_of

DOCUMENTS_SHOWN = 1000


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
        "input": row.input,
        "result": documents_result(activity, slug) if fans_out else row.result,
        "reason": row.reason,
        "logs": row.logs or [],
        "usage": usage_of(activity, row.position),
        "attempts": [attempt_view(attempt) for attempt in _attempts(row)],
        "documents": _documents(row),
        "task": {"url": work.url, "title": work.title, "status": work.status} if work else None,
        "why": services.why_not(activity, slug),
    }


def attempt_view(attempt: Attempt) -> dict[str, Any]:
    """Return an earlier try."""
    return {
        "run": attempt.run,
        "attempt": attempt.attempt,
        "status": attempt.status,
        "action": attempt.action,
        "error": attempt.error,
        "result": attempt.result,
        "document": attempt.step_document.document.name if attempt.step_document else None,
        "startedAt": attempt.started_at,
        "finishedAt": attempt.finished_at,
    }


def _attempts(row: Step) -> list[Attempt]:
    known = Attempt.objects.filter(step=row).select_related("step_document__document")
    return list(known.order_by("run", "attempt", "pk")[:DOCUMENTS_SHOWN])


def _documents(row: Step) -> list[dict[str, Any]]:
    rows = StepDocument.objects.filter(step=row).select_related("document").order_by("position")
    return [
        {
            "id": str(item.document_id),
            "name": item.document.name,
            "status": item.status,
            "action": item.action,
            "attempt": item.attempt,
            "error": item.error,
            "result": item.result,
            "logs": item.logs or [],
            "startedAt": item.started_at,
            "finishedAt": item.finished_at,
        }
        for item in rows[:DOCUMENTS_SHOWN]
    ]
