"""What makes a trial a walk: it asks for mocks instead of failing for want of them, and stops where it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from activities import fanout
from activities.compiled import compiled
from activities.lane_rows import Ended
from activities.models import Activity, StepDocument
from activities.steps import Completed, Failed, Outcome, Skipped, StepCall, Waiting
from activities.steps.bridges import bare_slug
from activities.steps.llm_prompt import fill, prompt_root, resolve_prompt
from activities.steps.script import Script
from activities.trial.clock import NEVER, Clock
from activities.trial.mocks import MISSING, Mocks, PlayedHandler, ScriptHost
from activities.trial.run import Local
from plans.language.graph import Graph
from plans.language.schema import AgentConfig, LlmConfig

Json = Any


class Unplayed(Exception):
    """Something outside was asked, and no mock plays it; `asked` tells what, for an author who writes one."""

    def __init__(self, message: str, **asked: Json) -> None:
        super().__init__(message)
        self.asked = asked


@dataclass(slots=True)
class Stage:
    """One walk: where it stops, what it takes as given, and what it finds missing."""

    until: str | None = None
    only: str | None = None
    pins: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    top: UUID | None = None  # the activity that is walked through; others are its children
    shown: frozenset[str] | None = None  # the steps that the walk is about; None: all
    missing: dict[tuple[UUID, str, str | None], dict[str, Json]] = field(default_factory=dict)

    def open(self, activity: Activity) -> None:
        """Remember what is walked through."""
        self.top = activity.pk
        if self.only is not None:
            self.shown = frozenset({self.only})
        elif self.until is not None:
            self.shown = upstream(compiled(activity.version_id, activity.pinned_id).graph, self.until)

    def pinned_documents(self) -> list[str]:
        """Return the names of the documents that the pins speak of."""
        pinned = [pin["documents"] for pin in self.pins.values() if isinstance(pin.get("documents"), Mapping)]
        return list(dict.fromkeys(name for documents in pinned for name in documents))

    def holds(self, call: StepCall) -> bool:
        """Tell if the walk ends before this step."""
        mine = call.activity_id == self.top and self.until is not None
        return mine and self.shown is not None and call.step.slug not in self.shown

    def pin(self, call: StepCall) -> Mapping[str, Json] | None:
        """Return what is taken as given for the step."""
        return self.pins.get(call.step.slug) if call.activity_id == self.top else None

    def ask(self, call: StepCall, why: str, asked: Mapping[str, Json]) -> None:
        """Note that a step needs a mock; of an activity that the plan starts, within which."""
        document = call.document.name if call.document is not None else None
        entry = {"step": call.step.slug, "kind": call.step.kind, **asked, "why": why}
        entry |= {"document": document} if document else {}
        entry |= {"within": call.title} if call.activity_id != self.top else {}
        self.missing[call.activity_id, call.step.slug, document] = entry


def upstream(graph: Graph, slug: str) -> frozenset[str]:
    """Return the step and all that comes before it."""
    before: dict[int, list[int]] = {}
    for position, dependents in enumerate(graph.dependents):
        for dependent in dependents:
            before.setdefault(dependent, []).append(position)
    seen, work = set[int](), [graph.positions[slug]]
    while work:
        position = work.pop()
        if position not in seen:
            seen.add(position)
            work += before.get(position, ())
    return frozenset(graph.nodes[position].slug for position in seen)


@dataclass(frozen=True)
class AskingMocks(Mocks):
    """Mocks that ask for another one where none of them matches."""

    def answer(self, call: StepCall, *, given: Json = MISSING) -> Mapping[str, Json] | None:
        """Return what the first matching mock gives; raise Unplayed where some are meant and none matches."""
        try:
            return super().answer(call, given=given)
        except LookupError as error:
            raise Unplayed(str(error)) from error


class Walkers:
    """Gives the handlers of a walk."""

    def __init__(self, stage: Stage, mocks: Mocks, *, plans: frozenset[str]) -> None:
        self.stage = stage
        self.mocks = AskingMocks(mocks.entries)
        self.plans = plans

    def __call__(self, kind: str) -> WalkHandler:
        """Return the handler of the kind."""
        return WalkHandler(kind, self.mocks, plans=self.plans, stage=self.stage)


class WalkHandler(PlayedHandler):
    """A handler that waits for its author where it would otherwise fail for want of a mock."""

    def __init__(self, kind: str, mocks: Mocks, *, plans: frozenset[str], stage: Stage) -> None:
        super().__init__(kind, mocks, plans=plans)
        self.stage = stage

    def run(self, call: StepCall) -> Outcome:
        """Give what is pinned, or what a mock gives, or wait for somebody to write one."""
        if self.stage.holds(call):
            return Waiting("EXECUTION")
        pin = self.stage.pin(call)
        if pin is not None:
            return pinned(pin, call)
        try:
            return super().run(call)
        except Unplayed as unplayed:
            asked = {"input": self._asked(call)} | unplayed.asked
            if isinstance(call.step.config, AgentConfig):
                asked["prompt"] = fill(call.step.config.prompt, call, prompt_root(call), [])
            self.stage.ask(call, str(unplayed), asked)
            return Waiting("EXECUTION")

    def _human(self, call: StepCall) -> Outcome:
        """A person of whom no mock matches is waited for, as one without a mock is."""
        try:
            return super()._human(call)
        except Unplayed:
            return Waiting("TASK" if self.kind == "CREATE_TASK" else "APPROVAL")

    def _asked(self, call: StepCall) -> Json:
        """Return what a mock's `when_input` would be compared with."""
        if isinstance(call.step.config, LlmConfig):
            prompt = resolve_prompt(call, enrich=self._played_or_nothing)
            return None if isinstance(prompt, Failed) else {"prompt": prompt.text}
        given = self._given(call)
        if given is MISSING:
            return call.input if call.has_input else None
        return None if isinstance(given, Failed) else given

    def _unmocked(self, call: StepCall) -> Outcome:
        if self.kind == "SCRIPT":
            return Script(host=lambda script: AskingHost(self.mocks, script)).run(call)
        outcome = super()._unmocked(call)
        if isinstance(outcome, Failed) and outcome.error.kind == "SystemError":
            raise Unplayed(outcome.error.message)
        return outcome

    def _enrich(
        self, call: StepCall, reference: str, operation: str, values: Mapping[str, Json], number: int
    ) -> Json:
        bridge = bare_slug(reference)
        if self.mocks.bridge_answer(bridge, operation) is None:
            message = f"bridge {bridge} {operation} has no mock"
            raise Unplayed(message, bridge=bridge, endpoint=operation, input=dict(values))
        return super()._enrich(call, reference, operation, values, number)

    def _played_or_nothing(
        self, call: StepCall, reference: str, operation: str, values: Mapping[str, Json], number: int
    ) -> Json:
        try:
            return self._enrich(call, reference, operation, values, number)
        except Unplayed:
            return None


