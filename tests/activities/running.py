"""Runs without a server: handlers answer as they are told, hints stand in a line that the test works off."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from activities import delivery, dispatch, fanout, runtime, services, timers, worker
from activities.documents import default_store
from activities.engine import events as facts
from activities.engine.state import ActivityState, unpack
from activities.heart import Heart
from activities.models import Activity, DocumentFamily, Event
from activities.steps import (
    Completed,
    Deferred,
    ErrorInfo,
    Failed,
    Outcome,
    Skipped,
    StepCall,
    Waiting,
    standing_in,
)
from plans.models import Person, Plan
from tests import builders

Answer = Outcome | Callable[[StepCall], Outcome]
FAILS = Failed(ErrorInfo("no", "it would not"))
BREAKS = Failed(ErrorInfo(500, "it is broken"), kind="system")
WAITS = Waiting(on="TASK")
SKIPS = Skipped("nothing to do")


def defers(call: StepCall) -> Outcome:
    """Find no room, and be called again in a moment."""
    return Deferred("SLOT", runtime.now() + timedelta(seconds=5))


class Line:
    """A dispatcher: what it is told stands in a line."""

    def __init__(self) -> None:
        self.hints: deque[tuple[str, UUID, int | None]] = deque()

    def drive(self, activity_id: UUID, position: int | None) -> None:
        """Put a ready step in line."""
        self.hints.append(("drive", activity_id, position))

    def documents(self, activity_id: UUID, position: int) -> None:
        """Put a fan-out in line."""
        self.hints.append(("documents", activity_id, position))

    def timer(self, activity_id: UUID, due_at: datetime) -> None:
        """Timers are looked for when nothing else is left."""

    def outbox(self, activity_id: UUID) -> None:
        """Put a delivery in line."""
        self.hints.append(("outbox", activity_id, None))

    def next(self) -> None:
        """Do what stands first."""
        what, activity_id, position = self.hints.popleft()
        if what == "drive":
            worker.drive(activity_id, position)
        elif what == "outbox":
            delivery.deliver(activity_id)
        elif position is not None:
            fanout.run_lane(activity_id, position)


class World:
    """Stands in for the world outside: steps of every kind are answered from `answers`, by slug."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.touching: set[str] = set()  # slugs of steps that touch the world; the others share commits
        self.calls: list[StepCall] = []
        self.closed: list[tuple[int, str]] = []
        self.line = Line()
        self.ahead = timedelta(0)

    @contextmanager
    def at_work(self) -> Iterator[World]:
        """Let the world be this one for the length of the block, clock included."""
        with ExitStack() as stack:
            stack.enter_context(dispatch.using(self.line))
            stack.enter_context(standing_in(lambda kind: self))
            stack.enter_context(runtime.playing(self.now))
            # Its thread would not see what the test's transaction holds, and take the claims for lost.
            still = Heart()
            still.beats = False
            for module in (worker, fanout):
                stack.enter_context(patch.object(module, "heart", still))
            yield self

    # -- as the handler of every kind ----------------------------------------------------------------------------------

    def pure(self, step: Any) -> bool:
        """Tell if the test says so."""
        return step.slug not in self.touching

    def run(self, call: StepCall) -> Outcome:
        """Give the answer of the attempt: of a list one each, the last for good."""
        self.calls.append(call)
        answer = self.answers.get(call.step.slug, Completed({"by": call.step.slug}))
        if isinstance(answer, list):
            answer = answer[min(call.attempt, len(answer)) - 1]
        return answer(call) if callable(answer) else answer

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Remember what was withdrawn."""
        self.closed.append((position, reason))

    def work(self, activity_id: UUID, position: int) -> None:
        """There is no page of it."""

    # -- what a test does ----------------------------------------------------------------------------------------------

    def start(
        self, *steps: dict[str, Any], by: Person | None = None, documents: Sequence[str] = (), inputs: Any = None,
        **keys: Any,
    ) -> Activity:  # fmt: skip
        """Start a plan of these steps in the project; nothing is worked off yet."""
        plan = builders.plan(builders.project(), *steps, **keys)
        return self.start_plan(plan, by=by, documents=documents, inputs=inputs)

    def start_plan(
        self, plan: Plan, *, by: Person | None = None, documents: Sequence[str] = (), inputs: Any = None
    ) -> Activity:
        """Start the plan in the project."""
        families = [document(name) for name in documents]
        return self.start_plan_on(plan, families, by=by, inputs=inputs)

    def start_plan_on(
        self, plan: Plan, families: Sequence[DocumentFamily], *, by: Person | None = None, inputs: Any = None
    ) -> Activity:
        """Start the plan in the project on documents that are there."""
        return services.start(
            plan, project=builders.project(), by=by, inputs=inputs or {}, documents=families
        )

    def play(self, activity: Activity, *, until_timers: bool = False) -> Activity:
        """Work until nothing more can happen without a person, or without time; time is played."""
        while True:
            self.commit()
            if self.line.hints:
                self.line.next()
                continue
            now = fresh(activity)
            due = None if until_timers or now.status != "RUNNING" else timers.next_due(now)
            if due is None:
                return now
            self.ahead = max(self.ahead, due - timezone.now())
            timers.fire(activity.pk, at=max(due, self.now()))

    def commit(self) -> None:
        """Do what waits for a commit: the transaction that a test runs in never commits."""
        while connection.run_on_commit:
            _savepoints, done, _robust = connection.run_on_commit.pop(0)
            done()

    def lose_hints(self) -> None:
        """Let every announcement until now be lost."""
        self.commit()
        self.line.hints.clear()

    @property
    def hints(self) -> list[tuple[str, int | None]]:
        """Announcements that nobody has heard yet."""
        self.commit()
        return [(what, position) for what, _activity, position in self.line.hints]

    def now(self) -> datetime:
        """Return the played time."""
        return timezone.now() + self.ahead

    def called(self, slug: str) -> list[StepCall]:
        """Return the calls of a step."""
        return [call for call in self.calls if call.step.slug == slug]


def complete(activity: Activity, slug: str, action: str | None = None, *, result: Any = None) -> bool:
    """Complete a waiting step, as a person does."""
    run = activity.steps.get(slug=slug).run
    return services.complete_step(activity.pk, slug, run=run, action=action, result=result, by=None)


def fresh(activity: Activity) -> Activity:
    """Return the activity as the database has it."""
    return Activity.objects.get(pk=activity.pk)


def state(activity: Activity) -> ActivityState:
    """Return the state as the database has it."""
    return unpack(fresh(activity).state)


def statuses(activity: Activity) -> dict[str, str]:
    """Return the status of every step, by slug."""
    return dict(activity.steps.order_by("position").values_list("slug", "status"))


def row(activity: Activity, slug: str) -> Any:
    """Return the row of a step."""
    return activity.steps.get(slug=slug)


def log(activity: Activity) -> list[str]:
    """Return every event in short."""
    return [
        f"{kind} {step}".strip() for kind, step in activity.events.order_by("seq").values_list("type", "step")
    ]


def events_of(activity: Activity) -> list[facts.Event]:
    """Return the log as the engine's events, without their payloads."""
    return [event_of(known) for known in activity.events.order_by("seq")]


