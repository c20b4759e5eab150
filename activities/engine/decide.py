"""The one function that holds the rules of an activity.

Rule 1: total and deterministic. Time comes in with the event; nothing is looked up.
Rule 2: an event is expected (moves the state), stale or doubled (same state, nothing asked), or impossible (raises).
Rule 3: after an event, only what it could have touched is looked at, until nothing changes.
Rule 4: an activity ends when nothing runs and nothing can.
"""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from activities.engine import commands, documents, events, retries
from activities.engine.draft import Decision, Draft, ImpossibleEvent
from activities.engine.effects import (
    CloseWork,
    EvaluateOutput,
    FinishActivity,
    RunDocuments,
    RunStep,
    SetTimer,
)
from activities.engine.events import Event
from activities.engine.state import ActivityState, ActivityStatus, Documents, Phase, replace
from plans.language.graph import Graph

__all__ = ["MAX_LOSSES", "ImpossibleEvent", "decide", "outcome_of"]

MAX_LOSSES = 3
_HELD = (Phase.RUNNING, Phase.WAITING)


def decide(graph: Graph, state: ActivityState, event: Event) -> Decision:
    """Return the state after the event, what moved, and what the shell must do now."""
    draft = Draft(graph, state)
    if not _apply(draft, event):
        return Decision(state, (), (), counted=False)
    if not isinstance(event, events.ActivityNamed):  # a name moves nothing, and asks for nothing again
        draft.settle()
        _finish(draft)
    return draft.decision()


def _apply(draft: Draft, event: Event) -> bool:
    """Make the event's own moves; tell if it counted."""
    match event:
        case events.ActivityStarted():
            return _start(draft)
        case events.GuardEvaluated():
            return _guard_evaluated(draft, event)
        case events.StepStarted():
            return _step_started(draft, event)
        case events.StepWaiting():
            return _step_waiting(draft, event)
        case events.StepDeferred():
            return _step_deferred(draft, event)
        case events.StepCompleted():
            return _step_completed(draft, event)
        case events.StepFailed():
            return _step_failed(draft, event)
        case events.StepSkipped():
            return _step_skipped(draft, event)
        case events.StepLost():
            return _step_lost(draft, event)
        case events.DocumentsOpened():
            return _documents_opened(draft, event)
        case events.DocumentsSettled():
            return _documents_settled(draft, event)
        case events.TimerFired():
            return _timer_fired(draft, event)
        case events.PauseRequested():
            return commands.pause(draft)
        case events.ResumeRequested():
            return commands.resume(draft)
        case events.CancelRequested():
            return commands.cancel(draft, ActivityStatus.CANCELLED, event.reason)
        case events.RetryRequested():
            return commands.retry(draft, event)
        case events.RerunRequested():
            return commands.rerun(draft, event)
        case events.SkipRequested():
            return commands.skip(draft, event)
        case events.OutputEvaluated():
            return _output_evaluated(draft, event)
        case events.ActivityNamed():
            return True
        case events.Replanned():
            return commands.cancel(draft, ActivityStatus.REPLANNED, "replanned")
        case _:
            assert_never(event)


def _held(draft: Draft, slug: str, attempt: int, *phases: Phase) -> int | None:
    """Return the step's position if it stands in one of the phases with this very attempt, else None (stale)."""
    position = draft.position(slug)
    if draft.phase(position) in phases and draft.extra(position).attempt == attempt:
        return position
    return None


# -- steps -----------------------------------------------------------------------------------------------------------


def _start(draft: Draft) -> bool:
    if draft.status is not ActivityStatus.PENDING:
        return False
    draft.status = ActivityStatus.RUNNING
    draft.touched.extend(range(len(draft.phases)))
    return True


def _guard_evaluated(draft: Draft, event: events.GuardEvaluated) -> bool:
    position = draft.position(event.step)
    extra = draft.extra(position)
    if draft.phase(position) is not Phase.GUARDING or extra.run != event.run:
        return False
    match event.verdict:
        case "run":
            draft.queue(position)
        case "skip":
            draft.move(position, Phase.SKIPPED)
        case "not_taken":
            draft.move(position, Phase.NOT_TAKEN)
        case "needs":
            needs = tuple(sorted({draft.position(slug) for slug in event.needs}))
            draft.move(position, Phase.PENDING, extra=replace(extra, needs=needs))
        case "fail":
            draft.move(position, Phase.FAILED)
        case _:
            assert_never(event.verdict)
    return True


