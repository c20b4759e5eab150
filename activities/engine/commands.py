"""What people ask of an activity: pause, resume, cancel, retry, rerun, skip. Each tells if it made sense.

Rule 1: whatever is done again, and what hung on it, begins a new run; its earlier tries stay on record.
Rule 2: what a step has outside is withdrawn in the moment it is cancelled or done again.
"""

from __future__ import annotations

from activities.engine import events
from activities.engine.draft import Draft
from activities.engine.effects import CloseWork, FinishActivity, ResetDocuments, RunDocuments
from activities.engine.readiness import Readiness, documents_go_on, edge_verdict
from activities.engine.state import ACTIVE, ENDED, SETTLED, ActivityStatus, Phase, replace


def pause(draft: Draft) -> bool:
    """Let what runs end, and start nothing: what was announced is taken back."""
    if draft.status is not ActivityStatus.RUNNING:
        return False
    draft.status = ActivityStatus.PAUSED
    for position, phase in enumerate(draft.phases):
        if phase in (Phase.GUARDING, Phase.QUEUED):
            draft.move(position, Phase.PENDING)
    return True


def resume(draft: Draft) -> bool:
    """Go on after a pause."""
    if draft.status is not ActivityStatus.PAUSED:
        return False
    draft.status = ActivityStatus.RUNNING
    draft.touched.extend(range(len(draft.phases)))
    for position, phase in enumerate(draft.phases):
        if phase in (Phase.WAITING, Phase.COMPLETED) and documents_go_on(draft.before, position):
            draft.effects.append(RunDocuments(position))
    return True


def cancel(draft: Draft, status: ActivityStatus, reason: str) -> bool:
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
        draft.cancel_documents(position, counts)
    elif draft.phase(position) in (Phase.WAITING, Phase.BACKOFF):  # there it may stand in a line
        draft.effects.append(CloseWork(position, reason))


def retry(draft: Draft, event: events.RetryRequested) -> bool:
    """Try failed and cancelled steps again, and with them what hung on them."""
    if draft.status is ActivityStatus.REPLANNED:
        return False
    named = {draft.position(slug) for slug in event.steps} or set(range(len(draft.phases)))
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


def rerun(draft: Draft, event: events.RerunRequested) -> bool:
    """Do a settled step, and all after it, again."""
    position = draft.position(event.step)
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


def skip(draft: Draft, event: events.SkipRequested) -> bool:
    """Pass over a failed step."""
    position = draft.position(event.step)
    if draft.phase(position) is not Phase.FAILED or draft.status is ActivityStatus.REPLANNED:
        return False
    draft.move(position, Phase.SKIPPED)
    _reopen(draft)
    return True
