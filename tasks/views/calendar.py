"""The page of an organization's working hours and holidays."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import require
from plans.context import current_project
from plans.errors import Invalid
from plans.requests import person_of
from tasks.time.calendars import DAYS
from tasks.time.settings import Typed, save_calendar, typed_calendar


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show the calendar; let an administrator change it."""
    project = current_project(request)
    require(person_of(request), "administer", project)
    problem, typed = "", typed_calendar(project.organization)
    if request.method == "POST":
        typed = _typed(request)
        try:
            save_calendar(project.organization, typed, by=person_of(request))
        except Invalid as refused:
            problem = refused.message
        else:
            messages.success(request, _("The working time is kept; due dates set from now on go by it."))
            return redirect("tasks:calendar")
    title = _("Working time")
    context = {
        "title": title,
        "problem": problem,
        "typed": typed,
        "days": [(day, _day_names()[day], typed.hours.get(day, "")) for day in DAYS],
        "now": timezone.now(),
        "organization": project.organization,
        "breadcrumbs": [{"label": _("Settings"), "url": reverse("plans:settings")}, {"label": title}],
    }
    return render(request, "settings/calendar.html", context, status=400 if problem else 200)


def _typed(request: HttpRequest) -> Typed:
    sent = request.POST
    return Typed(
        zone=sent.get("zone", "").strip(),
        hours={day: sent.get(day, "") for day in DAYS},
        holidays=sent.get("holidays", ""),
    )


def _day_names() -> dict[str, str]:
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return dict(zip(DAYS, names, strict=True))
