"""The page of the plan editor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plans import services
from plans.access import require_in
from plans.context import current_project
from plans.language.spellings import read, write
from plans.models import Person, Plan, PlanDraft, PlanVersion
from plans.notation import YAML_, notation_of
from plans.requests import person_of
from plans.services.plans import version_of

EDITOR_ADDRESSES = {
    "look": "look",
    "source": "source",
    "rename": "rename",
    "rewrite": "rewrite",
    "compare": "compare",
    "catalog": "catalog",
    "tryOut": "try",
    "cases": "cases",
    "evaluate": "evaluate",
}
PLAN_ADDRESSES = {
    "draft": "draft",
    "save": "save",
    "merge": "merge",
    "publish": "publish",
    "versions": "versions",
    "version": "versions/{number}",
    "runs": "runs",
    "run": "runs/{id}",
}


@require_safe
def edit_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a plan in the editor: the person's draft if there is one, else the newest version."""
    organization = current_project(request).organization
    person = person_of(request)
    plans = Plan.objects.visible_to(person).filter(organization=organization)
    plan = get_object_or_404(plans.select_related("organization"), slug=slug)
    require_in(person, "author", organization)
    version = version_of(plan, None)
    context = {"plan": plan, "props": _props(plan, version, services.draft_of(plan, person), person)}
    return render(request, "plans/edit.html", context)


def _props(plan: Plan, version: PlanVersion, draft: PlanDraft | None, person: Person) -> dict[str, Any]:
    published = plan.published
    return {
        "organization": plan.organization.slug,
        "slug": plan.slug,
        "document": version.document(),
        "source": version.source,
        "notation": notation_of(version.source) if version.source else YAML_,
        "versionNumber": version.number,
        "changeSequence": plan.change_sequence,
        "publishedVersionNumber": published.number if published is not None else None,
        "draft": _draft(draft),
        "person": {"username": person.username, "name": person.name},
        "urls": _addresses(plan),
    }


def _draft(draft: PlanDraft | None) -> dict[str, Any] | None:
    """Return the draft in the normal form; what can't be read in it stays as typed."""
    if draft is None or not isinstance(draft.document, dict):
        return None
    return {
        "document": write(read(draft.document)[0]),
        "source": draft.source,
        "beganFromVersionNumber": draft.began_from.number if draft.began_from else None,
        "updatedAt": draft.updated_at.isoformat(),
    }


def _addresses(plan: Plan) -> dict[str, str]:
    query = urlencode({"organization": plan.organization.slug})
    editor = reverse("api-plan-editor-look").removesuffix("look")
    own = reverse("api-plan-detail", args=[plan.slug])
    bindings = reverse("api-binding-list")
    return {
        **{name: f"{editor}{path}?{query}" for name, path in EDITOR_ADDRESSES.items()},
        **{name: f"{own}/{path}?{query}" for name, path in PLAN_ADDRESSES.items()},
        "presence": f"/ws/plans/{plan.organization.slug}/{plan.slug}/",
        "plan": reverse("plans:plan", args=[plan.slug]),
        "plans": reverse("plans:list"),
        "start": reverse("plans:plan", args=[plan.slug]) + "start/",
        "projects": reverse("api-project-list"),
        "bindings": bindings,
        "binding": f"{bindings}/{{id}}",
    }
