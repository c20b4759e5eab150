"""The page of a task or an approval, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from plans.errors import Refused
from plans.models import Person
from plans.requests import person_of
from tasks import approvals, services
from tasks.definitions import definition_of
from tasks.forms import read_sent
from tasks.models import Task
from tasks.timeline import action_label
from tasks.views.page import context_of


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person sent that was refused, to be shown again with the reason."""

    data: Mapping[str, Any] | None = None
    comment: str = ""
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    refused: Refused | None = None


@require_GET
def task_page(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show a task with its form, an approval with its evidence; documents beside it."""
    return _page(request, task_of(request, task_id), Typed())


@require_POST
def finish(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """End a task with the action of the pressed button."""
    task = task_of(request, task_id)
    person = person_of(request)
    data = _sent(task, request)
    remark = request.POST.get("comment", "")
    try:
        task = services.complete(
            task, by=person, action=request.POST.get("action", ""), data=data, comment=remark
        )
    except Refused as refused:
        return shown_again(request, task, refused, data=data, comment=remark)
    if task.is_open:
        return _done(
            request, task, _("Moved to %(status)s; it stays open.") % {"status": task.status_slug}, stays=True
        )
    return _done(request, task, _("Done: %(action)s.") % {"action": action_label(task) or _("finished")})


@require_POST
def decide(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take the person's decision on an approval."""
    task = task_of(request, task_id)
    remark = request.POST.get("comment", "")
    outcome = request.POST.get("outcome", "")
    try:
        task = approvals.decide(task, by=person_of(request), outcome=outcome, comment=remark)
    except Refused as refused:
        return shown_again(request, task, refused, comment=remark)
    if task.is_open:
        return _done(request, task, _("Your decision is on record; others are asked as well."))
    return _done(request, task, _("Decided: %(outcome)s.") % {"outcome": action_label(task).lower()})


@require_POST
def claim(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Claim the task and show it."""
    return do(request, task_id, lambda task, person: services.claim(task, by=person))


@require_POST
def release(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give the task back."""
    return do(request, task_id, lambda task, person: services.release(task, by=person))


@require_POST
def assign(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give the task to a member of the project."""
    task = task_of(request, task_id)
    members = Person.objects.filter(memberships__project=task.project_id)
    to = get_object_or_404(members, username=request.POST.get("to", ""))
    return do(request, task_id, lambda task, person: services.assign(task, by=person, to=to))


@require_POST
def comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Add a comment."""
    task = task_of(request, task_id)
    text = request.POST.get("text", "")
    try:
        services.comment(task, by=person_of(request), text=text)
    except Refused as refused:
        return shown_again(request, task, refused, comment=text)
    return redirect("tasks:task", task.pk)


@require_POST
def draft(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Keep what is typed; the answer is one line for the page. A refusal is one line too: typing goes on."""
    task = task_of(request, task_id)
    try:
        services.save_draft(
            task, by=person_of(request), data=_sent(task, request), comment=request.POST.get("comment", "")
        )
    except Refused as refused:
        return HttpResponse(refused.message, status=refused.status, content_type="text/plain; charset=utf-8")
    at = timezone.localtime().strftime("%H:%M:%S")
    return HttpResponse(_("Draft kept at %(time)s") % {"time": at}, content_type="text/plain; charset=utf-8")


def task_of(request: HttpRequest, task_id: UUID) -> Task:
    """Return the task if the person may see it; 404 otherwise."""
    return get_object_or_404(Task.objects.visible_to(person_of(request)).with_context(), pk=task_id)


def _sent(task: Task, request: HttpRequest) -> dict[str, Any]:
    form = definition_of(task.definition).form
    return read_sent(form, request.POST, kept=task.data) if form else dict(task.given)


def do(request: HttpRequest, task_id: UUID, verb: Callable[[Task, Person], object]) -> HttpResponse:
    """Do it and show the task; a refusal is shown on the page."""
    task = task_of(request, task_id)
    try:
        verb(task, person_of(request))
    except Refused as refused:
        return shown_again(request, task, refused)
    return redirect("tasks:task", task.pk)


def _done(request: HttpRequest, task: Task, said: str, *, stays: bool = False) -> HttpResponse:
    """Go on after an action: the page says what was done; the pane beside the inbox makes way for the next task."""
    if _in_pane(request) and not stays:
        words = {"task": task, "said": said, "ended": action_label(task) or said}
        return render(request, "tasks/_pane_closed.html", words)
    messages.success(request, said)
    return redirect("tasks:task", task.pk)


def _in_pane(request: HttpRequest) -> bool:
    """Tell if the inbox asks, for its pane."""
    return request.headers.get("X-Pane") == "1"


def shown_again(
    request: HttpRequest,
    task: Task,
    refused: Refused,
    *,
    data: Mapping[str, Any] | None = None,
    comment: str = "",
) -> HttpResponse:
    """Show the page as it is now, with what was typed and why it was refused."""
    errors = refused.extra.get("errors", {})
    return _page(request, services.fresh(task), Typed(data, comment, errors, refused))


def _page(request: HttpRequest, task: Task, typed: Typed) -> HttpResponse:
    context = context_of(task, person_of(request), typed, document=request.GET.get("document", ""))
    context["base"] = "tasks/_pane.html" if _in_pane(request) else "base.html"
    if _in_pane(request):
        context["said"] = " ".join(str(message) for message in messages.get_messages(request))
    template = "tasks/approval.html" if task.is_approval else "tasks/task.html"
    return render(request, template, context, status=typed.refused.status if typed.refused else 200)
