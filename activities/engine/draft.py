"""A state under change: the only mutable thing in the engine, alive for the length of one decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from activities.engine.effects import CancelDocuments, Effect, EvaluateGuard, RunStep
from activities.engine.readiness import Readiness, documents_go_on, readiness
from activities.engine.state import (
    ACTIVE,
    NO_ACTION,
    OTHER_ACTION,
    TERMINAL,
    ActivityState,
    ActivityStatus,
    Documents,
    Extra,
    Phase,
    replace,
    with_extra,
)
from plans.language.graph import Graph

How = Literal["", "default", "wake", "reset", "again", "deferred", "lost"]


@dataclass(frozen=True, slots=True)
class Change:
    """A step moved. `how` tells apart what the phases alone do not: a default stood in, a timer woke it, a reset …"""

    position: int
    before: Phase
    after: Phase
    how: How = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event did. Not counted: it was stale or doubled, the state is the same and nothing is asked."""

    state: ActivityState
    changes: tuple[Change, ...]
    effects: tuple[Effect, ...]
    counted: bool


class ImpossibleEvent(Exception):
    """An event that no correct shell can bring: it names a step that the plan does not have."""


class Draft:
    """Collects the moves of one decision and settles what they touched."""

    def __init__(self, graph: Graph, state: ActivityState) -> None:
        self.graph = graph
        self.before = state
        self.status = state.status
        self.phases = bytearray(state.phases)
        self.actions = bytearray(state.actions)
        self.extras = dict(state.extras)
        self.changes: list[Change] = []
        self.effects: list[Effect] = []
        self.touched: list[int] = []

    def view(self) -> ActivityState:
        """Return the state as it stands, sharing nothing with the draft's future."""
        return ActivityState(self.status, bytes(self.phases), bytes(self.actions), self.extras)

    def position(self, slug: str) -> int:
        """Return the position of the step; raise ImpossibleEvent if there is none."""
        try:
            return self.graph.positions[slug]
        except KeyError:
            raise ImpossibleEvent(f"the plan of this activity has no step {slug!r}") from None

    def phase(self, position: int) -> Phase:
        """Return where the step stands."""
        return Phase(self.phases[position])

    def extra(self, position: int) -> Extra:
        """Return the step's extras."""
        return ActivityState(self.status, self.phases, self.actions, self.extras).extra(position)  # type: ignore[arg-type]

    def set_extra(self, position: int, extra: Extra) -> None:
        """Keep the step's extras."""
        with_extra(self.extras, position, extra, phase=self.phases[position])

    def move(self, position: int, phase: Phase, *, how: How = "", extra: Extra | None = None) -> None:
        """Move a step, and look at its dependents afterwards if that may concern them."""
        before = self.phase(position)
        kept = extra or self.extra(position)
        self.phases[position] = phase
        self.set_extra(position, kept)
        self.changes.append(Change(position, before, phase, how))
        if phase in TERMINAL:
            self.touched.extend(self.graph.dependents[position])
        elif phase is Phase.PENDING:
            self.touched.append(position)

    def end_with(self, position: int, action: str | None) -> None:
        """Remember the action that the step ends with."""
        declared = self.graph.nodes[position].actions
        extra = self.extra(position)
        if action is None:
            self.actions[position] = NO_ACTION
        elif action in declared and declared.index(action) < OTHER_ACTION - 1:
            self.actions[position] = declared.index(action) + 1
        else:
            self.actions[position] = OTHER_ACTION
            self.set_extra(position, replace(extra, action=action))

    def cancel_documents(self, position: int, counts: Documents) -> None:
        """Settle as cancelled every document of the step that has not come to an end."""
        left = counts.total - counts.settled
        if left:
            self.effects.append(CancelDocuments(position))
            counts = replace(counts, cancelled=counts.cancelled + left)
            self.set_extra(position, replace(self.extra(position), documents=counts))

    def settle(self) -> None:
        """Look at every pending step that was touched, and at what that touches, until nothing changes."""
        state = ActivityState(self.status, self.phases, self.actions, self.extras)  # type: ignore[arg-type]  # a live view
        work, self.touched = self.touched, []
        while work:
            for position in work:
                if self.phases[position] == Phase.PENDING:
                    self._judge(position, readiness(self.graph, state, self.graph.nodes[position]))
            work, self.touched = self.touched, []

    def _judge(self, position: int, verdict: Readiness) -> None:
        node = self.graph.nodes[position]
        if verdict is Readiness.DEAD:
            self.move(position, Phase.NOT_TAKEN)
        elif verdict is not Readiness.READY or self.status is not ActivityStatus.RUNNING:
            return
        elif node.bypass and not (self.graph.routing and node.fan_out is not None):
            self.move(
                position, Phase.SKIPPED
            )  # where documents take branches, the guard sees if any came so far
        elif node.guarded:
            self.move(position, Phase.GUARDING)
            self.effects.append(EvaluateGuard(position))
        else:
            self.queue(position)

    def queue(self, position: int, *, how: How = "") -> None:
        """Have the step run."""
        self.move(position, Phase.QUEUED, how=how)
        self.effects.append(RunStep(position))

    def anything_active(self) -> bool:
        """Tell if a step runs, waits, or is about to."""
        if any(phase in self.phases for phase in ACTIVE):
            return True
        completed = (position for position in self.extras if self.phases[position] == Phase.COMPLETED)
        return any(documents_go_on(self.view(), position) for position in completed)

    def anything_ready(self) -> bool:
        """Tell if a pending step could start. Looks at every step: for rare moments only."""
        state = self.view()
        return any(
            self.phases[node.position] == Phase.PENDING
            and readiness(self.graph, state, node) is Readiness.READY
            for node in self.graph.nodes
        )

    def decision(self) -> Decision:
        """Freeze."""
        return Decision(self.view(), tuple(self.changes), tuple(self.effects), counted=True)
