"""The page that shows what differs between two versions of a plan: in words, and on the graph of both."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plans.catalog import catalog_of
from plans.context import current_project
from plans.editor.changing import changed_steps
from plans.errors import NotFound
from plans.graph_view import graph_view
from plans.language.diff import describe
from plans.language.findings import Catalog
from plans.language.schema import Plan as Document
from plans.language.spellings import read, write
from plans.models import Plan
from plans.requests import person_of
from plans.services.plans import version_of

BADGES: Final = {"added": "badge-ok", "removed": "badge-danger", "changed": "badge-warning"}


@require_safe
def compare_versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare `?from=` with `?to=`; without them, the two newest versions."""
    organization = current_project(request).organization
    plans = Plan.objects.visible_to(person_of(request)).filter(organization=organization)
    plan = get_object_or_404(plans.select_related("organization"), slug=slug)
    after = version_of(plan, _number(request, "to"))
    before = version_of(plan, _number(request, "from") or max(1, after.number - 1))
    old, new = read(before.document())[0], read(after.document())[0]
    states = changed_steps(write(old), write(new))
    context = {
        "plan": plan,
        "before": before,
        "after": after,
        "numbers": plan.versions.order_by("-number").values_list("number", flat=True),
        "changes": describe(old, new),
        "steps": [
            {"slug": step, "words": _words()[state], "badge": BADGES[state]} for step, state in states.items()
        ],
        "props": _props(old, new, states, catalog_of(organization)),
        "breadcrumbs": [
            {"label": _("Plans"), "url": reverse("plans:list")},
            {"label": plan.name, "url": reverse("plans:plan", args=[slug])},
            {"label": _("Compare versions")},
        ],
    }
    return render(request, "plans/compare.html", context)


def _props(old: Document, new: Document, states: dict[str, str], catalog: Catalog) -> dict[str, Any]:
    """Draw the newer graph with what is gone from the older one; each changed step says so in its line."""
    graph, gone = graph_view(new, catalog), graph_view(old, catalog)
    removed = {slug for slug, state in states.items() if state == "removed"}
    steps = [*graph["steps"], *(step for step in gone["steps"] if step["slug"] in removed)]
    edges = [*graph["edges"], *(edge for edge in gone["edges"] if {edge["from"], edge["to"]} & removed)]
    words = _words()
    drawn = [
        {**step, "line": words[states[step["slug"]]] if step["slug"] in states else ""} for step in steps
    ]
    return {
        "graph": {"steps": drawn, "edges": edges, "layout": {**gone["layout"], **graph["layout"]}},
        "steps": _both(write(old), write(new)),
        "findings": [],
    }


def _both(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Give each step as the page's drawer shows it: as it was, and as it is."""
    found: dict[str, Any] = {}
    for key, document in (("before", old), ("after", new)):
        for step in document["steps"] if isinstance(document["steps"], list) else ():
            if isinstance(step, dict) and isinstance(step.get("slug"), str):
                found.setdefault(step["slug"], {"config": {}})["config"][key] = step
    return found


def _words() -> dict[str, str]:
    return {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise NotFound(_('there is no version "%(number)s"') % {"number": text[:20]})
    return int(text)
