"""The one function that holds the rules of an activity.

Rule 1: total and deterministic. Time comes in with the event; nothing is looked up.
Rule 2: an event is expected (moves the state), stale or doubled (same state, nothing asked), or impossible (raises).
Rule 3: after an event, only what it could have touched is looked at, until nothing changes.
Rule 4: an activity ends when nothing runs and nothing can.
"""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from activities.engine import documents, events, retries
from activities.engine.draft import Decision, Draft
from activities.engine.effects import (
    CancelDocuments,
    CloseWork,
    EvaluateOutput,
    FinishActivity,
    ResetDocuments,
    RunDocuments,
    RunStep,
    SetTimer,
)
from activities.engine.events import Event
from activities.engine.readiness import Readiness, documents_go_on, edge_verdict
from activities.engine.state import (
    ACTIVE,
    ENDED,
    SETTLED,
    ActivityState,
    ActivityStatus,
    Documents,
    Phase,
    replace,
)
from plans.language.graph import Graph

MAX_LOSSES = 3
_HELD = (Phase.RUNNING, Phase.WAITING)


class ImpossibleEvent(Exception):
    """An event that no correct shell can bring: it names a step that the plan does not have."""


def decide(graph: Graph, state: ActivityState, event: Event) -> Decision:
    """Return the state after the event, what moved, and what the shell must do now."""
    draft = Draft(graph, state)
    if not _apply(draft, event):
        return Decision(state, (), (), counted=False)
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
            return _pause(draft)
        case events.ResumeRequested():
            return _resume(draft)
        case events.CancelRequested():
            return _cancel(draft, ActivityStatus.CANCELLED, event.reason)
        case events.RetryRequested():
            return _retry(draft, event)
        case events.RerunRequested():
            return _rerun(draft, event)
        case events.SkipRequested():
            return _skip(draft, event)
        case events.OutputEvaluated():
            return _output_evaluated(draft, event)
        case events.Replanned():
            return _cancel(draft, ActivityStatus.REPLANNED, "replanned")
        case _:
            assert_never(event)


def _position(draft: Draft, slug: str) -> int:
    try:
        return draft.graph.positions[slug]
    except KeyError:
        raise ImpossibleEvent(f"the plan of this activity has no step {slug!r}") from None


def _held(draft: Draft, slug: str, attempt: int, *phases: Phase) -> int | None:
    """Return the step's position if it stands in one of the phases with this very attempt, else None (stale)."""
    position = _position(draft, slug)
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
    position = _position(draft, event.step)
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
            needs = tuple(sorted({_position(draft, slug) for slug in event.needs}))
            draft.move(position, Phase.PENDING, extra=replace(extra, needs=needs))
        case "fail":
            draft.move(position, Phase.FAILED)
        case _:
            assert_never(event.verdict)
    return True


def _step_started(draft: Draft, event: events.StepStarted) -> bool:
    position = _position(draft, event.step)
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
    if event.until is not None:
        draft.effects.append(SetTimer(position, "wake", event.attempt, event.until))
    elif (seconds := draft.graph.nodes[position].timeout_seconds) is not None:
        draft.effects.append(
            SetTimer(position, "timeout", event.attempt, event.at + timedelta(seconds=seconds))
        )
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
    waits_in = Phase.BACKOFF if event.kind == "backoff" else Phase.WAITING
    position = _held(draft, event.step, event.attempt, waits_in)
    if position is None:
        return False
    match event.kind:
        case "backoff":
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
    position = _position(draft, event.step)
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
        _cancel_documents(draft, position, counts)
    draft.move(position, phase)


def _cancel_documents(draft: Draft, position: int, counts: Documents) -> None:
    """Settle as cancelled every document that has not come to an end."""
    left = counts.total - counts.settled
    if left:
        draft.effects.append(CancelDocuments(position))
        counts = replace(counts, cancelled=counts.cancelled + left)
        draft.set_extra(position, replace(draft.extra(position), documents=counts))


# -- people's commands -----------------------------------------------------------------------------------------------


def _pause(draft: Draft) -> bool:
    if draft.status is not ActivityStatus.RUNNING:
        return False
    draft.status = ActivityStatus.PAUSED
    for position, phase in enumerate(draft.phases):
        if phase in (Phase.GUARDING, Phase.QUEUED):
            draft.move(position, Phase.PENDING)
    return True


def _resume(draft: Draft) -> bool:
    if draft.status is not ActivityStatus.PAUSED:
        return False
    draft.status = ActivityStatus.RUNNING
    draft.touched.extend(range(len(draft.phases)))
    for position, phase in enumerate(draft.phases):
        if phase in (Phase.WAITING, Phase.COMPLETED) and documents_go_on(draft.before, position):
            draft.effects.append(RunDocuments(position))
    return True


