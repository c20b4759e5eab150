"""Pages of plans: list, plan with its versions, source, and the buttons on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans import services
from plans.catalog import catalog_of
from plans.context import LastRun, current_project, last_runs_of
from plans.errors import NotFound
from plans.graph_view import graph_view
from plans.language.findings import check_document
from plans.language.spellings import write
from plans.models import Binding, Plan, PlanVersion, Project
from plans.models.plans import PlanQuerySet
from plans.notation import as_text
from plans.requests import person_of
from plans.services.plans import version_of

PAGE = 50
CONTENT_TYPES = {"yaml": "application/yaml", "json": "application/json"}


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """List the plans that the person sees, with state, projects and last run."""
    project = current_project(request)
    words = request.GET.get("q", "").strip()
    found = _plans(request).search(words).with_versions().order_by("name", "pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    bound = _projects_by_plan(rows)
    runs = last_runs_of(project, [plan.pk for plan in rows])
    context = {
        "page": page,
        "words": words,
        "rows": [_row(plan, bound.get(plan.pk, []), project=project, run=runs.get(plan.pk)) for plan in rows],
        "breadcrumbs": [{"label": _("Plans")}],
    }
    return render(request, "plans/list.html", context)


@require_safe
def plan(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show a plan: its graph, what is wrong with it, its versions. Without a number, the newest version."""
    found = _plan(request, slug)
    version = version_of(found, number)
    catalog = catalog_of(found.organization)
    parsed, findings = check_document(version.document(), catalog)
    bound = _projects_by_plan([found]).get(found.pk, [])
    context = {
        "plan": found,
        "version": version,
        "versions": _history(found),
        "findings": findings,
        "errors": sum(finding.severity == "error" for finding in findings),
        "uuids": services.preview_rewrite(found).changes if version.pk == found.head_id else (),
        "bound": bound,
        "is_bound": current_project(request) in bound,
        "props": {
            "graph": graph_view(parsed, catalog),
            "steps": _steps(write(parsed)),
            "findings": [finding.as_dict() for finding in findings],
        },
        "breadcrumbs": [{"label": _("Plans"), "url": reverse("plans:list")}, {"label": found.name}],
    }
    return render(request, "plans/plan.html", context)


@require_safe
def source(request: HttpRequest, slug: str, notation: str) -> HttpResponse:
    """Give out the plan as a file: the author's own text where it is in that notation, else the normal form."""
    if notation not in CONTENT_TYPES:
        raise NotFound(_('a plan can be had as yaml or json, not as "%(notation)s"') % {"notation": notation})
    version = version_of(_plan(request, slug), None)
    answer = HttpResponse(
        as_text(version, notation), content_type=f"{CONTENT_TYPES[notation]}; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.{notation}"'
    return answer


@require_POST
def publish_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish the version that the page showed."""
    found = _plan(request, slug)
    version = services.publish(found, by=person_of(request), number=_number(request))
    messages.success(
        request, _("Version %(number)d is published: starts use it from now on.") % {"number": version.number}
    )
    return redirect("plans:plan", slug)


@require_POST
def restore_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Save an earlier version again as the newest."""
    number = _number(request)
    if number is None:
        raise NotFound(_("no version was named"))
    saved = services.restore(_plan(request, slug), number, by=person_of(request))
    messages.success(request, _("Version %(number)d holds it now.") % {"number": saved.version.number})
    return redirect("plans:plan", slug)


@require_POST
def bind_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Bind the plan to the current project."""
    project = current_project(request)
    services.bind(project, "activity-plan", _plan(request, slug).slug, by=person_of(request))
    messages.success(request, _("%(project)s can start this plan now.") % {"project": project.name})
    return redirect("plans:plan", slug)


@require_POST
def unbind_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Unbind the plan from the current project."""
    project = current_project(request)
    binding = get_object_or_404(
        Binding, project=project, resource_type="activity-plan", resource_slug=_plan(request, slug).slug
    )
    services.unbind(binding, by=person_of(request))
    messages.success(request, _("%(project)s can't start this plan any more.") % {"project": project.name})
    return redirect("plans:list")


@require_http_methods(["GET", "POST"])
def rewrite_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Show which uuids would become slugs and where; write them when asked."""
    found = _plan(request, slug)
    if request.method == "POST":
        services.rewrite_uuids(
            found, by=person_of(request), expected=_number(request, "changeSequence") or None
        )
        messages.success(request, _("All uuids are slugs now."))
        return redirect("plans:plan", slug)
    context = {
        "plan": found,
        "rewrite": services.preview_rewrite(found),
        "breadcrumbs": [
            {"label": _("Plans"), "url": reverse("plans:list")},
            {"label": found.name, "url": reverse("plans:plan", args=[slug])},
            {"label": _("Rewrite uuids")},
        ],
    }
    return render(request, "plans/rewrite.html", context)


@require_POST
def delete_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete the plan."""
    found = _plan(request, slug)
    services.delete(found, by=person_of(request))
    messages.success(request, _("Plan %(name)s is deleted.") % {"name": found.name})
    return redirect("plans:list")


def _plans(request: HttpRequest) -> PlanQuerySet:
    organization = current_project(request).organization
    return Plan.objects.visible_to(person_of(request)).filter(organization=organization)


def _plan(request: HttpRequest, slug: str) -> Plan:
    return get_object_or_404(_plans(request).select_related("organization"), slug=slug)


def _number(request: HttpRequest, name: str = "number") -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _row(plan: Plan, bound: list[Project], *, project: Project, run: LastRun | None) -> dict[str, Any]:
    return {"plan": plan, "bound": bound, "here": project in bound, "run": run}


def _projects_by_plan(plans: Iterable[Plan]) -> dict[int, list[Project]]:
    """Return the projects that each plan is bound to, with one query."""
    keys = {(plan.organization_id, plan.slug): plan.pk for plan in plans}
    bindings = Binding.objects.filter(
        resource_type="activity-plan", resource_slug__in={slug for _organization, slug in keys}
    )
    found: dict[int, list[Project]] = {}
    for binding in bindings.select_related("project").order_by("project__name"):
        pk = keys.get((binding.organization_id, binding.resource_slug))
        if pk is not None:
            found.setdefault(pk, []).append(binding.project)
    return found


def _history(plan: Plan) -> list[PlanVersion]:
    return list(plan.versions.select_related("author").defer("source", "layout").order_by("-number")[:PAGE])


def _steps(normal: dict[str, Any]) -> dict[str, Any]:
    steps = normal.get("steps", [])
    return {
        step["slug"]: step for step in steps if isinstance(step, dict) and isinstance(step.get("slug"), str)
    }
