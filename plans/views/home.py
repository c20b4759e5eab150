"""Home, and the choice of the project that pages are about."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from plans.context import choose, workspace
from plans.models import Project
from plans.panels import panels_of
from plans.requests import person_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs the person, what runs and what failed in the current project."""
    project = workspace(request).project
    if project is None:
        return render(request, "plans/no_project.html")
    return render(
        request, "home.html", {"project": project, "panels": panels_of(person_of(request), project)}
    )


@require_http_methods(["GET", "POST"])
def choose_project(request: HttpRequest, organization: str, slug: str) -> HttpResponse:
    """Make a project the current one. A link may do that too: it changes what this session shows, no data."""
    projects = Project.objects.visible_to(person_of(request))
    choose(request, get_object_or_404(projects, organization__slug=organization, slug=slug))
    return redirect("plans:home")