def _step_started(draft: Draft, event: events.StepStarted) -> bool:
    position = draft.position(event.step)
    extra = draft.extra(position)
    queued = draft.phase(position) is Phase.QUEUED and draft.status is ActivityStatus.RUNNING
    if not queued or event.attempt != extra.attempt + 1 or event.run not in (None, extra.run):
        return False
    draft.move(position, Phase.RUNNING, extra=replace(extra, attempt=event.attempt))
    return True


def _step_waiting(draft: Draft, event: events.StepWaiting) -> bool:
    position = _held(draft, event.step, event.attempt, Phase.RUNNING)
    if position is None:
        return False
    draft.move(position, Phase.WAITING, extra=replace(draft.extra(position), losses=0))
    seconds = draft.graph.nodes[position].timeout_seconds
    ends_at = None if seconds is None else event.at + timedelta(seconds=seconds)
    if event.until is not None and (ends_at is None or event.until <= ends_at):
        draft.effects.append(SetTimer(position, "wake", event.attempt, event.until))
    elif ends_at is not None:
        draft.effects.append(SetTimer(position, "timeout", event.attempt, ends_at))
    return True


def _step_deferred(draft: Draft, event: events.StepDeferred) -> bool:
    position = _held(draft, event.step, event.attempt, Phase.RUNNING)
    if position is None:
        return False
    draft.move(position, Phase.BACKOFF, how="deferred", extra=replace(draft.extra(position), losses=0))
    draft.effects.append(SetTimer(position, "slot", event.attempt, event.until))
    return True


def _step_completed(draft: Draft, event: events.StepCompleted) -> bool:
    position = _held(draft, event.step, event.attempt, *_HELD)
    if position is None:
        return False
    draft.move(position, Phase.COMPLETED, extra=replace(draft.extra(position), failures=0, losses=0))
    draft.end_with(position, event.action)
    return True


def _step_failed(draft: Draft, event: events.StepFailed) -> bool:
    position = _held(draft, event.step, event.attempt, *_HELD)
    if position is None:
        return False
    if draft.phase(position) is Phase.WAITING:
        draft.effects.append(CloseWork(position, "failed"))
    extra = replace(draft.extra(position), losses=0)
    extra = replace(extra, failures=extra.failures + 1)
    policy = draft.graph.nodes[position].retry
    match retries.after_failure(
        policy, failures=extra.failures, kind=event.kind, retry_after=event.retry_after
    ):
        case retries.TryAgain(seconds):
            draft.move(position, Phase.BACKOFF, how="again", extra=extra)
            if seconds > 0:
                due = event.at + timedelta(seconds=seconds)
                draft.effects.append(SetTimer(position, "backoff", event.attempt, due))
            else:
                _queue_again(draft, position)
        case retries.GiveUp("default"):
            draft.move(position, Phase.COMPLETED, how="default", extra=extra)
            draft.end_with(position, None)
        case retries.GiveUp("skip"):
            draft.move(position, Phase.SKIPPED, extra=extra)
        case retries.GiveUp():
            draft.move(position, Phase.FAILED, extra=extra)
    return True


def _queue_again(draft: Draft, position: int) -> None:
    """Queue a step whose wait is over; in a pause it waits for the resume."""
    if draft.status is ActivityStatus.RUNNING:
        draft.queue(position)
    else:
        draft.move(position, Phase.PENDING)


def _step_skipped(draft: Draft, event: events.StepSkipped) -> bool:
    position = _held(draft, event.step, event.attempt, *_HELD)
    if position is None:
        return False
    draft.move(position, Phase.SKIPPED, extra=replace(draft.extra(position), failures=0, losses=0))
    return True


def _step_lost(draft: Draft, event: events.StepLost) -> bool:
    position = _held(draft, event.step, event.attempt, Phase.RUNNING)
    if position is None:
        return False
    extra = draft.extra(position)
    extra = replace(extra, losses=extra.losses + 1)
    if extra.losses >= MAX_LOSSES:
        draft.move(position, Phase.FAILED, how="lost", extra=extra)
    elif draft.status is ActivityStatus.RUNNING:
        draft.move(position, Phase.QUEUED, how="lost", extra=extra)
        draft.effects.append(RunStep(position))
    else:
        draft.move(position, Phase.PENDING, how="lost", extra=extra)
    return True


