"""The inbox: what a person can do now, next first."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from plans.access import may
from plans.context import current_project
from plans.models import Person, Project
from tasks import inbox
from tasks.models import Task, TaskQuerySet
from tasks.timeline import action_label

PAGE = 50


@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    """List what waits for the person in the current project; `?show=` one of the lists."""
    assert isinstance(request.user, Person)
    project = current_project(request)
    operates = may(request.user, "operate", project)
    show = request.GET.get("show", "all")
    known = {*inbox.LISTS, "done"} | ({"everybody"} if operates else set())
    show = show if show in known else "all"
    page = Paginator(_tasks(request.user, project, show), PAGE).get_page(request.GET.get("page"))
    context = {
        "show": show,
        "tabs": _tabs(request.user, project, show, operates=operates),
        "page": page,
        "rows": [_row(task, request.user) for task in page.object_list],
        "breadcrumbs": [{"label": _("Inbox")}],
        "empty": _empty(show),
    }
    return render(request, "tasks/inbox.html", context)


def _tasks(person: Person, project: Project, show: str) -> TaskQuerySet:
    if show == "done":
        return inbox.done_by(person, project).with_context()
    if show == "everybody":
        return Task.objects.visible_to(person).filter(project=project).open().next_first().with_context()
    return inbox.listed(person, project, show).with_context()


def _tabs(person: Person, project: Project, show: str, *, operates: bool) -> list[dict[str, Any]]:
    counts: dict[str, int | None] = {**inbox.counts(person, project)}
    labels = {
        "all": _("For me"),
        "mine": _("Mine"),
        "roles": _("My roles"),
        "unassigned": _("Unassigned"),
        "approvals": _("Approvals"),
        "done": _("Done"),
    }
    labels |= {"everybody": _("Everybody's")} if operates else {}
    return [
        {"name": name, "label": label, "count": counts.get(name), "current": name == show}
        for name, label in labels.items()
    ]


def _row(task: Task, person: Person) -> dict[str, Any]:
    return {
        "task": task,
        "priority": inbox.PRIORITIES.get(task.priority, ""),
        "overdue": task.is_open and task.due_at is not None and task.due_at < timezone.now(),
        "mine": task.assignee_id == person.pk,
        "claimable": task.is_open and not task.is_approval and task.assignee_id is None,
        "ended": "" if task.is_open else action_label(task),
    }


def _empty(show: str) -> tuple[str, str]:
    match show:
        case "done":
            return _("Nothing done yet"), _("Tasks that you finish and approvals that you decide stand here.")
        case "everybody":
            return _("No open tasks"), _("Open tasks of everybody in this project stand here.")
        case "all":
            return _("Nothing waits for you"), _(
                "Tasks and approvals that you can do stand here, next first."
            )
        case _:
            return _("Nothing on this list"), _("Other lists may hold something for you.")
