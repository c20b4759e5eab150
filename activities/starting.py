"""Starting an activity: every check in order, then rows for it and for each of its steps."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import runtime
from activities.compiled import Compiled, Stored, check_stored, compiled, read_stored
from activities.engine import events as facts
from activities.engine.state import fresh, pack
from activities.errors import CannotStart, CommandRefused, PlanNotBound
from activities.models import Activity, ActivityDocument, DocumentFamily, Step
from activities.naming import wants_name
from activities.pages import count_pages
from activities.start_checks import require_documents, running_instead, runtimes_not_ready
from plans.errors import Invalid
from plans.language.expressions import TemplateError, render_title
from plans.language.finding import Finding, error
from plans.language.findings import check_inputs, check_variables, schema_errors
from plans.language.schema import Plan as Document
from plans.models import Binding, Organization, Person, PinnedDefinitions, Plan, PlanVersion, Project
from plans.services import pin

TITLE_LENGTH = 300

logger = logging.getLogger(__name__)


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
    origin: Origin | None = None,
) -> Activity:
    """Start the plan's published version in the project; of a plan that runs once per project, return the run there is.

    Raise PlanNotBound, CannotStart (errors of the plan or of its inputs, all of them) or Invalid.
    """
    if replanned_from is not None and replanned_from.parent_id is not None:
        raise CommandRefused(
            _(
                "This activity belongs to a step of another; rerun that step, and it starts the newest version."
            )
        )
    prepare(plan, documents)
    with transaction.atomic():
        ready = startable(plan, project)
        given, more = judge(ready.document, inputs, variables)
        _refuse([*ready.findings, *more])
        require_documents(ready.document, documents)
        running = running_instead(plan, ready.document, project, besides=replanned_from)
        if running is not None:
            return running
        return launch(
            ready.version, ready.pinned, project=project, by=by, given=given, documents=documents, title=title,
            replanned_from=replanned_from, origin=origin,
        )  # fmt: skip


def prepare(plan: Plan, documents: Sequence[DocumentFamily]) -> None:
    """Find out about the documents what the start will ask; call it with nothing locked, for it may take a while."""
    if plan.published is not None:
        count_pages(read_stored(Stored.of(plan.published.content.document))[0], documents)


@dataclass(frozen=True, slots=True)
class Startable:
    """A published version, with the definitions it goes on with and what is to be said about it."""

    version: PlanVersion
    pinned: PinnedDefinitions
    document: Document
    findings: Sequence[Finding]


def startable(plan: Plan, project: Project) -> Startable:
    """Return the version that a start in the project takes; raise PlanNotBound, or Invalid if none is published."""
    _require_binding(plan, project)
    version = plan.published
    if version is None:
        raise Invalid(
            _("Plan “%(slug)s” has no published version; publish one first.") % {"slug": plan.slug},
            code="not-published",
        )
    content = Stored.of(version.content.document)
    document, _findings = read_stored(content)
    pinned = definitions_of(plan.organization, document)
    findings = check_stored(content, Stored.of(pinned.document))
    return Startable(version, pinned, document, [*findings, *runtimes_not_ready(document, pinned.document)])


_fixed: ContextVar[PinnedDefinitions | None] = ContextVar("fixed definitions", default=None)


def definitions_of(organization: Organization, document: Document) -> PinnedDefinitions:
    """Pin what the document refers to."""
    return _fixed.get() or pin(organization, document)


@contextmanager
def with_definitions(pinned: PinnedDefinitions) -> Iterator[None]:
    """Let every plan of this context refer to these definitions: a trial has them from its catalog."""
    token = _fixed.set(pinned)
    try:
        yield
    finally:
        _fixed.reset(token)


@dataclass(frozen=True, slots=True)
class Given:
    """What an activity is started with, coerced to the plan's types. A flow may take any JSON as its input."""

    inputs: Any
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """What set an activity off, where it was no person: `metadata` tells the source. By its id there is one, ever."""

    kind: str
    metadata: Mapping[str, Any]
    activity_id: uuid.UUID | None = None
    description: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Lineage:
    """The activity whose step starts this one. `nested`: as a flow that stands inside the step."""

    parent: Activity
    nested: bool


def judge(
    document: Document, inputs: Any, variables: Mapping[str, Any] | None
) -> tuple[Given, list[Finding]]:
    """Coerce inputs and variables; return them with what is wrong with them."""
    if isinstance(inputs, Mapping) or document.input_options:
        coerced, found = check_inputs(document, inputs)
    else:
        coerced, found = inputs, list(_check_value(document, inputs))
    values, more = check_variables(document, variables)
    return Given(coerced, values), [*found, *more]


def _check_value(document: Document, value: Any) -> Iterator[Finding]:
    if document.inputs_schema is not None:
        for pointer, what in schema_errors(document.inputs_schema, value):
            yield error("invalid-inputs", f"{pointer or '/'}: {what}", field="inputs")


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
    lineage: Lineage | None = None,
    origin: Origin | None = None,
) -> Activity:
    """Make the rows of a version that was checked, and let it run; raise Invalid for what the plan does not take.

    The rows of a child are made while its parent is locked. That is no second lock: nobody else can know them yet.
    """
    ready = compiled(version.pk, pinned.pk)
    document = ready.plan
    if any(ready.legacy_uuids):
        message = "plan %s still holds legacy uuids: %d of steps, %d of actions"
        logger.warning(message, version.plan.slug, *ready.legacy_uuids)
    with transaction.atomic():
        activity = _create(
            version, pinned, project=project, by=by, given=given, replanned_from=replanned_from
        )
        if lineage is not None:
            _descend(activity, lineage)
        activity.title, activity.description = _titles(document, activity, documents, title=title, by=by)
        if origin is not None:
            _come_from(activity, origin)
        activity.save(force_insert=True)
        _add_rows(activity, documents)
        runtime.record(activity.pk, facts.ActivityStarted(at=runtime.now()), actor_id=by.pk if by else None)
        if wants_name(document, title=title) and not activity.nested:
            runtime.post(
                activity.pk, "name-activity", name="name-activity", payload={"title": activity.title}
            )
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


def _descend(activity: Activity, lineage: Lineage) -> None:
    parent = lineage.parent
    activity.parent, activity.depth, activity.nested = parent, parent.depth + 1, lineage.nested
    activity.trigger_kind = "PARENT"
    activity.trigger_metadata = {"sourceActivityId": str(parent.pk)}


def _come_from(activity: Activity, origin: Origin) -> None:
    activity.id = origin.activity_id or activity.id
    activity.trigger_kind, activity.trigger_metadata = origin.kind, dict(origin.metadata)
    activity.description = origin.description or activity.description
    activity.priority = origin.priority


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
    errors: list[dict[str, object]] = [
        dict(finding.as_dict()) for finding in findings if finding.severity == "error"
    ]
    if errors:
        raise CannotStart(errors)


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
    except TemplateError as problem:
        raise Invalid(
            _("The plan's title template can't be rendered: %(error)s") % {"error": problem},
            code="template-error",
        ) from problem
    return (rendered or document.name or document.slug)[:TITLE_LENGTH], description
