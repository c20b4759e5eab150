"""What a completed step leaves behind: badges on its activity, a status on its documents.

Only `activities.runtime` and a lane of a fan-out call this, in the transaction that completes the step or the document.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from activities import blobs
from activities.models import Activity, DocumentFamily, StepDocument
from activities.models import Step as RunStep
from activities.steps.script_result import badges_in, badges_of
from plans.language.schema import BridgeCallConfig, ScriptConfig, Step

logger = logging.getLogger("throughline.marks")
MOST_BADGES: Final = 50
MOST_READ: Final = 1000
STATUS: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
SETTING: Final = (ScriptConfig, BridgeCallConfig)  # kinds whose results can carry badges


def leave(activity: Activity, step: Step, result: Any) -> bool:
    """Stamp the activity's documents and add its badges; tell if the badges changed. The activity is locked."""
    if step.set_document_status and not step.per_document:
        stamp(step, activity.activity_documents.values_list("document_id", flat=True))
    found = badges_in([badge for badge in step.badges if badge.get("promote") is True])
    if isinstance(step.config, SETTING):
        found += _of_documents(activity, step) if step.per_document else badges_of(result)
    return bool(found) and _merge(activity, found)


def renew(activity: Activity, completed: Sequence[Step]) -> bool:
    """Put the badges on anew, by the steps that are still completed: others are done again; tell if they changed."""
    before, activity.badges = activity.badges, []
    own = [step for step in completed if isinstance(step.config, SETTING) and not step.per_document]
    setting = [step.slug for step in own if _can_set(step)]
    rows = RunStep.objects.filter(activity=activity, slug__in=setting).values_list("slug", "result")
    results = blobs.resolved(activity.organization_id, dict(rows)) if setting else {}
    for step in completed:
        found = badges_in([badge for badge in step.badges if badge.get("promote") is True])
        if step.slug in results:
            found += badges_of(results[step.slug])
        elif isinstance(step.config, SETTING) and step.per_document:
            found += _of_documents(activity, step)
        _merge(activity, found)
    return before != activity.badges


def stamp(step: Step, documents: Any) -> None:
    """Give the documents the status that the step sets; one that is no slug is logged, and changes nothing."""
    status = step.set_document_status
    if not status:
        return
    if not STATUS.fullmatch(status):
        logger.warning("step %s sets unknown document status %r; it was left out", step.slug, status)
        return
    DocumentFamily.objects.filter(pk__in=documents).update(status=status)


def stamp_document(step: Step, documents: Sequence[UUID]) -> None:
    """Stamp those documents that completed a per-document step."""
    if step.set_document_status and documents:
        stamp(step, list(documents))


def _of_documents(activity: Activity, step: Step) -> list[dict[str, str]]:
    """Return the badges that the documents of a step carry; read only where its text can set some."""
    if not _can_set(step):
        return []
    rows = StepDocument.objects.filter(step__activity=activity, step__slug=step.slug, status="COMPLETED")
    results = dict(rows.order_by("position").values_list("position", "result")[:MOST_READ])
    whole = blobs.resolved(activity.organization_id, results)
    return [badge for result in whole.values() for badge in badges_of(result)]


def _can_set(step: Step) -> bool:
    """Tell if the text of a step can put badges on; what sidecars do is not read for it."""
    return "badges" in step.config.model_dump_json() or bool(getattr(step.config, "script_sidecars", ()))


def _merge(activity: Activity, found: Sequence[dict[str, str]]) -> bool:
    """Add badges that are not there yet: one is told by its icon, label and color."""
    known = [dict(badge) for badge in activity.badges]
    for badge in found:
        if badge not in known and len(known) < MOST_BADGES:
            known.append(badge)
    changed = known != activity.badges
    activity.badges = known
    return changed
