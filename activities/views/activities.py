"""Pages of activities: the list, and one activity live."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from activities.compiled import compiled
from activities.engine.state import ActivityStatus
from activities.live import events_after, snapshot
from activities.messages import wire
from activities.models import Activity
from plans.access import may
from plans.catalog import catalog_from
from plans.context import current_project
from plans.graph_view import graph_view
from plans.models import Person

PAGE = 50
EVENTS_SHOWN = 200


@require_GET
def activity_list(request: HttpRequest) -> HttpResponse:
    """List the project's activities, newest first, filtered by status, plan and words of the title."""
    project, person = current_project(request), _person(request)
    found = Activity.objects.visible_to(person).listed().filter(project=project)
    found = found.select_related("plan", "started_by").only(
        "title", "status", "created_at", "started_at", "finished_at", "plan__slug", "plan__name",
        "started_by__username", "started_by__first_name", "started_by__last_name",
    )  # fmt: skip
    status, plan, words = (request.GET.get(name, "").strip() for name in ("status", "plan", "q"))
    if status in ActivityStatus.__members__:
        found = found.filter(status=status)
    if plan:
        found = found.filter(plan__slug=plan)
    if words:
        found = found.filter(title__icontains=words)
    context = {
        "page": Paginator(found.order_by("-created_at"), PAGE).get_page(request.GET.get("page")),
        "statuses": list(ActivityStatus),
        "status": status,
        "plan": plan,
        "words": words,
        "breadcrumbs": [{"label": _("Activities")}],
    }
    return render(request, "activities/list.html", context)


@require_GET
def activity_page(request: HttpRequest, activity_id: UUID) -> HttpResponse:
    """Show one activity, live."""
    activity = get_object_or_404(
        Activity.objects.visible_to(_person(request)).select_related("plan", "project", "organization"),
        pk=activity_id,
    )
    context = {
        "activity": activity,
        "props": _props(activity, _person(request)),
        "breadcrumbs": [
            {"label": _("Activities"), "url": reverse("activities:list")},
            {"label": activity.title},
        ],
    }
    return render(request, "activities/activity.html", context)


def _props(activity: Activity, person: Person) -> dict[str, Any]:
    view = snapshot(activity.pk)
    plan = compiled(activity.version_id, activity.pinned_id)
    base = f"/api/activities/{activity.pk}"
    operates = may(person, "operate", activity.project)
    graph = graph_view(plan.plan, catalog_from(plan.definitions))
    return {
        "activityId": str(activity.pk),
        "snapshot": wire(view),
        "events": [wire(event) for event in events_after(activity.pk, max(0, view.seq - EVENTS_SHOWN))],
        "graph": graph | {"layout": activity.version.layout},
        "socketUrl": f"/ws/activities/{activity.pk}/",
        "urls": {
            "snapshot": f"{base}/snapshot",
            "events": f"{base}/events",
            "cancel": f"{base}/cancel",
            "retry": f"{base}/retry",
            "pause": f"{base}/pause",
            "resume": f"{base}/resume",
            "step": f"{base}/steps/{{slug}}",
            "plan": reverse("plans:plan", args=[activity.plan.slug]),
        },
        "may": dict.fromkeys(("cancel", "retry", "pause", "resume"), operates),
    }


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
