"""Settings pages of what plans refer to by slug: a list, and one of them as a form, its definition as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from plans.access import require
from plans.context import current_project
from plans.errors import Refused
from plans.forms import JsonField
from plans.models import (
    AgentRuntime,
    Organization,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.models.resources import Resource
from plans.requests import person_of
from plans.services import delete_resource, save_resource

NEW: Final = "new_"  # no slug holds a _, so this is the address of what has none yet


class ResourceForm(forms.Form):
    """What all resources have."""

    slug = forms.CharField(label=gettext_lazy("Slug"), max_length=80)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    change_sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        """Return the model fields that were sent."""
        fixed = ("slug", "change_sequence")
        return {name: value for name, value in self.cleaned_data.items() if name not in fixed}


class TemplateForm(ResourceForm):
    """A task template."""

    metadata = JsonField(
        label=gettext_lazy("Metadata"),
        shape=dict,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "title, form (JSON Schema), actions, candidates, priority, dueInHours, workingTime, "
            "remindBeforeHours, escalateAfterHours, escalateTo"
        ),
    )


class StatusForm(ResourceForm):
    """A task status."""

    status_type = forms.ChoiceField(label=gettext_lazy("Type"), choices=TaskStatus.Type.choices)
    sequence = forms.IntegerField(label=gettext_lazy("Order"), min_value=0, initial=0)


class BridgeForm(ResourceForm):
    """A service bridge."""

    definition = JsonField(
        label=gettext_lazy("Definition"),
        shape=dict,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy("baseUrl, defaultHeaders, endpoints; secrets stand as ${secrets.NAME}"),
    )


class PromptForm(ResourceForm):
    """A prompt template."""

    prompt = forms.CharField(
        label=gettext_lazy("Prompt"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy("{name} is filled from promptVariables, {{ inputs.x }} from the activity"),
    )


class ScriptForm(ResourceForm):
    """A script module."""

    script = forms.CharField(
        label=gettext_lazy("Script"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy("What SCRIPT steps name in scriptSidecars; what it declares, they can use"),
    )


class RuntimeForm(ResourceForm):
    """An agent runtime."""

    definition = JsonField(
        label=gettext_lazy("Definition"),
        shape=dict,
        widget=forms.Textarea(attrs={"rows": 16, "class": "mono", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "model (SMALL, LARGE or an id), instructions, maxConcurrent, maxRequests, moduleRefs, status"
        ),
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: its model, form, words, and who may change it."""

    model: type[Resource]
    form: type[ResourceForm]
    title: str
    one: str
    verb: str
    blank: dict[str, Any]


_NO_FORM: Final = {
    "title": "",
    "form": {"type": "object", "properties": {}},
    "actions": [],
    "candidates": {"roles": []},
}
_NO_BRIDGE: Final = {"baseUrl": "https://", "endpoints": [{"name": "", "method": "POST", "path": "/"}]}


_NO_RUNTIME: Final = {
    "model": "LARGE",
    "instructions": "",
    "maxConcurrent": 2,
    "maxRequests": 20,
    "moduleRefs": [],
    "status": "READY",
}


def _kinds() -> dict[str, Kind]:
    return {
        "task-templates": Kind(
            TaskTemplate,
            TemplateForm,
            _("Task templates"),
            _("task template"),
            "author",
            {"metadata": _NO_FORM},
        ),
        "task-statuses": Kind(TaskStatus, StatusForm, _("Task statuses"), _("task status"), "author", {}),
        "service-bridges": Kind(
            ServiceBridge,
            BridgeForm,
            _("Service bridges"),
            _("service bridge"),
            "administer",
            {"definition": _NO_BRIDGE},
        ),
        "prompt-templates": Kind(
            PromptTemplate, PromptForm, _("Prompt templates"), _("prompt template"), "author", {}
        ),
        "script-modules": Kind(
            ScriptModule, ScriptForm, _("Script modules"), _("script module"), "author", {}
        ),
        "agent-runtimes": Kind(
            AgentRuntime,
            RuntimeForm,
            _("Agent runtimes"),
            _("agent runtime"),
            "administer",
            {"definition": _NO_RUNTIME},
        ),
    }


@require_safe
def resource_list(request: HttpRequest, kind: str) -> HttpResponse:
    """List the organization's resources of a kind."""
    found, organization = _known(request, kind)
    rows = found.model._default_manager.filter(organization=organization).order_by("name")
    context = {
        "kind": kind,
        "title": found.title,
        "one": found.one,
        "rows": rows,
        "new_url": reverse("plans:resource", args=[kind, NEW]),
        "breadcrumbs": [{"label": _("Settings"), "url": reverse("plans:settings")}, {"label": found.title}],
    }
    return render(request, "settings/resources.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Show one resource as a form; save or delete it."""
    found, organization = _known(request, kind)
    row = None
    if slug != NEW:
        rows = found.model._default_manager.filter(organization=organization)
        row = get_object_or_404(rows, slug=slug)
    if request.method != "POST":
        return _page(request, kind, row, found.form(initial=_initial(row) if row else found.blank))
    if "delete" in request.POST and row is not None:
        delete_resource(row, by=person_of(request))
        messages.success(request, _("%(name)s is deleted.") % {"name": row.name})
        return redirect("plans:resources", kind)
    form = found.form({**request.POST.dict(), **({"slug": slug} if row else {})})
    if not form.is_valid():
        return _page(request, kind, row, form, status=400)
    try:
        expected = form.cleaned_data["change_sequence"] if row else 0
        saved = save_resource(
            found.model,
            organization,
            form.cleaned_data["slug"],
            form.values(),
            by=person_of(request),
            expected=expected,
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, kind, row, form, status=refused.status)
    messages.success(
        request, _("%(name)s is saved. What runs already keeps what it began with.") % {"name": saved.name}
    )
    return redirect("plans:resources", kind)


def _known(request: HttpRequest, kind: str) -> tuple[Kind, Organization]:
    found = _kinds().get(kind)
    if found is None:
        raise Http404("no such kind")
    project = current_project(request)
    require(person_of(request), found.verb, project)
    return found, project.organization


def _initial(row: Resource) -> dict[str, Any]:
    fields = (
        "slug",
        "name",
        "description",
        "change_sequence",
        "metadata",
        "definition",
        "prompt",
        "script",
        "status_type",
        "sequence",
    )
    return {name: getattr(row, name) for name in fields if hasattr(row, name)}


def _page(
    request: HttpRequest, kind: str, row: Resource | None, form: ResourceForm, status: int = 200
) -> HttpResponse:
    found = _kinds()[kind]
    if row is not None:
        form.fields["slug"].disabled = True
        form.initial.setdefault("slug", row.slug)
    title = row.name if row else _("New %(one)s") % {"one": found.one}
    context = {
        "kind": kind,
        "row": row,
        "form": form,
        "title": title,
        "breadcrumbs": [
            {"label": _("Settings"), "url": reverse("plans:settings")},
            {"label": found.title, "url": reverse("plans:resources", args=[kind])},
            {"label": title},
        ],
    }
    return render(request, "settings/resource.html", context, status=status)
