"""A tiny language for the rules: plans as texts, and what happens to them as words.

run(plan("a", "b<-a", "c<-a:reject"), done("a", action="reject")) == {"a": COMPLETED, "b": QUEUED, "c": QUEUED}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.engine import events
from activities.engine.decide import decide
from activities.engine.draft import Decision
from activities.engine.effects import Effect, FinishActivity
from activities.engine.readiness import action_of
from activities.engine.state import ActivityState, ActivityStatus, Phase, fresh
from plans.language.dependencies import parse_dependency
from plans.language.graph import Edge, FanOut, Graph, Node, RetryPolicy

PENDING, GUARDING, QUEUED, RUNNING, WAITING, BACKOFF = (
    Phase.PENDING,
    Phase.GUARDING,
    Phase.QUEUED,
    Phase.RUNNING,
    Phase.WAITING,
    Phase.BACKOFF,
)
COMPLETED, SKIPPED, NOT_TAKEN, FAILED, CANCELLED = (
    Phase.COMPLETED,
    Phase.SKIPPED,
    Phase.NOT_TAKEN,
    Phase.FAILED,
    Phase.CANCELLED,
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_STEP = re.compile(r"([a-z0-9_-]+)(?:<-(.+))?")


@dataclass(frozen=True)
class StepText:
    """A step as it was written, and what can't be written in its text."""

    text: str
    bypass: bool = False
    guarded: bool = False
    reads: tuple[str, ...] = ()  # steps that its input needs
    skip_reads: tuple[str, ...] = ()  # steps that only its skipIf reads
    lazy: tuple[str, ...] = ()  # steps that its input may need
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    fan_out: FanOut | None = None
    timeout: float | None = None


def step(text: str, **keys: Any) -> StepText:
    """Return a step with more than dependencies."""
    return StepText(text, **keys)


def plan(*steps: str | StepText, output: bool = False) -> Graph:
    """Return the graph of the steps; an action is declared by whoever depends on it."""
    texts = [text if isinstance(text, StepText) else StepText(text) for text in steps]
    parsed = []
    for text in texts:
        match = _STEP.fullmatch(text.text)
        assert match, f"{text.text!r} is no step; write a, a<-b or a<-b?,c:x"
        upstream = [parse_dependency(word) for word in match[2].split(",")] if match[2] else []
        parsed.append((match[1], upstream, text))
    positions = {slug: position for position, (slug, _, _) in enumerate(parsed)}
    actions: dict[str, dict[str, None]] = {slug: {} for slug in positions}
    for _, upstream, _ in parsed:
        for dependency in upstream:
            if dependency.action is not None:
                actions[dependency.step][dependency.action] = None
    nodes, dependents = [], [dict[int, None]() for _ in parsed]
    for position, (slug, upstream, text) in enumerate(parsed):
        edges = tuple(Edge(positions[d.step], d.await_only, d.action) for d in upstream)
        data, skip_data = (
            tuple(positions[name] for name in names) for names in (text.reads, text.skip_reads)
        )
        nodes.append(
            Node(
                position=position,
                slug=slug,
                kind="SCRIPT",
                edges=edges,
                data=data,
                skip_data=skip_data,
                bypass=text.bypass,
                document_condition=False,
                guarded=text.guarded or bool(data or skip_data or text.lazy),
                retry=text.retry,
                fan_out=text.fan_out,
                actions=tuple(actions[slug]),
                timeout_seconds=text.timeout,
            )
        )
        for before in (*(e.upstream for e in edges), *data, *skip_data, *(positions[n] for n in text.lazy)):
            dependents[before][position] = None
    return Graph(tuple(nodes), tuple(tuple(known) for known in dependents), asks_output=output)


