"""What the buttons do that concern other people: ask and answer, delegate."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from plans.errors import Invalid, Refused
from plans.models import Person
from plans.requests import person_of
from tasks import approvers, asking, delegation, substitutes
from tasks.models import Task
from tasks.views.tasks import do, task_of


@require_POST
def ask(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Put a question to the requester, or to the chosen member."""
    name = request.POST.get("of", "")
    of = _member(task_of(request, task_id), name) if name else None
    text = request.POST.get("text", "")
    return do(request, task_id, lambda task, person: asking.ask(task, by=person, text=text, of=of))


@require_POST
def answer(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Answer a question that waits for the person."""
    number = request.POST.get("question", "")
    question = int(number) if number.isdecimal() and len(number) < 19 else None
    text = request.POST.get("text", "")
    return do(
        request, task_id, lambda task, person: asking.answer(task, by=person, text=text, question=question)
    )


@require_POST
def delegate(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Delegate the task up to the end of the chosen day, without one for good."""
    to = _member(task_of(request, task_id), request.POST.get("to", ""))

    def verb(task: Task, person: Person) -> Task:
        return delegation.delegate(task, by=person, to=to, until=end_of_day(request.POST.get("until", "")))

    return do(request, task_id, verb)


@require_POST
def recall(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take back what was delegated."""
    return do(request, task_id, lambda task, person: delegation.recall(task, by=person))


@require_POST
def add_approver(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Let one more person decide."""
    one = _member(task_of(request, task_id), request.POST.get("person", ""))
    return do(request, task_id, lambda task, person: approvers.add(task, by=person, person=one))


@require_POST
def remove_approver(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Let one person less decide."""
    one = _member(task_of(request, task_id), request.POST.get("person", ""))
    return do(request, task_id, lambda task, person: approvers.remove(task, by=person, person=one))


@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: HttpRequest) -> HttpResponse:
    """Show who stands in for the person; set one for some days, or end one."""
    person, refused = person_of(request), None
    if request.method == "POST":
        try:
            _change_stand_ins(person, request)
            return redirect("tasks:stand-in")
        except Refused as error:
            refused = error
    context = {
        "mine": substitutes.mine(person).select_related("substitute"),
        "people": substitutes.whom(person),
        "refused": refused,
        "typed": request.POST if refused else {},
        "breadcrumbs": [{"label": _("Stand-in")}],
    }
    return render(request, "tasks/stand_in.html", context, status=refused.status if refused else 200)


def _change_stand_ins(person: Person, request: HttpRequest) -> None:
    key = request.POST.get("end", "")
    if key:
        substitutes.end(person, int(key) if key.isdecimal() and len(key) < 19 else 0)
        return
    name = request.POST.get("substitute", "")
    named = next((one for one in substitutes.whom(person) if one.username == name), None)
    first, last = end_of_day(request.POST.get("from", "")), end_of_day(request.POST.get("to", ""))
    if named is None or first is None or last is None:
        raise Invalid(_("Choose somebody of your projects, the first day and the last."))
    start = datetime.combine(first.date(), time.min, tzinfo=first.tzinfo)
    substitutes.stand_in(person, substitute=named, starts_at=start, ends_at=last)


def end_of_day(text: str) -> datetime | None:
    """Return the end of the day in the zone of the page, None for no day; raise Invalid for what is no date."""
    if not text:
        return None
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), time.max))
    except (ValueError, OverflowError) as error:
        raise Invalid(_('"%(text)s" is no date; write it as 2026-12-31.') % {"text": text[:40]}) from error


def _member(task: Task, name: str) -> Person:
    return get_object_or_404(Person.objects.filter(memberships__project=task.project_id), username=name)
