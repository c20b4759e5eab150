"""A worker takes a step and goes on with what became ready, in one process, without a trip through the broker.

Consecutive pure steps share a commit, bounded by time and count. A step that touches the world has its claim
committed before it and its result after it; the *after* of one may be the *before* of the next. Nothing authored runs
while the activity is locked: a burst works on a copy, and what somebody else was faster with is thrown away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from activities import admission, dispatch, guards, runtime, schemas
from activities.compiled import compiled
from activities.engine import events as facts
from activities.engine.decide import decide
from activities.engine.draft import Decision
from activities.engine.state import ActivityStatus, Phase, unpack
from activities.heart import WORKER, heart
from activities.models import Activity, Step
from activities.scope import ActivityScope
from activities.steps import (
    Completed,
    Deferred,
    ErrorInfo,
    Failed,
    Killable,
    Outcome,
    Skipped,
    StepCall,
    Waiting,
    handler_for,
)

logger = logging.getLogger("throughline.worker")
BURST_SECONDS = 0.05
BURST_EVENTS = 100
QUICK_SECONDS = 0.25  # a pure step that takes longer is claimed like one that touches the world
stopping = threading.Event()  # set at SIGTERM: workers end between steps


def drive(activity_id: UUID, position: int | None = None) -> None:
    """Do what is ready in the activity: the step at `position` if one is named, else what shares a commit."""
    if stopping.is_set():
        dispatch.current().drive(activity_id, position)  # for another worker: this job counts as done
        return
    activity = (
        Activity.objects.select_related("organization", "project")
        .defer("output", "description")
        .filter(pk=activity_id)
    ).first()
    if activity is None or activity.status != ActivityStatus.RUNNING:
        return
    Burst(activity).run(position)


class Burst:
    """One worker's go at one activity."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.compiled = compiled(activity.version_id, activity.pinned_id)
        self.state = unpack(activity.state)
        self.scope = ActivityScope(activity, self.compiled)
        self.events: list[facts.Event] = []
        self.decisions: list[Decision] = []
        self.opening: dict[int, Callable[[], None]] = {}
        self.mine: dict[int, None] = {}
        self.slow: set[int] = set()  # pure, but not quick
        self.sharing: dict[int, bool] = {}  # asked of the handlers once a burst
        self.began = time.monotonic()
        self.claimed: int | None = None  # a step that touches the world, whose result is not committed yet

    def run(self, position: int | None) -> None:
        """Go on until nothing is ready for this worker."""
        wanted = self._ready() if position is None else [position]
        self.mine = dict.fromkeys(
            p for p in wanted if position is not None or self._shares(p) or self._guarding(p)
        )
        while self.mine and not stopping.is_set():
            if not self._turn():
                break
        self._flush(hand_over=True)

    def _turn(self) -> bool:
        """Do the next thing; tell if there was one."""
        guarding = [p for p in self.mine if self._guarding(p)]
        quick = next((p for p in self.mine if self._queued(p) and self._shares(p)), None)
        if (self.claimed is not None and (guarding or quick is not None)) or self._over_bounds():
            self._flush()
        elif guarding:
            self._take(*guards.evaluate_guards(self.scope, self.state, guarding, at=runtime.now()))
        elif quick is not None:
            self._run_quick(quick)
        elif (slow := next((p for p in self.mine if self._queued(p)), None)) is not None:
            self._run_claimed(slow)
        else:
            return False
        return True

    def _ready(self) -> list[int]:
        return [p for p, phase in enumerate(self.state.phases) if phase in (Phase.GUARDING, Phase.QUEUED)]

    def _guarding(self, position: int) -> bool:
        return self.state.phases[position] == Phase.GUARDING

    def _queued(self, position: int) -> bool:
        return self.state.phases[position] == Phase.QUEUED

    def _shares(self, position: int) -> bool:
        if position not in self.sharing:
            self.sharing[position] = self.compiled.shares_commit(position)
        return self.sharing[position] and position not in self.slow

    def _over_bounds(self) -> bool:
        full = len(self.events) >= BURST_EVENTS or time.monotonic() - self.began > BURST_SECONDS
        return bool(self.events) and self.claimed is None and full

    def _take(self, *events: facts.Event) -> None:
        """Apply events to the copy, and keep them for the next commit."""
        for event in events:
            decision = decide(self.compiled.graph, self.state, event)
            self.state = decision.state
            self.events.append(event)
            self.decisions.append(decision)
            for change in decision.changes:
                if change.how == "default":
                    step = self.compiled.steps[change.position]
                    self.scope.give(step.slug, step.on_error.default_output)
                if change.after in (Phase.GUARDING, Phase.QUEUED):
                    self.mine[change.position] = None
                else:
                    self.mine.pop(change.position, None)
            if isinstance(event, facts.GuardEvaluated) and event.verdict == "run":
                self.scope.give_input(event.step, event.input)

    def _run_quick(self, position: int) -> None:
        """Run a pure step within the burst; if it is not quick, leave it to be claimed."""
        began = runtime.now()
        outcome = self._outcome(
            position, self.state.extra(position).attempt + 1, timeout=QUICK_SECONDS, quick=True
        )
        if isinstance(outcome, Failed) and outcome.kind == "timeout":
            self.slow.add(position)
            return
        self._end(position, self._claim(position, at=began), outcome)

    def _claim(self, position: int, *, at: datetime) -> int:
        """Start the step on the copy; return the attempt."""
        extra, slug = self.state.extra(position), self.compiled.graph.nodes[position].slug
        self._take(facts.StepStarted(at=at, step=slug, attempt=extra.attempt + 1, run=extra.run))
        return extra.attempt + 1

    def _run_claimed(self, position: int) -> None:
        """Claim a step, commit, run it outside, and keep its result for the next commit."""
        attempt = self._claim(position, at=runtime.now())
        if not self._flush(keep=position):
            return
        if self.compiled.graph.nodes[position].fan_out is not None:
            admission.open_documents(self.activity.pk, self.compiled, position, attempt)
            self._reload()
            return
        row = Step.objects.values_list("pk", flat=True).get(activity=self.activity, position=position)
        with heart.holding("step", row, attempt) as hold:
            outcome = self._outcome(position, attempt, timeout=self._timeout(position), on_start=hold.started)
            if hold.lost:
                self._reload()
                return
        self.claimed = position
        self._end(position, attempt, outcome)

    def _outcome(
        self,
        position: int,
        attempt: int,
        *,
        timeout: float | None,
        quick: bool = False,
        on_start: Callable[[Killable], None] | None = None,
    ) -> Outcome:
        call = self.scope.call(
            position, self.state, timeout=self._quick_bound(position) if quick else timeout
        )
        return run_handler(replace(call, attempt=attempt, on_start=on_start))

    def _quick_bound(self, position: int) -> float:
        own = self._timeout(position)
        return QUICK_SECONDS if own is None else min(own, QUICK_SECONDS)

    def _timeout(self, position: int) -> float | None:
        return self.compiled.graph.nodes[position].timeout_seconds

    def _end(self, position: int, attempt: int, outcome: Outcome) -> None:
        event, opening = outcome_event(self.compiled.graph.nodes[position].slug, attempt, outcome)
        if opening is not None:
            self.opening[len(self.events)] = opening
        if isinstance(event, facts.StepCompleted):
            self.scope.give(event.step, event.result)
        self._take(event)

    def _flush(self, *, keep: int | None = None, hand_over: bool = False) -> bool:
        """Commit what was taken; then see what is ready for this worker. Tell if the last of it counted."""
        if not self.events:
            return True
        recorded = runtime.record(
            self.activity.pk, *self.events, worker=WORKER, announce=False, chained=True,
            foreseen=runtime.Foreseen(self.activity.seq, self.decisions), opening=self.opening,
        )  # fmt: skip
        self.events, self.decisions, self.opening = [], [], {}
        self.claimed, self.began = None, time.monotonic()
        self.state = recorded.state
        if not recorded.all_counted or recorded.activity.seq != self.activity.seq + len(recorded.counted):
            self.scope.forget()
        self.activity.seq = recorded.activity.seq
        self.activity.status = recorded.activity.status
        # What was refused may be done by nobody now: look at all that is ready.
        mine = dict.fromkeys([*self.mine, *(recorded.ready if recorded.all_counted else self._ready())])
        self.mine = {p: None for p in mine if self._guarding(p) or self._queued(p)}
        recorded.ready = self._to_others(keep=keep, hand_over=hand_over)
        runtime.announce_ready(recorded)
        return recorded.counted[-1]

    def _to_others(self, *, keep: int | None, hand_over: bool) -> list[int]:
        """Choose what this worker does not take: all but one of the steps that touch the world."""
        if hand_over or stopping.is_set():
            others, self.mine = list(self.mine), {}
            return others
        slow = [p for p in self.mine if not self._guarding(p) and not self._shares(p)]
        others = slow if keep is not None else slow[1:]
        for position in others:
            del self.mine[position]
        return others

    def _reload(self) -> None:
        """Read the activity again: what was known of it is old."""
        fresh = Activity.objects.only("state", "seq", "status").get(pk=self.activity.pk)
        self.activity.seq, self.activity.status = fresh.seq, fresh.status
        self.state = unpack(fresh.state)
        self.scope.forget()
        self.mine = {p: None for p in self._ready() if self._shares(p) or self._guarding(p)}


