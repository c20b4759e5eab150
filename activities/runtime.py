"""The only writer of run rows: `record` locks the activity, decides, saves and hands the effects over after commit.

Rows are truth, messages are hints: what is announced after the commit may be lost, late or doubled, and the sweep
announces again what stayed. Statements per transition do not depend on the number of steps.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from activities import blobs, dispatch, live, marks, rows
from activities.compiled import Compiled, compiled
from activities.engine import events as facts
from activities.engine.decide import decide
from activities.engine.draft import Change, Decision
from activities.engine.effects import (
    CancelDocuments,
    CloseWork,
    EvaluateGuard,
    EvaluateOutput,
    FinishActivity,
    ResetDocuments,
    RunDocuments,
    RunStep,
    SetTimer,
)
from activities.engine.state import ENDED, ActivityState, Phase, pack, unpack
from activities.errors import ActivityUnknown
from activities.models import Activity, Event, Outbox, Step, Timer
from activities.steps import handler_for

logger = logging.getLogger("throughline.runtime")
HEAVY = ("inputs", "variables", "output", "description")


@dataclass(slots=True)
class Recorded:
    """What became of the events: which counted, the state after, and what the caller must now see to."""

    activity: Activity
    compiled: Compiled
    state: ActivityState
    counted: list[bool] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)  # steps to evaluate or run
    fanned: list[int] = field(default_factory=list)  # steps whose documents wait for workers
    sends: bool = False  # something waits in the outbox

    @property
    def all_counted(self) -> bool:
        """Tell if no event was stale."""
        return all(self.counted)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was decided on a copy of the activity as it was at `seq`: it holds if nobody has been there since."""

    seq: int
    decisions: Sequence[Decision]


@contextmanager
def locked(activity_id: UUID) -> Iterator[Activity]:
    """Open a transaction that holds the activity; first in the order of locks. Raise ActivityUnknown."""
    with transaction.atomic():
        try:
            yield Activity.objects.select_for_update(of=("self",)).defer(*HEAVY).get(pk=activity_id)
        except Activity.DoesNotExist:
            raise ActivityUnknown(activity_id) from None


def record(
    activity_id: UUID,
    *events: facts.Event,
    actor_id: int | None = None,
    worker: str = "",
    announce: bool = True,
    chained: bool = False,
    foreseen: Foreseen | None = None,
    opening: Mapping[int, Callable[[], None]] | None = None,
) -> Recorded:
    """Apply events in order in one transaction; stale ones are left out.

    `chained` events were decided on a copy, each after the one before: with one of them all that follow are refused,
    for they may rest on it; `foreseen` spares deciding them again. `opening` holds, by the number of an event, what
    must happen in the same transaction if it counts. With `announce=False` the caller takes `Recorded.ready` on
    itself.
    """
    with locked(activity_id) as activity:
        recording = _Recording(activity, actor_id=actor_id, worker=worker)
        known = foreseen.decisions if foreseen is not None and foreseen.seq == activity.seq else ()
        for number, event in enumerate(events):
            if recording.take(event, decision=known[number] if known else None):
                if opening and number in opening:
                    opening[number]()
            elif chained:
                recording.refuse(len(events) - number - 1)
                break
        recording.save()
        recorded = recording.recorded
        transaction.on_commit(lambda: _after_commit(recorded, recording.timers, announce=announce))
    return recorded