def _timer_fired(draft: Draft, event: events.TimerFired) -> bool:
    waits_in = Phase.BACKOFF if event.kind in ("backoff", "slot") else Phase.WAITING
    position = _held(draft, event.step, event.attempt, waits_in)
    if position is None:
        return False
    match event.kind:
        case "backoff" | "slot":
            _queue_again(draft, position)
        case "wake":
            draft.move(position, Phase.COMPLETED, how="wake")
            draft.end_with(position, None)
        case "timeout":
            return _step_failed(
                draft, events.StepFailed(at=event.at, step=event.step, attempt=event.attempt, kind="timeout")
            )
        case _:
            assert_never(event.kind)
    return True


# -- documents -------------------------------------------------------------------------------------------------------


def _documents_opened(draft: Draft, event: events.DocumentsOpened) -> bool:
    position = _held(draft, event.step, event.attempt, Phase.RUNNING)
    if position is None:
        return False
    counts = Documents(
        total=event.total,
        completed=event.kept_completed,
        skipped=event.kept_skipped,
        not_taken=event.not_taken,
        actions=event.kept_actions,
    )
    draft.move(position, Phase.WAITING, extra=replace(draft.extra(position), documents=counts, losses=0))
    if counts.settled < counts.total:
        draft.effects.append(RunDocuments(position))
    _reduce_documents(draft, position, counts)
    return True


def _documents_settled(draft: Draft, event: events.DocumentsSettled) -> bool:
    position = draft.position(event.step)
    extra = draft.extra(position)
    if extra.documents is None or extra.attempt != event.attempt:
        return False
    if event.after not in (None, extra.documents.settled):
        return False
    more = Documents(
        completed=event.completed,
        failed=event.failed,
        cancelled=event.cancelled,
        skipped=event.skipped,
        not_taken=event.not_taken,
        actions=event.actions,
    )
    counts = documents.add(extra.documents, more)
    draft.set_extra(position, replace(extra, documents=counts))
    if draft.phase(position) is Phase.WAITING:
        _reduce_documents(draft, position, counts)
    elif counts.settled == counts.total:
        draft.touched.extend(draft.graph.dependents[position])
    return True


def _reduce_documents(draft: Draft, position: int, counts: Documents) -> None:
    fan_out = draft.graph.nodes[position].fan_out
    if fan_out is None:
        raise ImpossibleEvent(f"step {draft.graph.nodes[position].slug!r} does not run per document")
    phase = documents.reduce(fan_out, counts)
    if phase is None:
        return
    if documents.too_many_failed(fan_out, counts):
        draft.cancel_documents(position, counts)
    draft.move(position, phase)


# -- the end ---------------------------------------------------------------------------------------------------------


def _finish(draft: Draft) -> None:
    """End the activity if nothing runs and nothing can; where the plan has an output, ask for its value first."""
    if not _nothing_left(draft):
        return
    if draft.graph.asks_output:
        draft.effects.append(EvaluateOutput())
        return
    _end(draft, outcome_of(draft.phases))


def _nothing_left(draft: Draft) -> bool:
    if draft.status not in (ActivityStatus.RUNNING, ActivityStatus.PAUSED) or draft.anything_active():
        return False
    return draft.status is ActivityStatus.RUNNING or not draft.anything_ready()


def _output_evaluated(draft: Draft, event: events.OutputEvaluated) -> bool:
    if not _nothing_left(draft):
        return False
    _end(draft, ActivityStatus(event.status))
    return True


def _end(draft: Draft, status: ActivityStatus) -> None:
    draft.status = status
    draft.effects.append(FinishActivity(status))


def outcome_of(phases: bytes | bytearray) -> ActivityStatus:
    """Return how an activity ends by its steps alone (failurePolicy any)."""
    if Phase.FAILED in phases:
        return ActivityStatus.FAILED
    if Phase.CANCELLED in phases:
        return ActivityStatus.CANCELLED
    return ActivityStatus.COMPLETED
