"""What activities show on the home page, in the plans list and in the pickers of the plan editor."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity, DocumentFamily
from activities.models.runs import ActivityQuerySet
from activities.modules import modules
from plans.context import LastRun
from plans.models import Organization, Person, Project
from plans.panels import ROWS, Panel, Row

PALETTE_ACTIVITIES = 20


def module_choices() -> list[dict[str, Any]]:
    """Return what the editor offers for an EXECUTION or an agent's tools: every module, with its options' schema."""
    return [
        {
            "ref": ref,
            "title": module.title,
            "description": _first_paragraph(module),
            "optionsSchema": module.options.model_json_schema(by_alias=True),
        }
        for ref, module in sorted(modules().items())
    ]


def _first_paragraph(module: object) -> str:
    described = inspect.getdoc(module) or ""
    return " ".join(described.split("\n\n")[0].split())


def document_statuses(organization: Organization) -> list[str]:
    """Return the statuses that documents of the organization have."""
    rows = DocumentFamily.objects.filter(organization=organization).exclude(status="")
    return list(rows.order_by("status").values_list("status", flat=True).distinct())


def running(person: Person, project: Project) -> Panel:
    """Return the activities under way, newest first."""
    found = _of(person, project).filter(status__in=["PENDING", "RUNNING", "PAUSED"])
    return _panel("running", _("Running"), found, _("Nothing is running. Start a plan to see it here."))


def failed(person: Person, project: Project) -> Panel:
    """Return the activities that failed, newest first."""
    found = _of(person, project).filter(status="FAILED")
    return _panel("failed", _("Failed"), found, _("Nothing has failed."))


def last_runs(project: Project, plans: Sequence[int]) -> dict[int, LastRun]:
    """Return the newest activity of each plan in the project; two queries."""
    mine = Activity.objects.filter(project=project, plan_id__in=plans)
    newest = dict(mine.values("plan_id").annotate(at=Max("created_at")).values_list("plan_id", "at"))
    rows = mine.filter(created_at__in=set(newest.values())).values_list(
        "plan_id", "pk", "status", "created_at"
    )
    return {
        plan_id: LastRun(reverse("activities:activity", args=[key]), status, at)
        for plan_id, key, status, at in rows
        if newest.get(plan_id) == at
    }


def palette(person: Person, project: Project) -> Sequence[dict[str, str]]:
    """Return the newest activities as places to go."""
    found = _of(person, project).order_by("-created_at").values_list("pk", "title")[:PALETTE_ACTIVITIES]
    return [
        {"label": title, "url": reverse("activities:activity", args=[key]), "hint": _("Activity")}
        for key, title in found
    ]


def _of(person: Person, project: Project) -> ActivityQuerySet:
    return Activity.objects.visible_to(person).listed().filter(project=project)


def _panel(slug: str, title: str, found: ActivityQuerySet, empty: str) -> Panel:
    newest = (
        found.select_related("plan").defer("state", "inputs", "output", "variables").order_by("-created_at")
    )
    rows = [
        Row(
            activity.title,
            reverse("activities:activity", args=[activity.pk]),
            status=activity.status,
            note=activity.plan.name,
            at=activity.finished_at or activity.started_at or activity.created_at,
        )
        for activity in newest[:ROWS]
    ]
    count = len(rows) if len(rows) < ROWS else found.count()
    return Panel(slug, title, count, rows, f"{reverse('activities:list')}?panel={slug}", empty)