class _Recording:
    """One transaction's worth of events on a locked activity."""

    def __init__(self, activity: Activity, *, actor_id: int | None, worker: str) -> None:
        self.activity = activity
        self.actor_id = actor_id
        self.worker = worker
        self.compiled = compiled(activity.version_id, activity.pinned_id)
        self.recorded = Recorded(activity, self.compiled, unpack(activity.state))
        self.steps = rows.StepChanges(activity, self.compiled)
        self.named: list[str] = []  # columns that a name has changed
        self.log: list[Event] = []
        self.timers: list[Timer] = []
        self.outbox: list[Outbox] = []

    def take(self, event: facts.Event, *, decision: Decision | None = None) -> bool:
        """Decide on one event, unless that is done, and note what it asks for; tell if it counted."""
        if decision is None:
            decision = decide(self.compiled.graph, self.recorded.state, event)
        self.recorded.counted.append(decision.counted)
        if not decision.counted:
            return False
        before = self.recorded.state
        self.recorded.state = decision.state
        self.recorded.changes.extend(decision.changes)
        self._note(event, before, decision)
        return True

    def refuse(self, events: int) -> None:
        """Let so many more events not count."""
        self.recorded.counted += [False] * events

    def _note(self, event: facts.Event, before: ActivityState, decision: Decision) -> None:
        self.activity.seq += 1
        views = self.steps.apply(event, decision, worker=self.worker)
        badged = self._leave_marks(decision)
        for effect in decision.effects:
            self._effect(effect, event.at)
        changes: dict[str, Any] = {"steps": self.steps.with_blocked(views, before, decision.state)}
        if before.status != decision.state.status:
            changes["activity"] = self._activity_moved(event, decision.state)
        if isinstance(event, facts.ActivityNamed):
            self._name(event)
        if badged or isinstance(event, facts.ActivityNamed):
            changes["activity"] = self._standing()
        self.log.append(
            Event(
                activity=self.activity,
                seq=self.activity.seq,
                at=event.at,
                type=type(event).__name__,
                step=getattr(event, "step", ""),
                actor_id=self.actor_id,
                data=facts.to_record(event),
                changes=changes,
            )
        )

    def _activity_moved(self, event: facts.Event, state: ActivityState) -> dict[str, Any]:
        activity = self.activity
        activity.status = str(state.status)
        if activity.started_at is None:
            activity.started_at = event.at
        ended = state.status in ENDED
        activity.finished_at = event.at if ended else None
        if isinstance(event, facts.OutputEvaluated):
            activity.output, activity.error, activity.outcome = event.output, event.error, event.outcome
        elif ended:
            activity.outcome = "success" if activity.status == "COMPLETED" else "failed"
            activity.error = self.steps.first_error(state) if activity.status == "FAILED" else None
        else:
            activity.outcome, activity.error = "", None
        return self._standing()

    def _standing(self) -> dict[str, Any]:
        finished_at = self.activity.finished_at
        return {
            "status": self.activity.status,
            "finishedAt": finished_at.isoformat() if finished_at else None,
            "error": self.activity.error,
            "badges": self.activity.badges,
            "title": self.activity.title,
        }

    def _name(self, event: facts.ActivityNamed) -> None:
        self.activity.title = event.title
        self.named.append("title")
        if event.description and not self.activity.description:
            self.activity.description = event.description
            self.named.append("description")

    def _leave_marks(self, decision: Decision) -> bool:
        """Let the steps that completed stamp documents and put badges on; tell if the badges changed.

        The badges of a step that is done again come off until it completes.
        """
        changed = False
        if self.activity.badges and any(change.before is Phase.COMPLETED for change in decision.changes):
            moved = {change.position for change in decision.changes}
            done = (p for p, phase in enumerate(decision.state.phases) if phase == Phase.COMPLETED)
            changed = marks.renew(self.activity, [self.compiled.steps[p] for p in done if p not in moved])
        for change in decision.changes:
            if change.after is Phase.COMPLETED:
                result = self.steps.fields[change.position].get("result")
                changed |= marks.leave(self.activity, self.compiled.steps[change.position], result)
        return changed

    def _effect(self, effect: Any, at: datetime) -> None:
        match effect:
            case RunStep(position) | EvaluateGuard(position):
                self.recorded.ready.append(position)
            case RunDocuments(position):
                self.recorded.fanned.append(position)
            case EvaluateOutput():
                self._send("evaluate-output", {}, at)
            case SetTimer(position, kind, attempt, due_at):
                self.timers.append(
                    Timer(
                        activity=self.activity, position=position, kind=kind, attempt=attempt, due_at=due_at
                    )
                )
            case CloseWork(position, reason):
                handler_for(self.compiled.graph.nodes[position].kind).close(
                    self.activity.pk, position, reason=reason
                )
            case CancelDocuments(position):
                self.steps.cancel_documents(position, at)
            case ResetDocuments(position, keep_completed):
                self.steps.reset_documents(position, keep_completed=keep_completed)
            case FinishActivity(status):
                if status == "COMPLETED" and self.compiled.asks_for_more:
                    self._send("follow-ups", {}, at)
                if self.activity.parent_id is not None:
                    self._send("child-ended", {"status": status}, at)
                elif status == "FAILED":
                    self._send("tell-owner", {"status": status}, at)

    def _send(self, kind: str, payload: dict[str, Any], at: datetime) -> None:
        name = f"{kind}#{self.activity.seq}"
        self.outbox.append(Outbox(activity=self.activity, name=name, kind=kind, payload=payload, due_at=at))
        self.recorded.sends = True

    def save(self) -> None:
        """Write the activity, the changed steps, the events and what goes out later."""
        if not self.log:
            return
        state = self.recorded.state
        still = [p for p in self.recorded.ready if state.phases[p] in rows.TO_ANNOUNCE]
        self.recorded.ready = list(dict.fromkeys(still))
        self.activity.state = pack(state)
        fields = ["seq", "state", *self.named]
        if any("activity" in event.changes for event in self.log):
            fields += ["status", "started_at", "finished_at", "outcome", "error", "badges"]
            if "output" not in self.activity.get_deferred_fields():
                fields.append("output")  # it was given now; nobody needs the one that may be there
        self.activity.save(update_fields=fields)
        self.steps.save()
        rows.insert_events(self.log)
        if self.timers:
            Timer.objects.bulk_create(self.timers, ignore_conflicts=True)
        if self.outbox:
            Outbox.objects.bulk_create(self.outbox)
        for event in self.log:
            logger.debug("%s %s %s", event.type, event.step, event.activity_id, extra={"seq": event.seq})


