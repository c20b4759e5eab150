"""Per-document steps: rows of their own, lanes of workers that claim them, results folded in batches.

A lane claims some documents, works through them without any lock, and commits all their results at once together with
its next claim. The activity is locked for that instant only, and one event tells the counts.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from activities import blobs, dispatch, marks, runtime, sandbox
from activities.compiled import Compiled, compiled
from activities.engine import documents, retries
from activities.engine import events as facts
from activities.engine.state import ActivityState, ActivityStatus, Documents, Phase, unpack
from activities.heart import WORKER, Hold, heart
from activities.models import Activity, Attempt, Step, StepDocument
from activities.scope import ActivityScope, TreeScope, document_view
from activities.steps import (
    Completed,
    ErrorInfo,
    Failed,
    Outcome,
    Skipped,
    StepCall,
    StepView,
    document_root,
)
from plans.language import expressions
from plans.language.graph import Node

BATCH = 100
BATCH_SECONDS = 0.05


def settled_until_now(activity: Activity, position: int) -> int | None:
    """Return how many documents of the step the locked activity counts as ended."""
    documents = unpack(activity.state).extra(position).documents
    return None if documents is None else documents.settled


def run_lane(activity_id: UUID, position: int, *, stopping: Event | None = None) -> None:
    """Work on the step's documents until none is left for this lane."""
    activity = Activity.objects.select_related("organization", "project").filter(pk=activity_id).first()
    if activity is None:
        return
    lane = Lane(activity, compiled(activity.version_id, activity.pinned_id), position)
    while lane.next_batch(last=stopping is not None and stopping.is_set()):
        lane.work(stopping=stopping)