def run_handler(call: StepCall) -> Outcome:
    """Run the kind's handler; an exception of ours is a system error that names the step, not a dead worker."""
    try:
        refused = schemas.refused_input(call)
        return refused or schemas.judged(call.step, handler_for(call.step.kind).run(call))
    except LookupError as error:
        return Failed(ErrorInfo(code=500, kind="UnknownKind", message=str(error)), kind="system")
    except Exception as error:
        logger.exception("step %s of activity %s broke its handler", call.step.slug, call.activity_id)
        message = f"the {call.step.kind} handler broke: {error}"
        return Failed(ErrorInfo(code=500, kind=type(error).__name__, message=message), kind="system")


def outcome_event(slug: str, attempt: int, outcome: Outcome) -> tuple[facts.Event, Callable[[], None] | None]:
    """Return the fact that an outcome is, and what must happen with its commit."""
    at = runtime.now()
    match outcome:
        case Completed():
            return (
                facts.StepCompleted(
                    at=at,
                    step=slug,
                    attempt=attempt,
                    action=outcome.action,
                    result=outcome.result,
                    logs=outcome.logs,
                ),
                None,
            )
        case Waiting():
            waiting = facts.StepWaiting(
                at=at,
                step=slug,
                attempt=attempt,
                on=outcome.on,
                until=outcome.until,
                result=outcome.result,
                logs=outcome.logs,
            )
            return waiting, outcome.open
        case Deferred():
            deferred = facts.StepDeferred(
                at=at, step=slug, attempt=attempt, on=outcome.on, until=outcome.until, logs=outcome.logs
            )
            return deferred, outcome.open
        case Skipped():
            return facts.StepSkipped(
                at=at, step=slug, attempt=attempt, reason=outcome.reason, logs=outcome.logs
            ), None
        case Failed():
            return (
                facts.StepFailed(
                    at=at,
                    step=slug,
                    attempt=attempt,
                    kind=outcome.kind,
                    retry_after=outcome.retry_after,
                    error=outcome.error.as_json(),
                    result=outcome.result,
                    logs=outcome.logs,
                ),
                None,
            )