def _after_commit(recorded: Recorded, timers: Sequence[Timer], *, announce: bool) -> None:
    """Hint at what was written. Nothing here is needed for anything but speed."""
    activity = recorded.activity
    live.hint(activity.pk, activity.seq)
    for timer in timers:
        dispatch.current().timer(activity.pk, timer.due_at)
    if announce:
        announce_ready(recorded)


def announce_ready(recorded: Recorded, *, without: int | None = None) -> None:
    """Tell the workers what became ready."""
    dispatcher = dispatch.current()
    activity_id = recorded.activity.pk
    pure = [p for p in recorded.ready if recorded.compiled.shares_commit(p)]
    for position in recorded.ready:
        if position != without and position not in pure:
            dispatcher.drive(activity_id, position)
    if pure:
        dispatcher.drive(activity_id, None)
    for position in recorded.fanned:
        dispatcher.documents(activity_id, position)
    if recorded.sends:
        dispatcher.outbox(activity_id)


def annotate_result(activity_id: UUID, position: int, said: Mapping[str, Any]) -> None:
    """Add to the result of a completed step what became of it after its end: a note, that moves nothing."""
    with locked(activity_id) as activity:
        row = Step.objects.get(activity_id=activity_id, position=position)
        result = blobs.value_of(activity.organization_id, row.result)
        if row.status == "COMPLETED" and isinstance(result, dict):
            kept = blobs.kept_value(activity, {**result, **said})
            Step.objects.filter(pk=row.pk).update(result=kept)


def rename(activity_id: UUID, *, title: str, instead_of: str, description: str = "") -> None:
    """Give the activity another title, if it has the one it was seen with, and a description where it has none."""
    with locked(activity_id) as activity:
        if activity.title == instead_of:
            record(activity_id, facts.ActivityNamed(at=now(), title=title, description=description))


def hasten(activity_id: UUID, position: int, kind: str) -> None:
    """Let the step's timers of the kind be due now; without one that is written yet, nothing happens."""
    at = now()
    known = Timer.objects.filter(activity_id=activity_id, position=position, kind=kind, due_at__gt=at)
    if known.update(due_at=at):
        transaction.on_commit(lambda: dispatch.current().timer(activity_id, at))


def set_timer(activity_id: UUID, position: int, *, kind: str, attempt: int, due_at: datetime) -> None:
    """Write a timer of the step, or move the one of its kind and attempt; with the transaction at hand."""
    row = Timer(activity_id=activity_id, position=position, kind=kind, attempt=attempt, due_at=due_at)
    Timer.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["activity", "position", "kind", "attempt"],
        update_fields=["due_at"],
    )
    transaction.on_commit(lambda: dispatch.current().timer(activity_id, due_at))


def post(activity_id: UUID, kind: str, *, name: str, payload: dict[str, Any]) -> None:
    """Put something into the outbox with the transaction at hand; of one name there is one row, ever."""
    row = Outbox(activity_id=activity_id, name=name, kind=kind, payload=payload, due_at=now())
    Outbox.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(lambda: dispatch.current().outbox(activity_id))


_played: ContextVar[Callable[[], datetime] | None] = ContextVar("played", default=None)


def now() -> datetime:
    """Return the instant that new events carry."""
    played = _played.get()
    return timezone.now() if played is None else played()


@contextmanager
def playing(clock: Callable[[], datetime]) -> Iterator[None]:
    """Take the time from elsewhere in this context: in a trial, waits take none."""
    token = _played.set(clock)
    try:
        yield
    finally:
        _played.reset(token)


def lease_end(at: datetime) -> datetime:
    """Return until when a claim made now holds without a sign of life."""
    return at + timedelta(seconds=settings.LEASE_SECONDS)
