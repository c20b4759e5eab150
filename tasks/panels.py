"""What tasks show on the home page, in the rail and in the palette."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from plans.models import Person, Project
from plans.panels import ROWS, Panel, Row
from tasks import inbox

PALETTE_TASKS = 50


def mine(person: Person, project: Project) -> Panel:
    """Return what waits for the person in the project, next first."""
    tasks = inbox.listed(person, project, "all").with_context()[:ROWS]
    rows = [
        Row(
            task.title,
            reverse("tasks:task", args=[task.pk]),
            status="OPEN",
            note=task.activity.plan.name,
            at=task.due_at or task.created_at,
        )
        for task in tasks
    ]
    count = len(rows) if len(rows) < ROWS else inbox.count(person, project)
    empty = _("Nothing waits for you. Tasks and approvals that you can do stand here.")
    return Panel("tasks", _("Waiting for me"), count, rows, reverse("tasks:inbox"), empty)


def palette(person: Person, project: Project) -> Sequence[dict[str, str]]:
    """Return the person's open tasks as places to go."""
    found = inbox.listed(person, project, "all").values_list("pk", "title")[:PALETTE_TASKS]
    return [
        {"label": title, "url": reverse("tasks:task", args=[key]), "hint": _("Task")} for key, title in found
    ]
