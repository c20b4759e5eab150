"""Activities that scripts ask for next: started once theirs is COMPLETED, each in a transaction of its own.

A start that is refused is soft: it is written down on the step (`nextActivityError`), and the source stays COMPLETED.
What is started has an id made of its source, so a delivery that is done again starts nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from activities import blobs, runtime
from activities.models import Activity, DocumentFamily, Outbox, Step
from activities.starting import Origin, start
from activities.steps.script_result import follow_ups
from plans.errors import Invalid, NotFound, Refused
from plans.models import Plan, Project

TRIGGER: Final = "NEXT_ACTIVITY"
MAX_LINEAGE: Final = 10


def start_follow_ups(row: Outbox) -> None:
    """Start what the scripts of a completed activity asked for; called with nothing locked."""
    source = Activity.objects.select_related("project", "started_by", "organization").get(pk=row.activity_id)
    if source.status != "COMPLETED":
        return
    steps = Step.objects.filter(activity=source, kind="SCRIPT", status="COMPLETED", documents_total=0)
    for step in steps.order_by("position"):
        entries = follow_ups(blobs.value_of(source.organization_id, step.result))
        if entries:
            outcomes = [_start(source, step, number, entry) for number, entry in enumerate(entries)]
            runtime.annotate_result(source.pk, step.position, _told(outcomes))


def lineage(activity: Activity) -> int:
    """Return how many activities led to this one, each by starting the next."""
    count, origin = 0, activity.trigger_metadata
    while count <= MAX_LINEAGE and (source := (origin or {}).get("sourceActivityId")):
        count += 1
        origin = Activity.objects.values_list("trigger_metadata", flat=True).filter(pk=source).first()
    return count


def _start(source: Activity, step: Step, number: int, entry: Mapping[str, Any]) -> UUID | str:
    """Start one; return its id, or why it was not started."""
    wanted = uuid5(source.pk, f"{step.slug}/{step.run}/{number}")
    if Activity.objects.filter(pk=wanted).exists():
        return wanted
    try:
        return _started(source, step, entry, wanted)
    except Refused as refusal:
        return refusal.message
    except IntegrityError:
        if Activity.objects.filter(pk=wanted).exists():
            return wanted  # another delivery was faster
        raise


def _started(source: Activity, step: Step, entry: Mapping[str, Any], wanted: UUID) -> UUID:
    if lineage(source) >= MAX_LINEAGE:
        raise Invalid(
            _("%(limit)d activities led to this one, each by starting the next; it starts no other")
            % {"limit": MAX_LINEAGE},
            code="lineage-too-long",
        )
    project = _project(source, entry.get("projectId"))
    slug = str(entry["activityPlanRef"]).rpartition("/")[2]
    plan = Plan.objects.alive().filter(organization=source.organization, slug=slug).first()
    if plan is None:
        raise NotFound(_("there is no plan “%(slug)s”") % {"slug": slug})
    given = entry.get("triggerMetadata")
    activity = start(
        plan,
        project=project,
        by=source.started_by,
        inputs=entry.get("inputs") or {},
        documents=_documents(source, project, entry.get("documentFamilyIds")),
        title=str(entry.get("title") or ""),
        variables=entry.get("variables"),
        origin=Origin(
            kind=TRIGGER,
            metadata={**(given if isinstance(given, Mapping) else {}), **_source(source, step)},
            activity_id=wanted,
            description=str(entry.get("description") or ""),
            priority=entry.get("priority") or 0,
        ),
    )
    return activity.pk


def _source(source: Activity, step: Step) -> dict[str, Any]:
    return {
        "sourceActivityId": str(source.pk),
        "sourceStepId": step.slug,
        "sourceActionUuid": step.action,
        "sourceProjectId": source.project.slug,
    }


def _project(source: Activity, reference: Any) -> Project:
    if reference is None:
        return source.project
    named = Q(slug=str(reference)) | (Q(pk=int(reference)) if str(reference).isdecimal() else Q())
    found = Project.objects.filter(named, organization=source.organization).first()
    if found is None:
        raise NotFound(_("there is no project “%(project)s”") % {"project": reference})
    return found


def _documents(source: Activity, project: Project, ids: Sequence[Any] | None) -> list[DocumentFamily]:
    """Return the named documents, or those of the source; only what is the project's own goes with it."""
    if ids is None:
        rows = source.activity_documents.select_related("document")
        return [row.document for row in rows if row.document.project_id == project.pk]
    wanted = [_uuid(each) for each in ids]
    found = {
        row.pk: row for row in DocumentFamily.objects.filter(project=project, pk__in=filter(None, wanted))
    }
    missing = [str(each) for each, key in zip(ids, wanted, strict=True) if key not in found]
    if missing:
        raise Invalid(_("unknown documents: %(ids)s") % {"ids": ", ".join(missing)}, code="unknown-documents")
    return [found[key] for key in wanted if key is not None]


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _told(outcomes: Sequence[UUID | str]) -> dict[str, Any]:
    """Return what the step's result says of them: the first of each, and all in order where there are several."""
    ids = [str(each) if isinstance(each, UUID) else None for each in outcomes]
    errors = [None if isinstance(each, UUID) else each for each in outcomes]
    told: dict[str, Any] = {}
    if any(ids):
        told["nextActivityId"] = next(each for each in ids if each)
    if any(errors):
        told["nextActivityError"] = next(each for each in errors if each)
    if len(outcomes) > 1:
        told |= {"nextActivityIds": ids, "nextActivityErrors": errors}
    return told