def event_of(known: Event) -> facts.Event:
    """Return the row as the engine's event."""
    return facts.from_record(known.type, at=known.at, step=known.step, data=known.data)


def document(name: str, content: bytes = b"a,b\n1,2\n") -> DocumentFamily:
    """Put a small text into the project."""
    project = builders.project()
    return DocumentFamily.objects.create(
        organization=project.organization, project=project, store=default_store(project), name=name, mime="text/csv",
        size=len(content), digest=name, file=default_storage.save(f"documents/{name}", ContentFile(content)),
    )  # fmt: skip


def fan(slug: str, *depends_on: str, **config: Any) -> dict[str, Any]:
    """Return a per-document step."""
    return {
        "slug": slug,
        "kind": "EXECUTION",
        "dependsOn": list(depends_on),
        "config": {"moduleRef": "builtin/noop", "perDocument": True, **config},
    }


def chain(length: int) -> list[dict[str, Any]]:
    """Return steps that follow one another: s0, s1, …"""
    return [builders.script(f"s{n}", *([f"s{n - 1}"] if n else [])) for n in range(length)]


def acting(slug: str, *depends_on: str, actions: Sequence[str], **keys: Any) -> dict[str, Any]:
    """Return a step that can end with the actions."""
    made = builders.script(slug, *depends_on, **keys)
    made["config"]["scriptActions"] = [{"slug": action} for action in actions]
    return made
