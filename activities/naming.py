"""Names that a language model gives to activities, after their start; whatever goes wrong, the first title stays."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from activities import ai, runtime
from activities.compiled import compiled
from activities.models import Activity, DocumentFamily, Outbox
from activities.steps.model_use import keep_use_of_name
from plans.language.expressions.paths import PathSyntaxError, lookup
from plans.language.schema import Plan

logger = logging.getLogger("throughline.naming")
TITLE_LENGTH: Final = 300
SECONDS: Final = 30
MOST_DOCUMENTS: Final = 100
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z]+)(?::([^{}]+))?\}")
_DEFAULT: Final = (
    "Name a run of the plan {activityPlanName} that works on {documentFamilyCount} documents: {documentFamilyPaths}."
    " {documentMetadata}"
)
_FORM: Final = (
    '\n\nAnswer with JSON only: {"title": "at most ten words", "description": "one sentence"}. No other text.'
)


def wants_name(plan: Plan, *, title: str) -> bool:
    """Tell if a model is to name an activity that was started with this title; an explicit one is kept."""
    naming = plan.metadata.get("aiNaming")
    return not title and isinstance(naming, Mapping) and naming.get("enabled") is True


def name_activity(row: Outbox) -> None:
    """Ask for a name, with nothing locked, and give it if the title is still the one it was started with."""
    activity = Activity.objects.select_related("plan").get(pk=row.activity_id)
    plan = compiled(activity.version_id, activity.pinned_id).plan
    if activity.title != row.payload.get("title"):
        return
    prompt = prompt_for(plan, [each.document for each in _documents(activity)])
    try:
        chosen = ai.choose("SMALL")
        if chosen.model is None:
            return  # the offline stand-in has no names to give
        reply = ai.ask(chosen, prompt, seconds=SECONDS)
    except (ai.ModelFailed, ai.ModelProblem) as error:
        logger.warning("activity %s keeps its title: %s", activity.pk, error)
        return
    keep_use_of_name(activity, reply)
    title, description = read_names(reply.text)
    if title:
        runtime.rename(activity.pk, title=title, instead_of=activity.title, description=description)


def prompt_for(plan: Plan, documents: Sequence[DocumentFamily]) -> str:
    """Fill `{name}` and `{metadata:path}` in the plan's prompt; what is unknown stays as it is written."""
    naming = plan.metadata.get("aiNaming") or {}
    name, metadata = plan.name or plan.slug, [family.metadata for family in documents]
    values = {
        "templateName": name,
        "activityPlanName": name,
        "documentFamilyPaths": ", ".join(family.name for family in documents),
        "documentFamilyCount": str(len(documents)),
        "knowledgeFeatures": "",
        "documentMetadata": json.dumps([each for each in metadata if each], ensure_ascii=False),
    }

    def fill(match: re.Match[str]) -> str:
        word, path = match[1], match[2]
        if path is None:
            return values.get(word, match[0])
        return _joined(metadata, path) if word == "metadata" else "" if word == "externalData" else match[0]

    return _PLACEHOLDER.sub(fill, str(naming.get("prompt") or _DEFAULT)) + _FORM


def read_names(text: str) -> tuple[str, str]:
    """Read `{"title", "description"}`, in whatever a model puts around it, or a bare line; "" for no name."""
    inner = text[text.find("{") : text.rfind("}") + 1]
    try:
        found = json.loads(inner)
        title, description = found.get("title"), found.get("description")
    except (ValueError, AttributeError):
        title, description = (text.strip().splitlines() or [""])[0].strip("\"'# *"), ""
    clean = " ".join(str(title or "").split())[:TITLE_LENGTH]
    return clean, description.strip() if isinstance(description, str) else ""


def _documents(activity: Activity) -> Any:
    return activity.activity_documents.select_related("document").order_by("position")[:MOST_DOCUMENTS]


def _joined(metadata: Sequence[Any], path: str) -> str:
    """Return the values at a path of all documents' metadata, each once."""
    found: dict[str, None] = {}
    for each in metadata:
        try:
            value = lookup(each, path.strip())
        except PathSyntaxError:
            return ""
        if value is not None and value.value is not None:
            shown = (
                value.value if isinstance(value.value, str) else json.dumps(value.value, ensure_ascii=False)
            )
            found[shown] = None
    return "; ".join(found)
