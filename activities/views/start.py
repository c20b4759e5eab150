"""The start form: a plan's inputs, documents chosen and uploaded, and the start itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities.documents import ACCEPT
from activities.models import DocumentFamily
from activities.services import start
from activities.views.documents import take_uploads
from plans.access import require
from plans.context import current_project
from plans.errors import NotAllowed, Refused
from plans.forms import StartForm
from plans.language.spellings import read
from plans.models import Person, Plan, Project
from plans.requests import person_of

NEWEST = 30


@dataclass(slots=True)
class _Choice:
    """Documents of the form: those offered, those chosen, and what was refused."""

    offered: list[DocumentFamily]
    chosen: list[DocumentFamily] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def start_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of the published version; start an activity with what was sent.

    Uploads are taken in even where the form is wrong: the browser could not send them again by itself.
    """
    project = current_project(request)
    plan = _plan(person_of(request), project, slug)
    require(person_of(request), "start", project)
    if plan.published is None:
        raise NotAllowed(
            _('plan "%(slug)s" has no published version; an author publishes one') % {"slug": slug}
        )
    document, _findings = read(plan.published.document())
    if request.method != "POST":
        return _page(request, plan, StartForm(document), _offered(person_of(request), project, ()))
    form = StartForm(document, request.POST)
    choice = _take_documents(request, project)
    if choice.refused or not form.is_valid():
        form.is_valid()
        return _page(request, plan, form, choice, status=400)
    try:
        activity = start(
            plan,
            project=project,
            by=person_of(request),
            inputs=form.inputs(),
            documents=choice.chosen,
            title=form.cleaned_data["title"],
        )
    except Refused as refused:
        _place(form, refused)
        return _page(request, plan, form, choice, status=refused.status)
    return redirect("activities:activity", activity.pk)


def _plan(person: Person, project: Project, slug: str) -> Plan:
    plans = Plan.objects.visible_to(person).bound_to(project).select_related("published__content")
    return get_object_or_404(plans, slug=slug)


def _take_documents(request: HttpRequest, project: Project) -> _Choice:
    ids = [_uuid(text) for text in request.POST.getlist("document")]
    uploaded, refused = take_uploads(request, request.FILES.getlist("documents"))
    wanted = [document.pk for document in uploaded] + [known for known in ids if known]
    choice = _offered(person_of(request), project, wanted)
    choice.refused = refused
    return choice


def _offered(person: Person, project: Project, wanted: Any) -> _Choice:
    """Offer the newest documents, and in any case those that were chosen, in the order they were chosen."""
    mine = DocumentFamily.objects.visible_to(person).filter(project=project)
    found = mine.in_bulk(list(wanted))
    chosen = [found[key] for key in dict.fromkeys(wanted) if key in found]
    newest = mine.exclude(pk__in=list(found)).order_by("-created_at", "pk")[:NEWEST]
    return _Choice([*chosen, *newest], chosen)


def _place(form: StartForm, refused: Refused) -> None:
    for finding in refused.extra.get("findings") or [{"message": refused.message}]:
        form.add_problem(str(finding["message"]))


def _page(
    request: HttpRequest, plan: Plan, form: StartForm, choice: _Choice, status: int = 200
) -> HttpResponse:
    context = {
        "plan": plan,
        "form": form,
        "groups": form.plan.document_family_groups,
        "offered": choice.offered,
        "chosen": {document.pk for document in choice.chosen},
        "refused": choice.refused,
        "accept": ACCEPT,
        "limit": settings.DOCUMENT_MAX_BYTES,
        "breadcrumbs": [
            {"label": _("Plans"), "url": "/plans/"},
            {"label": plan.name, "url": f"/plans/{plan.slug}/"},
            {"label": _("Start")},
        ],
    }
    return render(request, "plans/start.html", context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:  # no browser sends that; it names no document
        return None
