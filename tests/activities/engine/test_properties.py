"""What must hold in whatever order events come, told twice and late."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.engine import events
from activities.engine.state import ENDED, pack
from tests.activities.engine.random_plans import VERDICTS, graph_of, written
from tests.activities.engine.words import (
    GUARDING,
    NOON,
    QUEUED,
    RUNNING,
    Play,
    begin,
    created,
)

FATES = st.sampled_from(["x", "y", None, "fail", "skip", "break"])


def next_event(played: Play, slug: str, fate: Any, verdict: Any) -> events.Event | None:
    """Return what happens next to a step whose fate is known; None if it waits for others or has ended."""
    held = played.attempt(slug)
    match played.phase(slug):
        case phase if phase is GUARDING:
            return events.GuardEvaluated(at=NOON, step=slug, run=played.run_of(slug), verdict=verdict)
        case phase if phase is QUEUED:
            return events.StepStarted(at=NOON, step=slug, attempt=held + 1, run=played.run_of(slug))
        case phase if phase is RUNNING:
            if fate == "fail":
                return events.StepFailed(at=NOON, step=slug, attempt=held, kind="business")
            if fate == "break":
                return events.StepFailed(at=NOON, step=slug, attempt=held, kind="system")
            if fate == "skip":
                return events.StepSkipped(at=NOON, step=slug, attempt=held)
            return events.StepCompleted(at=NOON, step=slug, attempt=held, action=fate)
        case _:
            return None


def live_through(
    played: Play, fates: dict[str, Any], verdicts: dict[str, Any], *, draw: Any, doubles: bool
) -> None:
    """Let everything happen in an order that `draw` chooses, with events told again, at once and late."""
    told: list[events.Event] = []

    def tell(event: events.Event) -> None:
        played.take(event)
        told.append(event)
        for _ in range(draw(st.integers(0, 2)) if doubles else 0):
            played.take(event)
        if doubles and draw(st.booleans()):
            played.take(draw(st.sampled_from(told)))

    tell(events.ActivityStarted(at=NOON))
    while True:
        ready = [slug for slug in fates if next_event(played, slug, fates[slug], verdicts[slug])]
        if not ready:
            return
        slug = draw(st.sampled_from(ready))
        event = next_event(played, slug, fates[slug], verdicts[slug])
        assert event is not None
        tell(event)


def in_plan_order(played: Play, fates: dict[str, Any], verdicts: dict[str, Any]) -> None:
    """Let everything happen, the first step that can first, each event once."""
    begin(played)
    while True:
        for slug in fates:
            event = next_event(played, slug, fates[slug], verdicts[slug])
            if event is not None:
                assert played.take(event)
                break
        else:
            return


@settings(max_examples=100)
@given(data=st.data(), steps=written())
def test_any_order_of_doubled_and_late_events_gives_one_final_state(data: Any, steps: Any) -> None:
    graph = graph_of(steps)
    fates = {slug: data.draw(FATES) for slug, *_ in steps}
    verdicts = {slug: data.draw(VERDICTS) for slug, *_ in steps}
    orderly, disorderly = created(graph), created(graph)

    in_plan_order(orderly, fates, verdicts)
    live_through(disorderly, fates, verdicts, draw=data.draw, doubles=True)

    assert disorderly.state == orderly.state
    assert pack(disorderly.state) == pack(orderly.state)
    assert len(orderly.endings) == len(disorderly.endings) == 1
    assert orderly.status in ENDED


@settings(max_examples=100)
@given(data=st.data(), steps=written())
def test_folding_the_log_rebuilds_the_state(data: Any, steps: Any) -> None:
    played = created(graph_of(steps))
    fates = {slug: data.draw(FATES) for slug, *_ in steps}
    live_through(played, fates, dict.fromkeys(fates, "run"), draw=data.draw, doubles=True)

    again = created(played.graph)
    for event in played.log:
        record = events.to_record(event)
        slug = getattr(event, "step", "")
        assert again.take(events.from_record(type(event).__name__, at=event.at, step=slug, data=record))

    assert pack(again.state) == pack(played.state)


@settings(max_examples=100)
@given(data=st.data(), steps=written())
def test_terminal_is_terminal(data: Any, steps: Any) -> None:
    """Once the activity has ended, nothing that workers or timers may still bring changes anything."""
    played = created(graph_of(steps))
    fates = {slug: data.draw(FATES) for slug, *_ in steps}
    live_through(played, fates, dict.fromkeys(fates, "run"), draw=data.draw, doubles=False)
    assert played.status in ENDED
    slug, attempt = data.draw(st.sampled_from(list(fates))), data.draw(st.integers(0, 2))
    late: list[events.Event] = [
        events.ActivityStarted(at=NOON),
        events.StepStarted(at=NOON, step=slug, attempt=attempt),
        events.StepCompleted(at=NOON, step=slug, attempt=attempt),
        events.StepFailed(at=NOON, step=slug, attempt=attempt, kind="business"),
        events.StepSkipped(at=NOON, step=slug, attempt=attempt),
        events.StepLost(at=NOON, step=slug, attempt=attempt),
        events.StepWaiting(at=NOON, step=slug, attempt=attempt, on="TASK"),
        events.DocumentsOpened(at=NOON, step=slug, attempt=attempt, total=1),
        events.DocumentsSettled(at=NOON, step=slug, attempt=attempt, completed=1),
        events.GuardEvaluated(at=NOON, step=slug, run=1, verdict="run"),
        events.OutputEvaluated(at=NOON, status="COMPLETED", outcome="success"),
        events.PauseRequested(at=NOON),
        events.ResumeRequested(at=NOON),
        events.CancelRequested(at=NOON),
        *(
            events.TimerFired(at=NOON, step=slug, attempt=attempt, kind=k)
            for k in ("backoff", "timeout", "wake")
        ),
    ]

    for event in late:
        assert not played.take(event)
