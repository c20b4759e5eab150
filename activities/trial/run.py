"""Run a plan to its end here and now: no server, no broker, played time."""

from __future__ import annotations

import hashlib
import itertools
import mimetypes
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from activities import blobs, delivery, dispatch, fanout, runtime, timers, worker
from activities.admission import unopened_documents, unrouted_documents
from activities.compiled import compiled
from activities.engine.state import ENDED
from activities.models import (
    Activity,
    DocumentFamily,
    DocumentStore,
    Outbox,
    Step,
    StepDocument,
)
from activities.scope import documents_result
from activities.starting import judge, launch, with_definitions
from activities.steps import StepHandler, standing_in
from activities.steps.files import files_below
from activities.trial.catalog import definitions_of, written_plans
from activities.trial.clock import NEVER, Clock
from activities.trial.mocks import Mocks, Played
from activities.trial.organization import merged
from plans.language.finding import Finding
from plans.language.findings import check, read_catalog
from plans.language.schema import Plan as Document
from plans.language.spellings import read, write
from plans.models import Binding, Organization, PinnedDefinitions, Plan, PlanContent, PlanVersion, Project

_numbers = itertools.count(1)


@dataclass(slots=True)
class Trial:
    """What to run: a document in any spelling, what it is started with, and who plays the world."""

    document: Any
    inputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] | None = None
    documents: Sequence[str] = ()
    mocks: Sequence[Mapping[str, Any]] = ()
    folder: Path = Path()
    catalog: Mapping[str, Any] | None = None  # what there is beside the plan's own `test.catalog`, which wins
    clock: Clock | None = None

    def run(self) -> dict[str, Any]:
        """Return `{status, outcome, output, error, steps, findings, unrouted}`; status None where it does not start."""
        return self.perform(Local(self.clock), Played).report()

    def perform(self, local: Local, handlers: Players, *, about: Collection[str] | None = None) -> Performed:
        """Run the plan, if it may start, as the dispatcher and the handlers will have it.

        With `about`, errors of other steps do not keep it from starting.
        """
        plan, findings = read(self.document)
        definitions = merged((plan.test or {}).get("catalog"), self.catalog)
        findings = [*findings, *check(plan, read_catalog(definitions))]
        given, more = judge(plan, self.inputs, self.variables)
        findings += more
        if about is not None:
            findings = [finding for finding in findings if finding.step is None or finding.step in about]
        if any(finding.severity == "error" for finding in findings):
            return Performed(plan, definitions, findings, None)
        others = written_plans(definitions)
        with (
            dispatch.using(local),
            standing_in(handlers(Mocks(self.mocks), plans=frozenset(others))),
            runtime.playing(local.now),
            files_below(self.folder),
        ):
            project = _project()
            _publish(project, others)
            version = _version(plan, project.organization)
            pinned = _pinned(project.organization, definitions_of(definitions, plan))
            documents = [_document(project, name, self.folder) for name in self.documents]
            with with_definitions(pinned):
                activity = launch(version, pinned, project=project, by=None, given=given, documents=documents)
                local.play(activity.pk)
        return Performed(plan, definitions, findings, Activity.objects.get(pk=activity.pk))


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of a trial; `activity` is None where the plan does not start."""

    plan: Document
    definitions: Any  # the catalog that it was tried with
    findings: Sequence[Finding]
    activity: Activity | None

    def report(self) -> dict[str, Any]:
        """Return what came out, as `run_plan --json` prints it."""
        return refused(self.findings) if self.activity is None else report(self.activity, self.findings)


class Players(Protocol):
    """What gives the handlers of a trial."""

    def __call__(self, mocks: Mocks, *, plans: frozenset[str]) -> Callable[[str], StepHandler]:
        """Return who does the work of a kind; `plans` are those of the catalog, which run for real."""
        ...


class Local:
    """A dispatcher that does everything itself, in order; with nothing else left, the clock jumps to the next timer.

    An author's clock holds back what would happen to steps that wait for people; without one, time passes for all.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock
        self.work: deque[tuple[str, UUID, int | None]] = deque()
        self.ahead = timedelta()
        self.unsent: tuple[str, ...] = (
            "tell-owner",
            "follow-ups",
            "name-activity",
        )  # what a trial leaves out

    def now(self) -> datetime:
        """Return the played time."""
        return timezone.now() + self.ahead

    def drive(self, activity_id: UUID, position: int | None) -> None:
        """Put a ready step in line."""
        self.work.append(("drive", activity_id, position))

    def documents(self, activity_id: UUID, position: int) -> None:
        """Put a fan-out in line."""
        self.work.append(("documents", activity_id, position))

    def timer(self, activity_id: UUID, due_at: datetime) -> None:
        """Timers are looked for when nothing else is left."""

    def outbox(self, activity_id: UUID) -> None:
        """Put a delivery in line."""
        self.work.append(("outbox", activity_id, None))

    def play(self, activity_id: UUID) -> None:
        """Work until nothing more can happen without a person."""
        while True:
            while self.work:
                self._do(*self.work.popleft())
            activity = Activity.objects.get(pk=activity_id)
            if activity.status in ENDED:
                return
            family = Activity.objects.filter(organization=activity.organization_id).exclude(status__in=ENDED)
            upcoming = self._upcoming(list(family))
            if upcoming is None:
                return
            due, happen = upcoming
            self.ahead += max(due - self.now(), timedelta())
            happen(max(due, self.now()))

    def _upcoming(self, family: Sequence[Activity]) -> tuple[datetime, Callable[[datetime], object]] | None:
        """Return what is due next, and how to let it happen."""
        # What is due 48 hours after the first step is due 48 hours after the start: what the work took is no time.
        person = self.clock.next(family, began=timezone.now()) if self.clock is not None else None
        waiting = {one.pk: due for one in family if (due := timers.next_due(one)) is not None and due < NEVER}
        first = min(waiting, key=lambda key: waiting[key], default=None)
        if person is not None and (first is None or person.at <= waiting[first]):
            return person.at, person.happen
        return None if first is None else (waiting[first], lambda at: timers.fire(first, at=at))

    def _do(self, what: str, activity_id: UUID, position: int | None) -> None:
        match what:
            case "drive":
                worker.drive(activity_id, position)
            case "documents" if position is not None:
                self.work_on(activity_id, position)
            case _:
                Outbox.objects.filter(activity_id=activity_id, kind__in=self.unsent).delete()
                delivery.deliver(activity_id)

    def work_on(self, activity_id: UUID, position: int) -> None:
        """Work on documents of a step."""
        fanout.run_lane(activity_id, position)


