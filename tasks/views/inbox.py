"""The inbox: what a person can do now, next first, and what changes on it while it is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from plans.context import current_project, workspace
from plans.models import Person, Project
from tasks import filters, inbox, live
from tasks.models import SavedFilter, Task
from tasks.timeline import action_label

PAGE: Final = 50
# An event may be a little older than the commit that shows it.
COMMIT_TAKES: Final = timedelta(seconds=5)


@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    """List what waits for the person in the current project; `inbox.wanted` says what the query may hold."""
    assert isinstance(request.user, Person)
    project = current_project(request)
    operates = workspace(request).may("operate")
    which = inbox.wanted(request.GET.dict(), operates=operates)
    found = inbox.chosen(request.user, project, which).with_context()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = filters.normal(request.GET.urlencode())
    context = {
        "which": which,
        "query": query,
        "since": timezone.now(),
        "tabs": _tabs(request.user, project, which, operates=operates),
        "orders": _orders(which),
        "choices": inbox.choices(request.user, project, operates=operates),
        "saved": _saved(request.user, project, query),
        "page": page,
        "rows": [_row(task, request.user) for task in page.object_list],
        "takes": workspace(request).may("work"),
        "breadcrumbs": [{"label": _("Inbox")}],
        "empty": _empty(which),
    }
    return render(request, "tasks/inbox.html", context)


@require_GET
def inbox_news(request: HttpRequest) -> JsonResponse:
    """Return what has changed since a page was made: counts, and for the rows it shows, who has taken which.

    The query is that of the page, with `since` (an instant) and `shown` (`id:changeSequence`, comma-separated). The
    answer: `{kind, counts, new, rows: [{id, html}], gone: [{id, text}]}`.
    """
    assert isinstance(request.user, Person)
    project = current_project(request)
    news = live.counted(request.user, project, changed=False)
    shown = _shown(request.GET.get("shown", ""))
    since = _instant(request.GET.get("since", ""))
    if since is not None:
        which = inbox.wanted(request.GET.dict(), operates=inbox.EVERYBODY in news["counts"])
        news |= _news(request, project, which, shown, since)
    return JsonResponse(news)


def _news(
    request: HttpRequest, project: Project, which: inbox.Wanted, shown: dict[UUID, int], since: datetime
) -> dict[str, Any]:
    assert isinstance(request.user, Person)
    found = inbox.chosen(request.user, project, which)
    listed = set(found.filter(pk__in=shown).values_list("pk", flat=True))
    seen = Task.objects.visible_to(request.user).filter(project=project, pk__in=shown).with_context()
    tasks = {task.pk: task for task in seen}
    changed = [task for key, task in tasks.items() if key in listed and task.change_sequence != shown[key]]
    gone = [key for key in shown if key not in listed]
    return {
        "new": inbox.newcomers(found, since=since - COMMIT_TAKES, shown=shown),
        "rows": [{"id": str(task.pk), "html": _drawn(request, task)} for task in changed],
        "gone": [{"id": str(key), "text": _whereabouts(tasks.get(key), request.user)} for key in gone],
    }


def _drawn(request: HttpRequest, task: Task) -> str:
    assert isinstance(request.user, Person)
    # Without the request: its context is that of a whole page, with the queries of one.
    known = {"row": _row(task, request.user), "task": task, "csrf_token": get_token(request)}
    return render_to_string("tasks/_row.html", known)


def _whereabouts(task: Task | None, person: Person) -> str:
    """Say why a row is no longer on the list."""
    if task is None:
        return _("No longer visible to you")
    if task.status == Task.Status.CANCELLED:
        return _("Withdrawn: %(reason)s") % {"reason": task.reason}
    if not task.is_open:
        who = _("You") if task.done_by_id == person.pk else task.done_by.name if task.done_by else _("Ended")
        return _("%(who)s: %(what)s") % {"who": who, "what": action_label(task) or _("finished")}
    if task.assignee_id == person.pk:
        return _("You have claimed it")
    if task.assignee is not None:
        return _("%(who)s has claimed it") % {"who": task.assignee.name}
    if task.is_approval and task.decisions.filter(person=person).exists():
        return _("You have decided; others are asked as well")
    return _("No longer on this list")


def _shown(text: str) -> dict[UUID, int]:
    """Read `id:changeSequence,…`; what cannot be read is left out."""
    found: dict[UUID, int] = {}
    for part in text.split(",")[:PAGE]:
        key, _colon, sequence = part.partition(":")
        try:
            found[UUID(key)] = int(sequence)
        except ValueError:
            continue
    return found


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _tabs(person: Person, project: Project, which: inbox.Wanted, *, operates: bool) -> list[dict[str, Any]]:
    counts: dict[str, int | None] = {**inbox.counts(person, project, operates=operates)}
    labels = {
        "all": _("For me"),
        "mine": _("Mine"),
        "teams": _("My teams"),
        "roles": _("My roles"),
        "unassigned": _("Unassigned"),
        "approvals": _("Approvals"),
        "done": _("Done"),
    }
    labels |= {inbox.EVERYBODY: _("Everybody's")} if operates else {}
    return [
        {"name": name, "label": label, "count": counts.get(name), "current": name == which.show}
        for name, label in labels.items()
    ]


def _orders(which: inbox.Wanted) -> list[dict[str, Any]]:
    labels = {
        "next": _("Priority, then due"),
        "due": _("Due first"),
        "oldest": _("Oldest first"),
        "newest": _("Newest first"),
    }
    return [{"name": name, "label": labels[name], "current": name == which.sort} for name in inbox.ORDERS]


def _saved(person: Person, project: Project, query: str) -> list[dict[str, Any]]:
    kept = SavedFilter.objects.filter(person=person, project=project)
    return [
        {"id": one.pk, "name": one.name, "query": one.query, "current": one.query == query} for one in kept
    ]


def _row(task: Task, person: Person) -> dict[str, Any]:
    mine = task.assignee_id == person.pk
    return {
        "task": task,
        "priority": inbox.PRIORITIES.get(task.priority, ""),
        "overdue": task.is_open and task.due_at is not None and task.due_at < timezone.now(),
        "mine": mine,
        "claimable": task.is_open and not task.is_approval and task.assignee_id is None,
        "releasable": task.is_open and not task.is_approval and mine,
        "ended": "" if task.is_open else action_label(task),
    }


def _empty(which: inbox.Wanted) -> tuple[str, str]:
    if which.narrows:
        return _("Nothing fits the filter"), _("Take something out of it, or look at another list.")
    match which.show:
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
