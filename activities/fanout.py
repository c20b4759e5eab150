"""Per-document steps: rows of their own, lanes of workers that claim them, results folded in batches.

A lane claims some documents, works through them without any lock, and commits all their results at once together with
its next claim. The activity is locked for that instant only, and one event tells the counts.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

from activities import blobs, dispatch, lane_rows, marks, runtime, sandbox
from activities.compiled import Compiled, compiled
from activities.engine import documents, retries
from activities.engine import events as facts
from activities.engine.state import ActivityState, ActivityStatus, Documents, Phase, unpack
from activities.heart import WORKER, Hold, heart
from activities.lane_rows import Ended
from activities.models import Activity, Attempt, Step, StepDocument
from activities.modules import find_module
from activities.rows import TIMED_OUT
from activities.scope import ActivityScope, TreeScope, document_view
from activities.steps import (
    Completed,
    ErrorInfo,
    Failed,
    Outcome,
    Skipped,
    StepCall,
    StepView,
    Waiting,
    document_root,
)
from plans.language import expressions
from plans.language.graph import Node
from plans.language.schema import ExecutionConfig
from plans.language.schema import Step as PlanStep

BATCH = 100
BATCH_SECONDS = 0.05
FIRST_PATIENCE = 1.0
JUST_AFTER = timedelta(microseconds=1)
CANNOT_WAIT = {
    "code": 500,
    "class": "CannotWait",
    "message": "a per-document step cannot wait",
    "place": "",
}
_numbers = itertools.count(1)


def settled_until_now(activity: Activity, position: int) -> int | None:
    """Return how many documents of the step the locked activity counts as ended."""
    return _settled_in(unpack(activity.state), position)


def _settled_in(state: ActivityState, position: int) -> int | None:
    documents = state.extra(position).documents
    return None if documents is None else documents.settled


def run_lane(activity_id: UUID, position: int, *, stopping: Event | None = None) -> None:
    """Work on the step's documents until none is left for this lane."""
    activity = Activity.objects.select_related("organization", "project").filter(pk=activity_id).first()
    if activity is None:
        return
    lane = Lane(activity, compiled(activity.version_id, activity.pinned_id), position)
    while lane.next_batch(last=stopping is not None and stopping.is_set()):
        lane.work(stopping=stopping)