def refused(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the report of a plan that does not start: errors first."""
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    return {
        "status": None,
        "outcome": None,
        "output": None,
        "error": None,
        "steps": {},
        "findings": [finding.as_dict() for finding in ordered],
        "unrouted": 0,
    }


def report(activity: Activity, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what came out."""
    ended = activity.status in ENDED
    documents = _documents_by_step(activity)
    return {
        "status": activity.status,
        "outcome": (activity.outcome or "failed") if ended else None,
        "output": activity.output,
        "error": activity.error,
        "steps": {
            step.slug: _step(activity, step, documents.get(step.pk, ()))
            for step in Step.objects.filter(activity=activity).order_by("position")
        },
        "findings": [finding.as_dict() for finding in findings],
        "unrouted": unrouted_documents(activity, compiled(activity.version_id, activity.pinned_id)),
    }


def _documents_by_step(activity: Activity) -> dict[int, list[StepDocument]]:
    rows = StepDocument.objects.filter(step__activity=activity).select_related("document")
    found: dict[int, list[StepDocument]] = {}
    for row in rows.order_by("position"):
        found.setdefault(row.step_id, []).append(row)
    return found


def _step(activity: Activity, step: Step, rows: Sequence[StepDocument]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "status": step.status,
        "action": step.action,
        "result": blobs.value_of(activity.organization_id, step.result),
        "error": step.error,
    }
    if rows:
        shown["result"] = documents_result(activity, step.slug)
        shown["documents"] = {
            row.document.name: {
                "status": row.status,
                "action": row.action,
                "result": blobs.value_of(activity.organization_id, row.result),
                "error": row.error,
            }
            for row in rows
        }
    elif _fans_out(activity, step) and step.status in ("COMPLETED", "NOT_TAKEN", "SKIPPED"):
        stands = unopened_documents(
            activity, compiled(activity.version_id, activity.pinned_id), step.position
        )
        nothing = {"action": None, "result": None, "error": None}
        shown["documents"] = {name: {"status": status} | nothing for name, status in stands.items()}
        shown["result"] = {"documents": {}} if step.status == "COMPLETED" else step.result
    return shown


def _fans_out(activity: Activity, step: Step) -> bool:
    return compiled(activity.version_id, activity.pinned_id).graph.nodes[step.position].fan_out is not None


def _project() -> Project:
    number = next(_numbers)
    organization = Organization.objects.create(slug=f"trial-{number}", name="Trial")
    return Project.objects.create(organization=organization, slug="trial", name="Trial")


def _publish(project: Project, plans: Mapping[str, Document]) -> None:
    """Have the plans of the catalog published, and the project bound to them."""
    for slug, document in plans.items():
        version = _version(document.model_copy(update={"slug": slug}), project.organization)
        Plan.objects.filter(pk=version.plan_id).update(published=version)
        Binding.objects.create(
            organization=project.organization,
            project=project,
            resource_type="activity-plan",
            resource_slug=version.plan.slug,
        )


def _version(document: Document, organization: Organization) -> PlanVersion:
    plan, _made = Plan.objects.get_or_create(
        organization=organization,
        slug=document.slug[:80] or "trial",
        defaults={"name": document.name[:200] or "Trial"},
    )
    number = plan.versions.count() + 1
    content = PlanContent.objects.create(
        organization=organization, digest=f"trial-{plan.pk}-{number}", document=write(document)
    )
    return PlanVersion.objects.create(plan=plan, organization=organization, number=number, content=content)


def _pinned(organization: Organization, definitions: Mapping[str, Any]) -> PinnedDefinitions:
    return PinnedDefinitions.objects.create(
        organization=organization, digest="trial", document=dict(definitions)
    )


def _document(project: Project, name: str, folder: Path) -> DocumentFamily:
    """Put a document in: the file of that name beside the plan, else an empty one."""
    beside = (folder / name).resolve()
    content = beside.read_bytes() if beside.is_relative_to(folder.resolve()) and beside.is_file() else b""
    store, _made = DocumentStore.objects.get_or_create(
        organization=project.organization, project=project, slug="documents", defaults={"name": "Documents"}
    )
    digest = hashlib.sha256(content).hexdigest()
    file = f"trial/{digest}{Path(name).suffix}"
    if not default_storage.exists(file):
        file = default_storage.save(file, ContentFile(content))
    return DocumentFamily.objects.create(
        organization=project.organization,
        project=project,
        store=store,
        name=name,
        mime=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=len(content),
        digest=digest,
        file=file,
    )