@dataclass
class Play:
    """An activity in a test: the state, what was asked of the shell, and every event that counted."""

    graph: Graph
    state: ActivityState
    now: datetime = NOON
    asked: list[Effect] = field(default_factory=list)
    log: list[events.Event] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def take(self, event: events.Event) -> bool:
        """Decide on the event; tell if it counted. One that does not count must leave everything alone."""
        decision = decide(self.graph, self.state, event)
        if not decision.counted:
            assert (decision.state, decision.changes, decision.effects) == (self.state, (), ())
            return False
        self.state = decision.state
        self.asked.extend(decision.effects)
        self.log.append(event)
        self.decisions.append(decision)
        return True

    def phase(self, slug: str) -> Phase:
        """Return where the step stands."""
        return self.state.phase(self.graph.positions[slug])

    def attempt(self, slug: str) -> int:
        """Return how often the step was claimed."""
        return self.state.extra(self.graph.positions[slug]).attempt

    def run_of(self, slug: str) -> int:
        """Return how often a person had the step done."""
        return self.state.extra(self.graph.positions[slug]).run

    @property
    def phases(self) -> dict[str, Phase]:
        """Where every step stands."""
        return {node.slug: self.state.phase(node.position) for node in self.graph.nodes}

    @property
    def actions(self) -> dict[str, str]:
        """The actions that steps ended with."""
        ended = {node.slug: action_of(self.graph, self.state, node.position) for node in self.graph.nodes}
        return {slug: action for slug, action in ended.items() if action is not None}

    @property
    def status(self) -> ActivityStatus:
        """The status of the activity."""
        return self.state.status

    @property
    def endings(self) -> list[str]:
        """The statuses with which the activity was said to have ended."""
        return [str(effect.status) for effect in self.asked if isinstance(effect, FinishActivity)]


Word = Callable[[Play], None]


def created(graph: Graph) -> Play:
    """Return an activity that has not begun."""
    return Play(graph, fresh(len(graph.nodes)))


def play(graph: Graph, *words: Word) -> Play:
    """Start an activity of the plan and let things happen to it; every one of them must count."""
    played = created(graph)
    begin(played)
    for word in words:
        word(played)
    return played


def run(graph: Graph, *words: Word) -> dict[str, Phase]:
    """Return where the steps stand after all that."""
    return play(graph, *words).phases


def _counts(played: Play, event: events.Event) -> None:
    assert played.take(event), f"{event} did not count; the steps stand {played.phases}, {played.status}"


def begin(played: Play) -> None:
    """Start the activity."""
    _counts(played, events.ActivityStarted(at=played.now))


def ignored(word: Word) -> Word:
    """Say that the last event of the word is refused: it changes nothing and asks for nothing."""

    def happens(played: Play) -> None:
        logged = len(played.log)
        try:
            word(played)
        except AssertionError as error:
            if "did not count" in str(error):
                return
            raise
        raise AssertionError(f"{played.log[logged:]} counted, and should not have")

    return happens


def later(seconds: float) -> Word:
    """Let time pass."""

    def happens(played: Play) -> None:
        played.now += timedelta(seconds=seconds)

    return happens


def started(*slugs: str) -> Word:
    """A worker claims queued steps."""

    def happens(played: Play) -> None:
        for slug in slugs:
            claim = played.attempt(slug) + 1
            _counts(played, events.StepStarted(at=played.now, step=slug, attempt=claim))

    return happens


def _of_step(slug: str, make: Callable[[Play, int], events.Event]) -> Word:
    """Claim the step if it is queued, then let the event happen to that attempt."""

    def happens(played: Play) -> None:
        if played.phase(slug) is QUEUED:
            started(slug)(played)
        _counts(played, make(played, played.attempt(slug)))

    return happens


def done(slug: str, action: str | None = None, *, attempt: int | None = None) -> Word:
    """The step completes; it is claimed first if nobody has."""
    return _of_step(
        slug,
        lambda played, held: events.StepCompleted(
            at=played.now, step=slug, attempt=held if attempt is None else attempt, action=action, result={}
        ),
    )


