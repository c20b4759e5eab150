"""What a step may know of its activity: inputs, results of other steps, documents. Read as needed, once a burst."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from activities import blobs
from activities.compiled import Compiled
from activities.engine.readiness import action_of
from activities.engine.state import PUBLIC_STATUS, ActivityState, Phase
from activities.models import Activity, ActivityDocument, DocumentFamily, Step, StepDocument
from activities.steps import DocumentView, StepCall, StepView
from plans.language.expressions import StepValue

READS_DOCUMENTS = ("families", "documents", "documentCount", "documentNames")


class ActivityScope:
    """The readable side of one activity during a burst. Results of this burst's own steps are put in by `give`."""

    def __init__(self, activity: Activity, compiled: Compiled) -> None:
        self.activity = activity
        self.compiled = compiled
        self._results: dict[str, Any] = {}
        self._inputs: dict[str, Any] = {}
        self._documents: tuple[DocumentView, ...] | None = None

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The activity's inputs by name; a flow may have been given some other JSON, which only references reach."""
        return self.activity.inputs if isinstance(self.activity.inputs, Mapping) else {}

    def give(self, slug: str, result: Any) -> None:
        """Put in the result of a step that this burst completed."""
        self._results[slug] = result
        if self.compiled.steps[self.compiled.graph.positions[slug]].set_document_status:
            self._documents = None  # it stamps them

    def forget(self) -> None:
        """Drop what was read or given: somebody else has been at the activity."""
        self._results.clear()
        self._inputs.clear()

    def give_input(self, slug: str, value: Any) -> None:
        """Put in the input that this burst resolved."""
        self._inputs[slug] = value

    def results(self, slugs: Iterable[str]) -> dict[str, Any]:
        """Return the results of the steps, one query for those not known yet."""
        wanted = set(slugs)
        missing = wanted - self._results.keys()
        if missing:
            rows = Step.objects.filter(activity=self.activity, slug__in=missing)
            found = dict(rows.values_list("slug", "result"))
            self._results |= blobs.resolved(self.activity.organization_id, found)
            for slug in missing & self.compiled.per_document:
                self._results[slug] = documents_result(self.activity, slug)
        return {slug: self._results.get(slug) for slug in wanted}

    def input_of(self, slug: str) -> Any:
        """Return the step's resolved input."""
        if slug not in self._inputs:
            known = Step.objects.values_list("input", flat=True).get(activity=self.activity, slug=slug)
            self._inputs[slug] = blobs.value_of(self.activity.organization_id, known)
        return self._inputs[slug]

    def completed(self, state: ActivityState, slugs: Iterable[str]) -> dict[str, StepView]:
        """Return the completed ones among the steps, as expressions see them."""
        positions = self.compiled.graph.positions
        done = [
            slug for slug in slugs if slug in positions and state.phases[positions[slug]] == Phase.COMPLETED
        ]
        results = self.results(done)
        return {
            slug: StepView("COMPLETED", action_of(self.compiled.graph, state, positions[slug]), results[slug])
            for slug in done
        }

    def documents(self) -> tuple[DocumentView, ...]:
        """Return the activity's documents, in order."""
        if self._documents is None:
            rows = ActivityDocument.objects.filter(activity=self.activity).select_related("document")
            self._documents = tuple(document_view(row.document) for row in rows)
        return self._documents

    def call(self, position: int, state: ActivityState, *, timeout: float | None) -> StepCall:
        """Return all that the handler of the step may know; a lane adds the document of a per-document step."""
        step, activity, extra = self.compiled.steps[position], self.activity, state.extra(position)
        needs_documents = not step.per_document and (
            step.kind != "SCRIPT"
            or bool(step.config.script_sidecars)
            or any(word in step.config.script_body for word in READS_DOCUMENTS)
        )
        return StepCall(
            activity_id=activity.pk,
            organization_id=activity.organization_id,
            organization_slug=activity.organization.slug,
            project_id=activity.project_id,
            project_slug=activity.project.slug,
            project_name=activity.project.name,
            title=activity.title,
            priority=activity.priority,
            started_by_id=activity.started_by_id,
            position=position,
            run=extra.run,
            attempt=extra.attempt,
            step=step,
            actions=self.compiled.graph.nodes[position].actions,
            taken_actions=self.compiled.taken_actions(step.slug),
            definitions=self.compiled.definitions,
            inputs=self.inputs,
            input=self.input_of(step.slug) if step.has_input else None,
            has_input=step.has_input,
            steps=self.completed(state, self.compiled.reads(position)),
            documents=self.documents() if needs_documents else (),
            idempotency_key=f"{activity.pk}/{step.slug}/-/{extra.run}",
            timeout_seconds=timeout,
        )


class TreeScope:
    """What `$from` trees of a step may read (plans.language.expressions.Scope)."""

    def __init__(self, scope: ActivityScope, state: ActivityState) -> None:
        self._scope = scope
        self._state = state

    @property
    def inputs(self) -> Any:
        """The activity's inputs; a flow may have been given any JSON."""
        return self._scope.activity.inputs

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values of the plan's variables in this run."""
        return self._scope.activity.variables

    def step(self, slug: str, /) -> StepValue | None:
        """How a step stands; its result only where it completed."""
        position = self._scope.compiled.graph.positions.get(slug)
        if position is None:
            return None
        phase = self._state.phase(position)
        result = self._scope.results([slug])[slug] if phase is Phase.COMPLETED else None
        return StepValue(
            PUBLIC_STATUS[phase], result, fallback_key=_fallback_key(self._scope.compiled.steps[position])
        )


def _fallback_key(step: Any) -> str | None:
    """A path missing in the result of `builtin/load_file` is looked up in its `data` (plan language 2.2)."""
    return "data" if getattr(step.config, "module_ref", None) == "builtin/load_file" else None


def documents_result(activity: Activity, slug: str, *, most: int | None = None) -> dict[str, Any]:
    """Return the result of a per-document step: by document name, the result of each (the first `most`) completed."""
    rows = StepDocument.objects.filter(step__activity=activity, step__slug=slug, status="COMPLETED")
    found = dict(rows.order_by("position").values_list("document__name", "result")[:most])
    return {"documents": blobs.resolved(activity.organization_id, found)}


def document_view(document: DocumentFamily, results: Mapping[str, Any] | None = None) -> DocumentView:
    """Return the document as handlers see it."""
    return DocumentView(
        id=str(document.pk),
        name=document.name,
        path=document.path_on_disk(),
        mime=document.mime,
        size=document.size,
        metadata=document.metadata,
        labels=document.labels,
        status=document.status,
        results=results or {},
    )
