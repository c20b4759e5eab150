"""The page of new plans: from nothing, from a template, from another plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import may, require_in
from plans.context import current_project
from plans.editor.starting import start_blank, start_from_plan, start_from_starter, starters
from plans.errors import Refused
from plans.forms import NewPlanForm
from plans.models import Person, Plan, Project
from plans.models.plans import PlanQuerySet
from plans.requests import person_of
from plans.services import Saved, bind


@require_http_methods(["GET", "HEAD", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """Ask for a name and what to begin with; make the plan and open it in the editor."""
    project, person = current_project(request), person_of(request)
    require_in(person, "author", project.organization)
    others = Plan.objects.visible_to(person).filter(organization=project.organization).order_by("name", "pk")
    form = NewPlanForm(request.POST or None, starters=starters(), plans=others, initial=_initial(request))
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, project)
    try:
        saved = _made(form, project, others, by=person)
    except Refused as refused:
        form.add_error("slug" if refused.code in ("slug-taken", "slug-format") else None, refused.message)
        return _page(request, form, project, status=refused.status)
    if form.cleaned_data["bind"] and may(person, "wire", project):
        bind(project, "activity-plan", saved.plan.slug, by=person)
    messages.success(request, _("%(name)s is there: draw its steps.") % {"name": saved.plan.name})
    return redirect("plans:edit", saved.plan.slug)


def _initial(request: HttpRequest) -> dict[str, str]:
    """Begin with the plan that `?from=` names, where a plan's page leads here."""
    slug = request.GET.get("from", "")
    return {"origin": "plan", "plan": slug} if slug else {}


def _made(form: NewPlanForm, project: Project, others: PlanQuerySet, *, by: Person) -> Saved:
    kind, _colon, starter = form.cleaned_data["origin"].partition(":")
    names: dict[str, Any] = {"slug": form.cleaned_data["slug"], "name": form.cleaned_data["name"], "by": by}
    if kind == "starter":
        return start_from_starter(project.organization, starter, **names)
    if kind == "plan":
        return start_from_plan(project.organization, others.get(slug=form.cleaned_data["plan"]), **names)
    return start_blank(project.organization, **names)


def _page(request: HttpRequest, form: NewPlanForm, project: Project, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "breadcrumbs": [{"label": _("Plans"), "url": reverse("plans:list")}, {"label": _("New plan")}],
    }
    return render(request, "plans/new.html", context, status=400 if form.errors and status == 200 else status)
