"""The import page: a plan from a file or a text, with what is wrong with it shown where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import require_in
from plans.context import current_project
from plans.errors import Refused
from plans.forms import ImportForm
from plans.language.finding import Finding
from plans.models import Plan, Project
from plans.notation import as_text, line_of, parse, read_file
from plans.requests import person_of
from plans.services import bind, save_plan, validate
from plans.services.plans import version_of

PASTED = "plan.yaml"


@require_http_methods(["GET", "HEAD", "POST"])
def import_plan(request: HttpRequest) -> HttpResponse:
    """Read a plan, show its findings, and save it when asked; what was typed or uploaded stays in the form."""
    project = current_project(request)
    require_in(person_of(request), "author", project.organization)
    if request.method != "POST":
        return _page(request, ImportForm(initial={"source": _text_to_change(request, project)}))
    text, filename, refused = _text_of(request)
    form = ImportForm({**request.POST.dict(), "source": text})
    form.is_valid()
    if refused is not None:
        form.add_error("file", refused.message)
        return _page(request, form, status=refused.status)
    if not text.strip():
        form.add_error("source", _("Choose a file, or paste the text of a plan."))
        return _page(request, form, status=400)
    try:
        document = parse(text, filename=filename)
        if "check" in request.POST:
            return _page(request, form, text=text, findings=validate(document, project.organization))
        saved = save_plan(
            project.organization, document, by=person_of(request), source=text, note=form.data.get("note", "")
        )
    except Refused as error:
        form.add_error("source", error.message)
        return _page(request, form, line=error.extra.get("line"), status=error.status)
    if "bind" in request.POST:
        bind(project, "activity-plan", saved.plan.slug, by=person_of(request))
    said = (
        _("Saved as version %(number)d.")
        if saved.changed
        else _("Version %(number)d holds exactly this already.")
    )
    messages.success(request, said % {"number": saved.version.number})
    return redirect("plans:plan", saved.plan.slug)


def _text_to_change(request: HttpRequest, project: Project) -> str:
    """Return the text of the plan that `?plan=` names, to be changed and saved as its next version."""
    slug = request.GET.get("plan")
    plans = Plan.objects.alive().filter(organization=project.organization)
    plan = plans.filter(slug=slug).first() if slug else None
    return as_text(version_of(plan, None), "yaml") if plan else ""


def _text_of(request: HttpRequest) -> tuple[str, str, Refused | None]:
    """Return text, file name and, for a file that can't be read, why; a file wins over a pasted text."""
    typed = request.POST.get("source", "").replace("\r\n", "\n")
    file = request.FILES.get("file")
    if file is None:
        return typed, PASTED, None
    try:
        return read_file(file), file.name or PASTED, None
    except Refused as refused:
        return typed, PASTED, refused


def _page(
    request: HttpRequest,
    form: ImportForm,
    *,
    text: str = "",
    findings: Sequence[Finding] | None = None,
    line: int | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "checked": findings is not None,
        "findings": [{"finding": finding, "line": line_of(text, finding)} for finding in findings or ()],
        "errors": sum(finding.severity == "error" for finding in findings or ()),
        "line": line,
        "breadcrumbs": [{"label": _("Plans"), "url": reverse("plans:list")}, {"label": _("Import")}],
    }
    return render(request, "plans/import.html", context, status=status)
