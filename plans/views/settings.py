"""Settings of project and organization: members, bindings, secrets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from plans import secrets as vault
from plans.access import ROLES, require
from plans.context import current_project
from plans.errors import Refused
from plans.models import (
    AgentRuntime,
    Binding,
    Membership,
    Person,
    Plan,
    Project,
    PromptTemplate,
    ScriptModule,
    Secret,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.requests import person_of
from plans.services import bind, unbind
from plans.services.members import remove_member, set_roles

Context = dict[str, Any]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what there is to set, with counts."""
    project = _project(request, "wire")
    organization = project.organization
    cards = [
        (_("Members and roles"), "plans:members", [], project.memberships.count()),
        (_("Bindings"), "plans:bindings", [], project.bindings.count()),
        (_("Task templates"), "plans:resources", ["task-templates"], _count(TaskTemplate, organization)),
        (_("Task statuses"), "plans:resources", ["task-statuses"], _count(TaskStatus, organization)),
        (_("Service bridges"), "plans:resources", ["service-bridges"], _count(ServiceBridge, organization)),
        (
            _("Prompt templates"),
            "plans:resources",
            ["prompt-templates"],
            _count(PromptTemplate, organization),
        ),
        (_("Script modules"), "plans:resources", ["script-modules"], _count(ScriptModule, organization)),
        (_("Agent runtimes"), "plans:resources", ["agent-runtimes"], _count(AgentRuntime, organization)),
        (_("Secrets"), "plans:secrets", [], _count(Secret, organization)),
        (_("Working time"), "tasks:calendar", [], ""),
    ]
    context = {
        "project": project,
        "cards": [{"title": t, "url": reverse(name, args=args), "count": n} for t, name, args, n in cards],
        "breadcrumbs": [{"label": _("Settings")}],
    }
    return render(request, "settings/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Show who is in the project; let an administrator change it."""
    project = _project(request, "administer")
    context: Context = {"typed": {}}
    if request.method == "POST":
        try:
            return _change_members(request, project)
        except Refused as refused:
            context = {"problem": refused.message, "typed": request.POST}
    rows = Membership.objects.filter(project=project).select_related("person").prefetch_related("roles")
    context |= {
        "members": [
            {"membership": row, "roles": sorted(role.slug for role in row.roles.all())}
            for row in rows.order_by("person__first_name", "person__username")
        ],
        "built_in": ROLES,
    }
    return _page(request, "members", _("Members and roles"), context)


@require_http_methods(["GET", "HEAD", "POST"])
def bindings(request: HttpRequest) -> HttpResponse:
    """Show what the project may use; bind and unbind."""
    project = _project(request, "wire")
    if request.method == "POST":
        return _change_bindings(request, project)
    organization = project.organization
    bound = list(Binding.objects.filter(project=project).order_by("resource_type", "resource_slug"))
    known = {(row.resource_type, row.resource_slug) for row in bound}
    offered = [
        *_offers("activity-plan", Plan.objects.alive().filter(organization=organization)),
        *_offers("task-template", TaskTemplate.objects.filter(organization=organization)),
        *_offers("task-status", TaskStatus.objects.filter(organization=organization)),
        *_offers("service-bridge", ServiceBridge.objects.filter(organization=organization)),
    ]
    context = {"bindings": bound, "offered": [offer for offer in offered if offer not in known]}
    return _page(request, "bindings", _("Bindings"), context)


@require_http_methods(["GET", "HEAD", "POST"])
def secrets(request: HttpRequest) -> HttpResponse:
    """Show the names of secrets; set, replace and delete them. Values never come back."""
    project = _project(request, "administer")
    context: Context = {"typed": {}}
    if request.method == "POST":
        try:
            return _change_secrets(request, project)
        except Refused as refused:
            context = {"problem": refused.message, "typed": {"name": request.POST.get("name", "")}}
    context["secrets"] = Secret.objects.filter(organization=project.organization).order_by("name")
    return _page(request, "secrets", _("Secrets"), context)


def _change_members(request: HttpRequest, project: Project) -> HttpResponse:
    person = Person.objects.filter(
        email__iexact=request.POST.get("email", "").strip(), is_active=True
    ).first()
    if person is None:
        raise Refused(_("Nobody here has this e-mail address; an administrator of the site makes accounts."))
    if "remove" in request.POST:
        remove_member(project, person, by=person_of(request))
        messages.success(request, _("%(person)s is no member any more.") % {"person": person.name})
        return redirect("plans:members")
    roles = request.POST.get("roles", "").replace(",", " ").split()
    set_roles(project, person, roles, by=person_of(request))
    messages.success(request, _("%(person)s has these roles now.") % {"person": person.name})
    return redirect("plans:members")


def _change_bindings(request: HttpRequest, project: Project) -> HttpResponse:
    if "unbind" in request.POST:
        number = request.POST["unbind"]
        binding = get_object_or_404(Binding, project=project, pk=int(number) if number.isdecimal() else 0)
        unbind(binding, by=person_of(request))
        messages.success(request, _("%(slug)s is unbound.") % {"slug": binding.resource_slug})
        return redirect("plans:bindings")
    resource_type, _separator, slug = request.POST.get("resource", "").partition("/")
    bind(project, resource_type, slug, by=person_of(request))
    messages.success(request, _("%(slug)s is bound.") % {"slug": slug})
    return redirect("plans:bindings")


def _change_secrets(request: HttpRequest, project: Project) -> HttpResponse:
    name = request.POST.get("name", "").strip()
    if "forget" in request.POST:
        vault.forget(project.organization, name, by=person_of(request))
        messages.success(request, _("Secret %(name)s is deleted.") % {"name": name})
        return redirect("plans:secrets")
    vault.seal(project.organization, name, request.POST.get("value", ""), by=person_of(request))
    messages.success(request, _("Secret %(name)s is set.") % {"name": name})
    return redirect("plans:secrets")


def _page(request: HttpRequest, name: str, title: str, context: Context) -> HttpResponse:
    context["title"] = title
    context["breadcrumbs"] = [{"label": _("Settings"), "url": reverse("plans:settings")}, {"label": title}]
    return render(request, f"settings/{name}.html", context, status=400 if context.get("problem") else 200)


def _project(request: HttpRequest, verb: str) -> Project:
    project = current_project(request)
    require(person_of(request), verb, project)
    return project


def _count(model: Any, organization: Any) -> int:
    return int(model.objects.filter(organization=organization).count())


def _offers(resource_type: str, rows: Any) -> list[tuple[str, str]]:
    return [(resource_type, slug) for slug in rows.order_by("slug").values_list("slug", flat=True)]