class Lane:
    """One worker's share of a fan-out. At most `max_parallel` documents of a step are in work at once."""

    def __init__(self, activity: Activity, plan: Compiled, position: int) -> None:
        self.activity = activity
        self.plan = plan
        self.node: Node = plan.graph.nodes[position]
        self.step = plan.steps[position]
        self.scope = ActivityScope(activity, plan)
        self.batch: list[StepDocument] = []
        self.ended: list[Ended] = []
        self.left: list[StepDocument] = []  # claimed, and not begun
        self.counts: Documents | None = None  # of the step at the last claim, while they decide how it ends
        self.name = f"{WORKER}/{next(_numbers)}"
        self.sleeps = _sleeps(self.step)
        self.size = 1
        self.more_lanes = False
        self.asks_again = 0.0  # monotonic: from when on it may ask for one more lane
        self.patience = FIRST_PATIENCE
        self.earlier: Mapping[UUID, Mapping[str, StepView]] = {}
        self.call: StepCall | None = None
        self.instead: Outcome | None = None  # of work: the input of the step cannot be resolved

    def next_batch(self, *, last: bool) -> bool:
        """Commit the results of the last batch and claim the next in one transaction; tell if there is one."""
        with runtime.locked(self.activity.pk) as activity:
            known = Step.objects.only("activity_id", "attempt")
            step = known.get(activity=activity, position=self.node.position)
            goes_on = activity.status == ActivityStatus.RUNNING and not last
            if self.sleeps and goes_on:
                self._wake(step)
            state = self._commit(step, unpack(activity.state))
            self.batch = self._claim(step, state) if goes_on else []
        if last or (self.batch and self.more_lanes):
            dispatch.current().documents(self.activity.pk, self.node.position)
        return bool(self.batch)

    def work(self, *, stopping: Event | None = None) -> None:
        """Run the documents of the batch one after the other; when they turn out slow, leave the rest to others."""
        self.earlier = self._earlier()
        began = time.monotonic()
        with ExitStack() as held:
            for row, hold in [(row, self._hold(row, held)) for row in self._admitted()]:
                late = time.monotonic() - began > BATCH_SECONDS and row is not self.batch[0]
                if late or (stopping is not None and stopping.is_set()) or self._too_many_failed():
                    self.left.append(row)
                    continue
                outcome = self.instead or self._run(row, on_start=hold.started)
                if not hold.lost:
                    self.ended.append(self._judge(row, outcome))
        self._fit(time.monotonic() - began, done=len(self.batch) - len(self.left))

    def _fit(self, seconds: float, *, done: int) -> None:
        """Let the next batch be as large as time allows, after what this one took."""
        fits = int(done * BATCH_SECONDS / max(seconds, 1e-6))
        self.size = max(1, min(fits, self.size * 2, BATCH))

    def _too_many_failed(self) -> bool:
        """Tell if with this batch more documents failed than the step tolerates: then nothing more is launched."""
        if self.counts is None or self.node.fan_out is None:
            return False
        failed = self.counts.failed + sum(each.status == "FAILED" for each in self.ended)
        return documents.too_many_failed(self.node.fan_out, replace(self.counts, failed=failed))

    def _hold(self, row: StepDocument, held: ExitStack) -> Hold:
        return held.enter_context(heart.holding("document", row.pk, row.attempt))

    def _admitted(self) -> list[StepDocument]:
        """Return the documents whose condition holds; the others are not taken (only where documents take branches)."""
        if not self.node.document_condition:
            return self.batch
        text = self.step.condition_expr or ""
        verdicts = sandbox.evaluate(
            [sandbox.Evaluation(text, self._condition_root(row)) for row in self.batch]
        )
        admitted: list[StepDocument] = []
        for row, verdict in zip(self.batch, verdicts, strict=True):
            if verdict.has_value and verdict.value is True:
                admitted.append(row)
            else:
                logs = (
                    [{"level": "warning", "text": f"conditionExpr: {verdict.error}"}]
                    if verdict.error
                    else None
                )
                self.ended.append(Ended(row, "NOT_TAKEN", runtime.now(), logs=logs))
        return admitted

    def _condition_root(self, row: StepDocument) -> dict[str, Any]:
        assert self.call is not None
        view = document_view(row.document)
        call = replace(self.call, document=view, steps=self._steps(row))
        shown = {"status": view.status or None, "statusLabel": view.status or None, "locked": False}
        return call.expression_root() | {"document": document_root(view) | shown}

    def _steps(self, row: StepDocument) -> Mapping[str, StepView]:
        """Return the steps as expressions see them; where documents take branches, as they are for this document."""
        assert self.call is not None
        if not self.plan.graph.routing:
            return self.call.steps
        shown = {slug: view for slug, view in self.call.steps.items() if slug not in self.plan.per_document}
        return shown | self._results(row)

    def _earlier(self) -> Mapping[UUID, Mapping[str, StepView]]:
        """Read what other per-document steps gave for the documents of the batch, if there are such steps."""
        if len(self.plan.per_document) == 1 or not self.batch:
            return {}
        return lane_rows.earlier_results(self.activity.pk, self.batch, besides=self.batch[0].step_id)

    def _results(self, row: StepDocument) -> dict[str, StepView]:
        """Return what other per-document steps gave for this document, read from blobs where they are huge."""
        views = self.earlier.get(row.document_id, {})
        whole = blobs.resolved(
            self.activity.organization_id, {slug: view.result for slug, view in views.items()}
        )
        return {slug: replace(view, result=whole[slug]) for slug, view in views.items()}

    def _wake(self, step: Step) -> None:
        """Let the documents end that have waited long enough; what completes has its result already."""
        at = runtime.now()
        for row in lane_rows.woken(step, at):
            ends_at = self._ends_at(row)
            if ends_at is not None and row.queued_at is not None and row.queued_at > ends_at:
                late = Failed(
                    ErrorInfo(TIMED_OUT["code"], TIMED_OUT["message"], TIMED_OUT["class"]), kind="timeout"
                )
                self.ended.append(self._failed(row, late, at))
            else:
                self.ended.append(Ended(row, "COMPLETED", at, result=row.result, logs=row.logs))

    def _asleep_until(self, row: StepDocument, until: datetime) -> datetime:
        """Return when to look at the document again: when its sleep is over, else just after its time is out."""
        ends_at = self._ends_at(row)
        return until if ends_at is None or until <= ends_at else ends_at + JUST_AFTER

    def _ends_at(self, row: StepDocument) -> datetime | None:
        seconds = self.node.timeout_seconds
        if seconds is None or row.started_at is None:
            return None
        return row.started_at + timedelta(seconds=seconds)

    def _commit(self, step: Step, state: ActivityState) -> ActivityState:
        """Write what became of the batch, and give back what was not begun; return the state after it."""
        mine = lane_rows.still_claimed([*(each.row for each in self.ended), *self.left])
        lane_rows.give_back([row for row in self.left if row.pk in mine])
        ended = [each for each in self.ended if each.row.pk in mine]
        self.ended, self.left = [], []
        lane_rows.save(self.activity, step, ended)
        marks.stamp_document(self.step, [e.row.document_id for e in ended if e.status == "COMPLETED"])
        settled = [each for each in ended if each.settled]
        if not settled:
            return state
        event = self._settled(settled, step, state)
        return runtime.record(self.activity.pk, event, worker=WORKER).state

    def _settled(self, ended: Sequence[Ended], step: Step, state: ActivityState) -> facts.DocumentsSettled:
        counts = Counter(each.status for each in ended)
        actions = Counter(each.action for each in ended if each.status == "COMPLETED" and each.action)
        return facts.DocumentsSettled(
            at=runtime.now(),
            step=self.node.slug,
            attempt=step.attempt,
            after=_settled_in(state, self.node.position),
            completed=counts["COMPLETED"],
            failed=counts["FAILED"],
            skipped=counts["SKIPPED"],
            not_taken=counts["NOT_TAKEN"],
            actions=tuple(sorted(actions.items())),
        )

    def _claim(self, step: Step, state: ActivityState) -> list[StepDocument]:
        self.more_lanes = False
        fan_out, counts = self.node.fan_out, state.extra(self.node.position).documents
        if fan_out is None or counts is None:
            return []
        self.counts = counts if state.phases[self.node.position] == Phase.WAITING else None
        if state.phases[self.node.position] != Phase.WAITING and fan_out.join != "ANY_COMPLETED":
            return []
        at = runtime.now()
        free = fan_out.max_parallel - lane_rows.in_flight(step)
        if free <= 0:
            return []
        size = min(self.size, free) if self.sleeps else self.size
        rows = lane_rows.due(step, at, most=size + 1)
        self.more_lanes = len(rows) > size and free > 1 and self._may_ask()
        rows = rows[:size]
        lane_rows.claim(rows, at=at, lease_until=runtime.lease_end(at), lane=self.name)
        self.call = self.scope.call(self.node.position, state, timeout=self.node.timeout_seconds)
        self.instead = self._instead(state)
        return rows

    def _may_ask(self) -> bool:
        """Tell if it is time to ask for one more lane: at first, then ever more rarely, for many may be in line."""
        now = time.monotonic()
        if now < self.asks_again:
            return False
        self.asks_again, self.patience = now + self.patience, self.patience * 2
        return True

    def _instead(self, state: ActivityState) -> Outcome | None:
        """Return what the step's input makes of each document whose condition holds, None where they run."""
        if not self.node.document_condition or not self.step.has_input:
            return None
        match expressions.resolve(self.step.input, TreeScope(self.scope, state)):
            case expressions.SkippedBy(slug):
                return Skipped(reason=f"the input refers to {slug!r}, which was skipped")
            case expressions.PathMissing(message):
                return Failed(ErrorInfo(code=500, kind="PathMissing", message=message), kind="system")
            case _:
                return None

    def _run(self, row: StepDocument, *, on_start: Any) -> Outcome:
        from activities.worker import run_handler

        assert self.call is not None
        earlier = self._results(row)
        view = document_view(row.document, {slug: view.result for slug, view in earlier.items()})
        call = replace(
            self.call,
            document=view,
            documents=(view,),
            steps=self._steps(row),
            attempt=row.attempt,
            idempotency_key=f"{self.activity.pk}/{self.node.slug}/{row.document_id}/{row.run}",
            on_start=on_start,
        )
        return run_handler(call)

    def _judge(self, row: StepDocument, outcome: Outcome) -> Ended:
        at, logs = runtime.now(), list(outcome.logs) or None
        match outcome:
            case Completed():
                return Ended(row, "COMPLETED", at, action=outcome.action, result=outcome.result, logs=logs)
            case Failed():
                return self._failed(row, outcome, at)
            case Skipped():
                return Ended(row, "SKIPPED", at, logs=logs)
            case Waiting() if self.sleeps and outcome.until is not None:
                result = outcome.result
                again_at = self._asleep_until(row, outcome.until)
                return Ended(row, "RUNNING", at, result=result, logs=logs, again_at=again_at)
            case _:
                return Ended(row, "FAILED", at, error=CANNOT_WAIT)

    def _failed(self, row: StepDocument, outcome: Failed, at: datetime) -> Ended:
        error, logs = outcome.error.as_json(), list(outcome.logs) or None
        failures = Attempt.objects.filter(step_document=row, run=row.run).count() + 1
        verdict = retries.after_failure(
            self.node.retry, failures=failures, kind=outcome.kind, retry_after=outcome.retry_after
        )
        match verdict:
            case retries.TryAgain(seconds):
                again_at = at + timedelta(seconds=seconds)
                return Ended(row, "PENDING", at, error=error, logs=logs, again_at=again_at)
            case retries.GiveUp("default"):
                default = self.step.on_error.default_output
                return Ended(row, "COMPLETED", at, result=default, error=error, logs=logs)
            case retries.GiveUp("skip"):
                return Ended(row, "SKIPPED", at, error=error, logs=logs)
            case _:
                return Ended(row, "FAILED", at, result=outcome.result, error=error, logs=logs)


def _sleeps(step: PlanStep) -> bool:
    """Tell if documents of the step only wait for a time: `builtin/sleep`, or a module that does the same."""
    config = step.config
    return isinstance(config, ExecutionConfig) and hasattr(find_module(config.module_ref), "waits")
