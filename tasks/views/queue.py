"""What the inbox does: take the next task, claim or release many, keep a filter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plans.context import current_project
from plans.errors import NotFound, Refused
from plans.models import Person
from tasks import filters, queue
from tasks.models import SavedFilter


@require_POST
def next_task(request: HttpRequest) -> HttpResponse:
    """Claim the most pressing free task and show it."""
    try:
        task = queue.take_next(_person(request), [current_project(request)])
    except queue.NothingWaits as nothing:
        messages.info(request, nothing.message)
        return redirect("tasks:inbox")
    return redirect("tasks:task", task.pk)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Show what claiming or releasing the chosen tasks would do; with `sure`, do it and tell of each refusal."""
    person, verb = _person(request), request.POST.get("verb", "")
    keys = _keys(request.POST.getlist("task"))
    current_project(request)
    if verb not in queue.VERBS:
        raise NotFound(_("There is no such verb."))
    sure = request.POST.get("sure") == "1"
    act = queue.carry_out if sure else queue.foresee
    fates = act(person, verb, keys)
    return render(request, "tasks/_bulk.html", _told(verb, fates, keys, sure=sure))


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the list that is shown, with what narrows and orders it, under a name."""
    given = request.POST
    query = filters.normal(given.get("query", ""))
    try:
        saved = filters.save(
            _person(request), current_project(request), name=given.get("name", ""), query=query
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Kept as “%(name)s”.") % {"name": saved.name})
    return _to_inbox(query)


@require_POST
def delete_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a filter of one's own."""
    kept = get_object_or_404(
        SavedFilter, pk=number, person=_person(request), project=current_project(request)
    )
    kept.delete()
    messages.success(request, _("Forgot “%(name)s”.") % {"name": kept.name})
    return _to_inbox("")


def _told(verb: str, fates: list[queue.Fate], keys: list[UUID], *, sure: bool) -> dict[str, Any]:
    able = [fate for fate in fates if not fate.why_not]
    return {
        "verb": verb,
        "sure": sure,
        "able": able,
        "refused": [fate for fate in fates if fate.why_not],
        "keys": [fate.task.pk for fate in able] if not sure else keys,
    }


def _to_inbox(query: str) -> HttpResponse:
    return redirect(f"{reverse('tasks:inbox')}?{query}" if query else reverse("tasks:inbox"))


def _keys(given: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in given]
    except ValueError:
        raise NotFound(_("There is no such task.")) from None


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