def _cancel(draft: Draft, status: ActivityStatus, reason: str) -> bool:
    """End the activity: nothing may run on. A finished one can still be marked REPLANNED."""
    if draft.status is ActivityStatus.REPLANNED or (
        draft.status in ENDED and status is ActivityStatus.CANCELLED
    ):
        return False
    for position, number in enumerate(draft.phases):
        phase = Phase(number)
        if phase is Phase.PENDING and draft.status not in ENDED:
            draft.move(position, Phase.CANCELLED)
        elif phase in ACTIVE:
            _withdraw(draft, position, reason or "cancelled")
            draft.move(position, Phase.CANCELLED)
        elif phase is Phase.COMPLETED and documents_go_on(draft.before, position):
            _withdraw(draft, position, reason or "cancelled")
    draft.touched.clear()
    draft.status = status
    draft.effects.append(FinishActivity(status))
    return True


def _withdraw(draft: Draft, position: int, reason: str) -> None:
    """Take back what a step has running or waiting outside."""
    counts = draft.extra(position).documents
    if counts is not None:
        _cancel_documents(draft, position, counts)
    elif draft.phase(position) is Phase.WAITING:
        draft.effects.append(CloseWork(position, reason))


def _retry(draft: Draft, event: events.RetryRequested) -> bool:
    if draft.status is ActivityStatus.REPLANNED:
        return False
    named = {_position(draft, slug) for slug in event.steps} or set(range(len(draft.phases)))
    again = {position for position in named if draft.phase(position) in (Phase.FAILED, Phase.CANCELLED)}
    if not again:
        return False
    hanging = {
        p for p in draft.graph.descendants(again) if _hangs_on(draft, p, again) or _may_be_judged(draft, p)
    }
    for position in sorted(again):
        _reset(draft, position, keep_completed=True)
    for position in sorted(hanging - again):
        _reset(draft, position, keep_completed=False)
    _reopen(draft)
    return True


def _hangs_on(draft: Draft, position: int, again: set[int]) -> bool:
    """Tell if a descendant's verdict or input came from what is tried again, and not from another step's word."""
    phase = draft.phase(position)
    if phase is Phase.NOT_TAKEN:
        state, node = draft.view(), draft.graph.nodes[position]
        others = (edge for edge in node.edges if edge.upstream not in again)
        return not any(edge_verdict(draft.graph, state, edge) is Readiness.DEAD for edge in others)
    return phase in SETTLED or phase in ACTIVE


def _may_be_judged(draft: Draft, position: int) -> bool:
    """Tell if a pending step may have been judged by what is done again: it has needs, or a pause took it back."""
    paused = draft.status is ActivityStatus.PAUSED
    return draft.phase(position) is Phase.PENDING and (paused or bool(draft.extra(position).needs))


def _rerun(draft: Draft, event: events.RerunRequested) -> bool:
    position = _position(draft, event.step)
    if draft.status is ActivityStatus.REPLANNED or draft.phase(position) not in (
        *SETTLED,
        Phase.FAILED,
        Phase.CANCELLED,
    ):
        return False
    for descendant in sorted(draft.graph.descendants({position})):
        if draft.phase(descendant) is not Phase.PENDING or _may_be_judged(draft, descendant):
            _reset(draft, descendant, keep_completed=False)
    _reset(draft, position, keep_completed=False)
    _reopen(draft)
    return True


def _reset(draft: Draft, position: int, *, keep_completed: bool) -> None:
    """Put a step back to the start in a new run; what it had outside is withdrawn, what it gave is archived."""
    extra = draft.extra(position)
    _withdraw(draft, position, "done again")
    if extra.documents is not None:
        draft.effects.append(ResetDocuments(position, keep_completed))
    fresh = replace(extra, run=extra.run + 1, failures=0, losses=0, needs=(), action="", documents=None)
    draft.actions[position] = 0
    draft.move(position, Phase.PENDING, how="reset", extra=fresh)


def _reopen(draft: Draft) -> None:
    """Let the activity run again, unless a person has paused it; what a cancel had settled may be ready too."""
    if draft.status is not ActivityStatus.PAUSED:
        draft.status = ActivityStatus.RUNNING
    draft.touched.extend(position for position, phase in enumerate(draft.phases) if phase == Phase.PENDING)


def _skip(draft: Draft, event: events.SkipRequested) -> bool:
    position = _position(draft, event.step)
    if draft.phase(position) is not Phase.FAILED or draft.status is ActivityStatus.REPLANNED:
        return False
    draft.move(position, Phase.SKIPPED)
    _reopen(draft)
    return True


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