def failed(slug: str, kind: Any = "business", *, retry_after: float | None = None) -> Word:
    """The step fails; it is claimed first if nobody has."""
    return _of_step(
        slug,
        lambda played, held: events.StepFailed(
            at=played.now, step=slug, attempt=held, kind=kind, retry_after=retry_after
        ),
    )


def skips_itself(slug: str) -> Word:
    """The step finds while it runs that it need not."""
    return _of_step(slug, lambda played, held: events.StepSkipped(at=played.now, step=slug, attempt=held))


def waits(slug: str, on: str = "TASK", *, until: datetime | None = None) -> Word:
    """The step waits for somebody or something."""
    return _of_step(
        slug,
        lambda played, held: events.StepWaiting(at=played.now, step=slug, attempt=held, on=on, until=until),
    )


def deferred(slug: str, *, until: datetime | None = None) -> Word:
    """There is no room for the step; it is claimed first if nobody has."""
    return _of_step(
        slug,
        lambda played, held: events.StepDeferred(
            at=played.now,
            step=slug,
            attempt=held,
            on="SLOT",
            until=until or played.now + timedelta(seconds=5),
        ),
    )


def lost(slug: str) -> Word:
    """The worker of the step dies."""
    return _of_step(slug, lambda played, held: events.StepLost(at=played.now, step=slug, attempt=held))


def fires(slug: str, kind: Any, *, attempt: int | None = None) -> Word:
    """A timer of the step goes off."""

    def happens(played: Play) -> None:
        held = played.attempt(slug) if attempt is None else attempt
        _counts(played, events.TimerFired(at=played.now, step=slug, attempt=held, kind=kind))

    return happens


def judged(
    slug: str, verdict: Any = "run", *, needs: tuple[str, ...] = (), of_run: int | None = None
) -> Word:
    """Somebody evaluated the guards of the step."""

    def happens(played: Play) -> None:
        number = played.run_of(slug) if of_run is None else of_run
        _counts(
            played, events.GuardEvaluated(at=played.now, step=slug, run=number, verdict=verdict, needs=needs)
        )

    return happens


def opened(slug: str, total: int, **counts: Any) -> Word:
    """A per-document step has its documents."""
    return _of_step(
        slug,
        lambda played, held: events.DocumentsOpened(
            at=played.now, step=slug, attempt=held, total=total, **counts
        ),
    )


def documents(slug: str, **counts: Any) -> Word:
    """Some documents of the step come to an end."""

    def happens(played: Play) -> None:
        held = played.attempt(slug)
        _counts(played, events.DocumentsSettled(at=played.now, step=slug, attempt=held, **counts))

    return happens


def _command(make: Callable[[datetime], events.Event]) -> Word:
    return lambda played: _counts(played, make(played.now))


def pause() -> Word:
    """A person pauses the activity."""
    return _command(lambda now: events.PauseRequested(at=now))


def resume() -> Word:
    """A person lets it go on."""
    return _command(lambda now: events.ResumeRequested(at=now))


def cancel(reason: str = "") -> Word:
    """A person ends it."""
    return _command(lambda now: events.CancelRequested(at=now, reason=reason))


def retry(*slugs: str) -> Word:
    """A person has failed and cancelled steps tried again: those named, or all."""
    return _command(lambda now: events.RetryRequested(at=now, steps=slugs))


def rerun(slug: str) -> Word:
    """A person has a step and all after it done again."""
    return _command(lambda now: events.RerunRequested(at=now, step=slug))


def skip(slug: str) -> Word:
    """An operator passes over a failed step."""
    return _command(lambda now: events.SkipRequested(at=now, step=slug, reason="not needed"))


def replan() -> Word:
    """A fresh activity takes over."""
    return _command(lambda now: events.Replanned(at=now, successor="another"))


def evaluated(status: Any, outcome: Any = "success") -> Word:
    """The plan's output is known."""
    return _command(lambda now: events.OutputEvaluated(at=now, status=status, outcome=outcome))