class AskingHost(ScriptHost):
    """Answers a script's calls as any trial does, but asks for the mock that there is not."""

    def __call__(self, name: str, arguments: list[Json]) -> Json:
        """Answer a call; raise Unplayed for what no mock plays, which ends the script."""
        if name == "serviceBridge.call":
            bridge, endpoint = bare_slug(str(arguments[0])), str(arguments[1])
            if self.mocks.bridge_answer(bridge, endpoint) is None:
                message = f"bridge {bridge} {endpoint} has no mock"
                raise Unplayed(message, bridge=bridge, endpoint=endpoint, input=list(arguments[2:]))
        elif not name.startswith(("documents.", "tasks.", "serviceBridge.")):
            raise Unplayed(f"{name} has no mock; one of the step itself stands in for its script")
        return super().__call__(name, arguments)


class WalkLocal(Local):
    """The dispatcher of a walk."""

    def __init__(self, stage: Stage, clock: Clock) -> None:
        super().__init__(clock)
        self.stage = stage

    def play(self, activity_id: UUID) -> None:
        """Work until nothing more can happen without the author."""
        self.stage.open(Activity.objects.get(pk=activity_id))
        super().play(activity_id)

    def work_on(self, activity_id: UUID, position: int) -> None:
        """Work on documents of a step; those that need a mock are put off for ever."""
        activity = Activity.objects.select_related("organization", "project").get(pk=activity_id)
        lane = WalkLane(activity, compiled(activity.version_id, activity.pinned_id), position)
        while lane.next_batch(last=False):
            lane.work()


class WalkLane(fanout.Lane):
    """A lane in which a document may wait."""

    def _judge(self, row: StepDocument, outcome: Outcome) -> Ended:
        if isinstance(outcome, Waiting):
            return Ended(row, "PENDING", row.started_at or NEVER, again_at=NEVER)
        return super()._judge(row, outcome)


def pinned(pin: Mapping[str, Json], call: StepCall) -> Outcome:
    """Return what a pin says of the step, or of one document of it."""
    if call.document is not None:
        documents = pin.get("documents")
        known = documents.get(call.document.name) if isinstance(documents, Mapping) else None
        pin = known if isinstance(known, Mapping) else {"status": "SKIPPED"}
    if pin.get("status", "COMPLETED") == "COMPLETED":
        return Completed(pin.get("result"), pin.get("action"))
    return Skipped("as it is pinned")
