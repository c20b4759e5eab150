"""Starting an activity: every check in order, then rows for it and for each of its steps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import runtime
from activities.compiled import Compiled, compiled
from activities.engine import events as facts
from activities.engine.state import fresh, pack
from activities.errors import CannotStart, PlanNotBound
from activities.models import Activity, ActivityDocument, DocumentFamily, Step
from plans.catalog import catalog_from
from plans.errors import Invalid
from plans.language.expressions import TemplateError, render_title
from plans.language.finding import Finding
from plans.language.findings import check, check_inputs, check_variables
from plans.language.schema import Plan as Document
from plans.language.spellings import read
from plans.models import Binding, Person, PinnedDefinitions, Plan, PlanVersion, Project
from plans.services import pin

TITLE_LENGTH = 300


def start(
    plan: Plan,
    *,
    project: Project,
    by: Person | None,
    inputs: Mapping[str, Any],
    documents: Sequence[DocumentFamily] = (),
    title: str = "",
    variables: Mapping[str, Any] | None = None,
    replanned_from: Activity | None = None,
) -> Activity:
    """Start the plan's published version in the project.

    Raise PlanNotBound, CannotStart (errors of the plan or of its inputs, all of them) or Invalid.
    """
    _require_binding(plan, project)
    version = plan.published
    if version is None:
        raise Invalid(
            _("Plan “%(slug)s” has no published version; publish one first.") % {"slug": plan.slug},
            code="not-published",
        )
    document, findings = read(version.content.document)
    with transaction.atomic():
        pinned = pin(plan.organization, document)
        findings += check(document, catalog_from(pinned.document))
        given, more = judge(document, inputs, variables)
        _refuse(findings + more)
        _require_documents(document, documents)
        return launch(
            version, pinned, project=project, by=by, given=given, documents=documents, title=title,
            replanned_from=replanned_from,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What an activity is started with, coerced to the plan's types."""

    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]


def judge(
    document: Document, inputs: Mapping[str, Any], variables: Mapping[str, Any] | None
) -> tuple[Given, list[Finding]]:
    """Coerce inputs and variables; return them with what is wrong with them."""
    coerced, found = check_inputs(document, dict(inputs))
    values, more = check_variables(document, variables)
    return Given(coerced, values), [*found, *more]


def launch(
    version: PlanVersion,
    pinned: PinnedDefinitions,
    *,
    project: Project,
    by: Person | None,
    given: Given,
    documents: Sequence[DocumentFamily] = (),
    title: str = "",
    replanned_from: Activity | None = None,
) -> Activity:
    """Make the rows of a version that was checked, and let it run."""
    with transaction.atomic():
        activity = _create(
            version, pinned, project=project, by=by, given=given, replanned_from=replanned_from
        )
        document = compiled(version.pk, pinned.pk).plan
        activity.title, activity.description = _titles(document, activity, documents, title=title, by=by)
        activity.save(force_insert=True)
        _add_rows(activity, documents)
        runtime.record(activity.pk, facts.ActivityStarted(at=runtime.now()), actor_id=by.pk if by else None)
    activity.refresh_from_db(
        fields=["status", "seq", "state", "started_at", "finished_at", "outcome", "output", "error"]
    )
    return activity


def _create(
    version: PlanVersion,
    pinned: PinnedDefinitions,
    *,
    project: Project,
    by: Person | None,
    given: Given,
    replanned_from: Activity | None,
) -> Activity:
    ready = compiled(version.pk, pinned.pk)
    return Activity(
        id=uuid.uuid4(),
        organization_id=version.organization_id,
        project=project,
        plan=version.plan,
        version=version,
        pinned=pinned,
        replanned_from=replanned_from,
        inputs=given.inputs,
        variables=given.variables,
        started_by=by,
        state=pack(fresh(len(ready.steps))),
        created_at=timezone.now(),
    )


def _add_rows(activity: Activity, documents: Sequence[DocumentFamily]) -> None:
    ready: Compiled = compiled(activity.version_id, activity.pinned_id)
    Step.objects.bulk_create(
        [
            Step(activity=activity, position=position, slug=step.slug, kind=step.kind, name=step.name or "")
            for position, step in enumerate(ready.steps)
        ],
        batch_size=500,
    )
    ActivityDocument.objects.bulk_create(
        [
            ActivityDocument(activity=activity, document=document, position=position)
            for position, document in enumerate(dict.fromkeys(documents))
        ],
        batch_size=500,
    )


def _require_binding(plan: Plan, project: Project) -> None:
    bound = Binding.objects.filter(project=project, resource_type="activity-plan", resource_slug=plan.slug)
    if plan.organization_id != project.organization_id or not bound.exists():
        raise PlanNotBound(plan.slug, project.pk)


def _refuse(findings: Sequence[Finding]) -> None:
    errors: list[dict[str, object]] = [dict(finding.as_dict()) for finding in findings if finding.severity == "error"]
    if errors:
        raise CannotStart(errors)


def _require_documents(document: Document, documents: Sequence[DocumentFamily]) -> None:
    for group in document.document_family_groups:
        if group.required and not documents:
            raise Invalid(
                f'this activity requires at least one document in "{group.name}" before it can start',
                code="documents-required",
            )


def _titles(
    document: Document,
    activity: Activity,
    documents: Sequence[DocumentFamily],
    *,
    title: str,
    by: Person | None,
) -> tuple[str, str]:
    """Render title and description; raise Invalid for a template that can't be rendered."""
    names = [family.name for family in documents]
    root = {
        "inputs": activity.inputs,
        "org": {
            "id": activity.organization_id,
            "slug": activity.organization.slug,
            "name": activity.organization.name,
        },
        "project": {"id": activity.project_id, "slug": activity.project.slug, "name": activity.project.name},
        "caller": {"userId": by.pk if by else None, "email": by.email if by else None},
        "now": activity.created_at.isoformat(),
        "documentCount": len(names),
        "documentNames": names,
        "documentPaths": names,
        "documentPath": names[0] if names else "",
        "metadata": documents[0].metadata if documents else {},
        "documentMetadata": [family.metadata for family in documents],
    }
    try:
        rendered = title or render_title(document.default_title_template or "", root).strip()
        description = render_title(document.default_description_template or "", root)
    except TemplateError as error:
        raise Invalid(
            _("The plan's title template can't be rendered: %(error)s") % {"error": error},
            code="template-error",
        ) from error
    return (rendered or document.name or document.slug)[:TITLE_LENGTH], description
