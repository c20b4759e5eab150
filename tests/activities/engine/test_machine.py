"""People and workers do what they like; after everything the engine and a simple model of the language agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from activities.engine import events
from activities.engine.state import ENDED, PUBLIC_STATUS, pack, unpack
from plans.language.dependencies import Dependency
from tests.activities.engine.random_plans import VERDICTS, graph_of, written
from tests.activities.engine.words import (
    BACKOFF,
    COMPLETED,
    GUARDING,
    NOON,
    PENDING,
    QUEUED,
    RUNNING,
    WAITING,
    Play,
    begin,
    created,
)


@dataclass
class Model:
    """The language told again, as simply as it can be: names and words only, everything looked at every time."""

    steps: list[tuple[str, list[Dependency], bool, bool]]
    statuses: dict[str, str] = field(default_factory=dict)
    actions: dict[str, str | None] = field(default_factory=dict)
    status: str = "RUNNING"

    def __post_init__(self) -> None:
        self.statuses = {slug: "PENDING" for slug, *_ in self.steps}
        self.settle()

    def entry(self, dependency: Dependency) -> str:
        """Look one entry up."""
        upstream = self.statuses[dependency.step]
        if upstream in ("PENDING", "RUNNING"):
            return "wait"
        if upstream in ("FAILED", "CANCELLED"):
            return "blocked"
        if dependency.await_only or upstream == "SKIPPED":
            return "ok"
        if upstream == "NOT_TAKEN":
            return "dead"
        return "ok" if dependency.action in (None, self.actions.get(dependency.step)) else "dead"

    def verdict(self, slug: str) -> str:
        """Add the entries of a step up."""
        entries = [self.entry(d) for known, deps, *_ in self.steps if known == slug for d in deps]
        return next((word for word in ("dead", "blocked", "wait") if word in entries), "ok")

    def ready(self, slug: str) -> bool:
        """Tell if the step may begin."""
        return self.status == "RUNNING" and self.statuses[slug] == "PENDING" and self.verdict(slug) == "ok"

    def settle(self) -> None:
        """Settle what can be, and end the activity when nothing runs and nothing can."""
        changed = True
        while changed:
            changed = False
            for slug, _, _, bypass in self.steps:
                if self.statuses[slug] == "PENDING" and self.verdict(slug) == "dead":
                    self.statuses[slug], changed = "NOT_TAKEN", True
                elif bypass and self.ready(slug):
                    self.statuses[slug], changed = "SKIPPED", True
        held_back = any(self.statuses[s] == "PENDING" and self.verdict(s) == "ok" for s in self.statuses)
        if self.status in ("RUNNING", "PAUSED") and "RUNNING" not in self.statuses.values() and not held_back:
            words = set(self.statuses.values())
            self.status = next((word for word in ("FAILED", "CANCELLED") if word in words), "COMPLETED")

    def after(self, slug: str) -> set[str]:
        """Return all steps downstream."""
        found: set[str] = set()
        for known, deps, *_ in self.steps:
            if any(d.step == slug or d.step in found for d in deps):
                found.add(known)
        return found

    def reopen(self) -> None:
        """Let the activity run again, unless it is paused."""
        self.status = "PAUSED" if self.status == "PAUSED" else "RUNNING"
        self.settle()


class PeopleAndWorkers(RuleBasedStateMachine):
    """Steps run, people interfere; after everything the engine and the model must agree."""

    played: Play
    model: Model

    @initialize(steps=written())
    def start(self, steps: Any) -> None:
        self.played = created(graph_of(steps))
        begin(self.played)
        self.model = Model(steps)
        self.attempts: dict[str, int] = dict.fromkeys(self.model.statuses, 0)
        self.runs: dict[str, int] = dict.fromkeys(self.model.statuses, 1)

    def standing(self, *phases: Any) -> list[str]:
        """Return the steps that stand there."""
        return [slug for slug, phase in self.played.phases.items() if phase in phases]

    def is_(self, *statuses: str) -> list[str]:
        """Return the steps of which the model says so."""
        return [slug for slug, status in self.model.statuses.items() if status in statuses]

    @rule(data=st.data(), verdict=VERDICTS)
    @precondition(lambda self: self.standing(GUARDING))
    def judge(self, data: Any, verdict: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(GUARDING)))
        assert self.model.ready(slug)
        run = self.played.run_of(slug)
        assert self.played.take(events.GuardEvaluated(at=NOON, step=slug, run=run, verdict=verdict))
        if verdict != "run":
            words = {"skip": "SKIPPED", "not_taken": "NOT_TAKEN", "fail": "FAILED"}
            self.model.statuses[slug] = words[verdict]
            self.model.settle()

    @rule(data=st.data())
    @precondition(lambda self: self.standing(QUEUED))
    def claim(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(QUEUED)))
        assert self.model.ready(slug)
        attempt = self.played.attempt(slug) + 1
        assert self.played.take(events.StepStarted(at=NOON, step=slug, attempt=attempt))
        self.model.statuses[slug] = "RUNNING"

    @rule(data=st.data())
    @precondition(lambda self: self.standing(RUNNING))
    def wait(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(RUNNING)))
        assert self.played.take(
            events.StepWaiting(at=NOON, step=slug, attempt=self.played.attempt(slug), on="TASK")
        )

    @rule(data=st.data(), action=st.sampled_from([None, "x", "y", "z"]))
    @precondition(lambda self: self.standing(RUNNING, WAITING))
    def complete(self, data: Any, action: str | None) -> None:
        slug = data.draw(st.sampled_from(self.standing(RUNNING, WAITING)))
        attempt = self.played.attempt(slug)
        done = events.StepCompleted(at=NOON, step=slug, attempt=attempt, action=action)
        assert self.played.take(done)
        assert not self.played.take(done)
        self.model.statuses[slug], self.model.actions[slug] = "COMPLETED", action
        self.model.settle()

    @rule(data=st.data())
    @precondition(lambda self: self.standing(RUNNING, WAITING))
    def fail(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(RUNNING, WAITING)))
        attempt = self.played.attempt(slug)
        assert self.played.take(events.StepFailed(at=NOON, step=slug, attempt=attempt, kind="business"))
        self.model.statuses[slug] = "FAILED"
        self.model.settle()

    @rule(data=st.data())
    @precondition(lambda self: self.standing(RUNNING))
    def defer(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(RUNNING)))
        attempt = self.played.attempt(slug)
        later = NOON + timedelta(seconds=5)
        assert self.played.take(
            events.StepDeferred(at=NOON, step=slug, attempt=attempt, on="SLOT", until=later)
        )
        self.model.statuses[slug] = "PENDING"

    @rule(data=st.data())
    @precondition(lambda self: self.standing(BACKOFF))
    def call_again(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(BACKOFF)))
        attempt = self.played.attempt(slug)
        called = events.TimerFired(at=NOON, step=slug, attempt=attempt, kind="slot")
        assert self.played.take(called)
        assert not self.played.take(called)

    @rule(data=st.data())
    @precondition(lambda self: self.standing(RUNNING))
    def lose(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(self.standing(RUNNING)))
        third = self.played.state.extra(self.played.graph.positions[slug]).losses == 2
        attempt = self.played.attempt(slug)
        assert self.played.take(events.StepLost(at=NOON, step=slug, attempt=attempt))
        self.model.statuses[slug] = "FAILED" if third else "PENDING"
        self.model.settle()

    @rule(data=st.data(), attempt=st.integers(0, 5))
    def tell_nonsense(self, data: Any, attempt: int) -> None:
        slug = data.draw(st.sampled_from(list(self.model.statuses)))
        known = self.played.attempt(slug)
        if attempt != known or not self.standing(RUNNING, WAITING):
            assert not self.played.take(events.StepCompleted(at=NOON, step=slug, attempt=known + 1 + attempt))

    @rule()
    def pause(self) -> None:
        assert self.played.take(events.PauseRequested(at=NOON)) == (self.model.status == "RUNNING")
        if self.model.status == "RUNNING":
            self.model.status = "PAUSED"
            self.model.settle()

    @rule()
    def resume(self) -> None:
        assert self.played.take(events.ResumeRequested(at=NOON)) == (self.model.status == "PAUSED")
        if self.model.status == "PAUSED":
            self.model.status = "RUNNING"
            self.model.settle()

    @rule()
    def cancel(self) -> None:
        possible = self.model.status in ("RUNNING", "PAUSED")
        assert self.played.take(events.CancelRequested(at=NOON)) == possible
        if possible:
            for slug in self.is_("PENDING", "RUNNING"):
                self.model.statuses[slug] = "CANCELLED"
            self.model.status = "CANCELLED"

    @rule()
    def retry(self) -> None:
        again = self.is_("FAILED", "CANCELLED")
        assert self.played.take(events.RetryRequested(at=NOON)) == bool(again)
        for slug in again:
            self.model.statuses[slug] = "PENDING"
        if again:
            self.model.reopen()

    @rule(data=st.data())
    def retry_one(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(list(self.model.statuses)))
        possible = slug in self.is_("FAILED", "CANCELLED")
        assert self.played.take(events.RetryRequested(at=NOON, steps=(slug,))) == possible
        if possible:
            self.model.statuses[slug] = "PENDING"
            self.model.reopen()

    @rule(data=st.data())
    def rerun(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(list(self.model.statuses)))
        possible = self.model.statuses[slug] not in ("PENDING", "RUNNING")
        assert self.played.take(events.RerunRequested(at=NOON, step=slug)) == possible
        if possible:
            for again in {slug} | self.model.after(slug):
                self.model.statuses[again] = "PENDING"
                self.model.actions.pop(again, None)
            self.model.reopen()

    @rule(data=st.data())
    def pass_over(self, data: Any) -> None:
        slug = data.draw(st.sampled_from(list(self.model.statuses)))
        possible = self.model.statuses[slug] == "FAILED"
        assert self.played.take(events.SkipRequested(at=NOON, step=slug, reason="why not")) == possible
        if possible:
            self.model.statuses[slug] = "SKIPPED"
            self.model.reopen()

    @invariant()
    def the_model_agrees(self) -> None:
        public = {slug: PUBLIC_STATUS[phase] for slug, phase in self.played.phases.items()}
        assert public == self.model.statuses
        assert str(self.played.status) == self.model.status
        completed = {slug for slug, phase in self.played.phases.items() if phase is COMPLETED}
        told = {slug: action for slug, action in self.model.actions.items() if action and slug in completed}
        assert {slug: a for slug, a in self.played.actions.items() if slug in completed} == told

    @invariant()
    def nothing_is_under_way_once_it_has_ended(self) -> None:
        if self.played.status in ENDED:
            assert not self.standing(RUNNING, WAITING, QUEUED, GUARDING, BACKOFF)

    @invariant()
    def what_is_ready_is_offered_and_nothing_else(self) -> None:
        offered, aside = set(self.standing(QUEUED, GUARDING)), set(self.standing(BACKOFF))
        assert offered == {slug for slug in self.model.statuses if self.model.ready(slug)} - aside

    @invariant()
    def a_blocked_step_is_pending_below_a_failure(self) -> None:
        failed = set(self.is_("FAILED", "CANCELLED"))
        below = set().union(*(self.model.after(slug) for slug in failed)) if failed else set()
        for slug in self.standing(PENDING):
            if self.model.verdict(slug) == "blocked":
                assert slug in below

    @invariant()
    def attempts_and_runs_only_grow(self) -> None:
        for slug in self.attempts:
            attempt, run = self.played.attempt(slug), self.played.run_of(slug)
            assert attempt >= self.attempts[slug]
            assert run >= self.runs[slug]
            self.attempts[slug], self.runs[slug] = attempt, run

    @invariant()
    def the_state_survives_its_packing(self) -> None:
        assert unpack(pack(self.played.state)) == self.played.state

    @invariant()
    def the_log_rebuilds_it(self) -> None:
        again = created(self.played.graph)
        for event in self.played.log:
            again.take(event)
        assert again.state == self.played.state


PeopleAndWorkers.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestPeopleAndWorkers = PeopleAndWorkers.TestCase
