"""What the buttons do that concern other people: ask and answer, delegate."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plans.errors import Invalid
from plans.models import Person
from tasks import asking, delegation
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
