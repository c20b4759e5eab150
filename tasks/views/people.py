"""What the buttons do that concern other people: ask and answer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from plans.models import Person
from tasks import asking
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


def _member(task: Task, name: str) -> Person:
    return get_object_or_404(Person.objects.filter(memberships__project=task.project_id), username=name)