@dataclass(slots=True)
class Ended:
    """What became of one document in a lane's hands."""

    row: StepDocument
    status: str  # of the row: COMPLETED, FAILED, SKIPPED, NOT_TAKEN, or PENDING (again)
    action: str | None
    result: Any
    error: Any
    logs: Any
    again_at: datetime | None
    finished_at: datetime


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
        self.size = 1
        self.more_lanes = False
        self.call: StepCall | None = None
        self.instead: Outcome | None = None  # of work: the input of the step cannot be resolved

    def next_batch(self, *, last: bool) -> bool:
        """Commit the results of the last batch and claim the next in one transaction; tell if there is one."""
        with runtime.locked(self.activity.pk) as activity:
            step = Step.objects.get(activity=activity, position=self.node.position)
            self._give_back()
            self._commit(step, after=settled_until_now(activity, self.node.position))
            goes_on = activity.status == ActivityStatus.RUNNING and not last
            activity.refresh_from_db(fields=["state", "status"])
            self.batch = self._claim(step, unpack(activity.state)) if goes_on else []
        if last or (len(self.batch) and self.more_lanes):
            dispatch.current().documents(self.activity.pk, self.node.position)
        return bool(self.batch)

    def work(self, *, stopping: Event | None = None) -> None:
        """Run the documents of the batch one after the other; when they turn out slow, leave the rest to others."""
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
        quick = time.monotonic() - began < BATCH_SECONDS
        self.size = min(self.size * 2, BATCH) if quick else 1

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
                self.ended.append(Ended(row, "NOT_TAKEN", None, None, None, logs, None, runtime.now()))
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
        own = StepDocument.objects.filter(step__activity=self.activity, document_id=row.document_id)
        shown = {slug: view for slug, view in self.call.steps.items() if slug not in self.plan.per_document}
        done = own.filter(status="COMPLETED").values_list("step__slug", "action", "result")
        whole = blobs.resolved(self.activity.organization_id, {slug: result for slug, _, result in done})
        shown |= {slug: StepView("COMPLETED", action, whole[slug]) for slug, action, _ in done}
        return shown

    def _commit(self, step: Step, *, after: int | None) -> None:
        ended, self.ended = [e for e in self.ended if self._still_mine(e)], []
        for each in ended:
            each.result = blobs.kept_value(self.activity, each.result)
            _save(step, each)
        marks.stamp_document(self.step, [e.row.document_id for e in ended if e.status == "COMPLETED"])
        counts = Counter(e.status for e in ended)
        actions = Counter(e.action for e in ended if e.status == "COMPLETED" and e.action)
        if sum(counts.values()) > counts["PENDING"]:
            event = facts.DocumentsSettled(
                at=runtime.now(),
                step=self.node.slug,
                attempt=step.attempt,
                after=after,
                completed=counts["COMPLETED"],
                failed=counts["FAILED"],
                skipped=counts["SKIPPED"],
                not_taken=counts["NOT_TAKEN"],
                actions=tuple(sorted(actions.items())),
            )
            runtime.record(self.activity.pk, event, worker=WORKER)

    def _give_back(self) -> None:
        """Put what was not begun back in line, as if it had never been claimed."""
        left, self.left = self.left, []
        for row in left:
            mine = StepDocument.objects.filter(pk=row.pk, attempt=row.attempt, status="RUNNING")
            mine.update(
                status="PENDING", attempt=row.attempt - 1, started_at=None, lease_until=None, worker=""
            )

    def _still_mine(self, ended: Ended) -> bool:
        """Take the row from RUNNING to its new status, if nobody else has."""
        rows = StepDocument.objects.filter(pk=ended.row.pk, attempt=ended.row.attempt, status="RUNNING")
        return bool(rows.update(status=ended.status, lease_until=None))

    def _claim(self, step: Step, state: ActivityState) -> list[StepDocument]:
        self.more_lanes = False
        fan_out, counts = self.node.fan_out, state.extra(self.node.position).documents
        if fan_out is None or counts is None:
            return []
        self.counts = counts if state.phases[self.node.position] == Phase.WAITING else None
        if state.phases[self.node.position] != Phase.WAITING and fan_out.join != "ANY_COMPLETED":
            return []
        at = runtime.now()
        running = StepDocument.objects.filter(step=step, status="RUNNING").count()
        free = fan_out.max_parallel - running
        if free <= 0:
            return []
        due = StepDocument.objects.filter(step=step, status="PENDING").filter(
            Q(queued_at=None) | Q(queued_at__lte=at)
        )
        rows = list(due.select_related("document").order_by("position")[: self.size + 1])
        self.more_lanes = len(rows) > self.size and free > 1
        rows = rows[: self.size]
        lease = runtime.lease_end(at)
        for row in rows:
            row.attempt, row.status, row.started_at = row.attempt + 1, "RUNNING", at
            row.lease_until, row.worker = lease, WORKER
        StepDocument.objects.bulk_update(rows, ["attempt", "status", "started_at", "lease_until", "worker"])
        self.call = self.scope.call(self.node.position, state, timeout=self.node.timeout_seconds)
        self.instead = self._instead(state)
        return rows

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
        view = document_view(row.document, self._earlier_results(row))
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

    def _earlier_results(self, row: StepDocument) -> dict[str, Any]:
        """Return what earlier per-document steps gave for this document."""
        rows = StepDocument.objects.filter(
            step__activity=self.activity, document_id=row.document_id, status="COMPLETED"
        ).exclude(step_id=row.step_id)
        return blobs.resolved(self.activity.organization_id, dict(rows.values_list("step__slug", "result")))

    def _judge(self, row: StepDocument, outcome: Outcome) -> Ended:
        at = runtime.now()
        match outcome:
            case Completed():
                return Ended(
                    row,
                    "COMPLETED",
                    outcome.action,
                    outcome.result,
                    None,
                    list(outcome.logs) or None,
                    None,
                    at,
                )
            case Failed():
                return self._failed(row, outcome, at)
            case Skipped():
                return Ended(row, "SKIPPED", None, None, None, list(outcome.logs) or None, None, at)
            case _:
                error = {
                    "code": 500,
                    "class": "CannotWait",
                    "message": "a per-document step cannot wait",
                    "place": "",
                }
                return Ended(row, "FAILED", None, None, error, None, None, at)

    def _failed(self, row: StepDocument, outcome: Failed, at: datetime) -> Ended:
        error, logs = outcome.error.as_json(), list(outcome.logs) or None
        failures = Attempt.objects.filter(step_document=row, run=row.run).count() + 1
        verdict = retries.after_failure(
            self.node.retry, failures=failures, kind=outcome.kind, retry_after=outcome.retry_after
        )
        match verdict:
            case retries.TryAgain(seconds):
                return Ended(row, "PENDING", None, None, error, logs, at + timedelta(seconds=seconds), at)
            case retries.GiveUp("default"):
                return Ended(row, "COMPLETED", None, self.step.on_error.default_output, error, logs, None, at)
            case retries.GiveUp("skip"):
                return Ended(row, "SKIPPED", None, None, error, logs, None, at)
            case _:
                return Ended(row, "FAILED", None, outcome.result, error, logs, None, at)


def _save(step: Step, ended: Ended) -> None:
    """Write one document's end; a try that is repeated is archived first."""
    row = ended.row
    row.action, row.result, row.error, row.logs = ended.action, ended.result, ended.error, ended.logs
    row.finished_at, row.losses = ended.finished_at, 0
    if ended.again_at is not None:
        Attempt.objects.create(step=step, step_document=row, **_outcome(row, status="FAILED"))
        row.queued_at, row.finished_at = ended.again_at, None
        due_at = ended.again_at
        transaction.on_commit(lambda: dispatch.current().timer(step.activity_id, due_at))
    row.save(update_fields=["action", "result", "error", "logs", "finished_at", "losses", "queued_at"])


def _outcome(row: StepDocument, *, status: str) -> Mapping[str, Any]:
    names = ("action", "result", "error", "logs", "attempt", "run", "started_at", "finished_at")
    return {"status": status} | {name: getattr(row, name) for name in names}
