"""The state as bytes, events as records: what is stored is what was meant."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.engine import events
from activities.engine.state import (
    ACTIVE,
    ENDED,
    PUBLIC_STATUS,
    SETTLED,
    TERMINAL,
    ActivityState,
    ActivityStatus,
    Documents,
    Extra,
    Phase,
    fresh,
    pack,
    unpack,
)
from tests.activities.engine.words import NOON, done, plan, play, rerun

small = st.integers(0, 2**31)
actions = st.lists(st.tuples(st.text(min_size=1, max_size=9), small), max_size=3).map(tuple)
extras = st.builds(
    Extra,
    attempt=small,
    run=st.integers(1, 9),
    failures=small,
    losses=st.integers(0, 3),
    needs=st.lists(st.integers(0, 40), max_size=4).map(tuple),
    action=st.text(max_size=20),
    documents=st.none() | st.builds(Documents, *[small] * 6, actions=actions),
)


@st.composite
def states(draw: Any) -> ActivityState:
    """Any state, possible or not."""
    size = draw(st.integers(0, 40))
    kept = st.dictionaries(st.integers(0, max(size - 1, 0)), extras, max_size=size)
    return ActivityState(
        status=draw(st.sampled_from(ActivityStatus)),
        phases=bytes(draw(st.lists(st.sampled_from(Phase), min_size=size, max_size=size))),
        actions=draw(st.binary(min_size=size, max_size=size)),
        extras=draw(kept),
    )


@given(states())
def test_what_is_packed_is_unpacked(state: ActivityState) -> None:
    assert unpack(pack(state)) == state


@given(states())
def test_equal_states_have_equal_bytes(state: ActivityState) -> None:
    backwards = ActivityState(
        state.status, state.phases, state.actions, dict(reversed(list(state.extras.items())))
    )

    assert pack(backwards) == pack(state)


def test_a_state_of_a_format_to_come_is_refused() -> None:
    packed = pack(fresh(3))

    with pytest.raises(ValueError, match="format 9; this version reads format 1"):
        unpack(b"\x09" + packed[1:])


def test_two_thousand_steps_take_few_bytes() -> None:
    assert len(pack(fresh(2000))) < 100


def test_a_step_that_was_claimed_once_needs_no_extras() -> None:
    assert play(plan("a", "b<-a"), done("a"), done("b")).state.extras == {}


def test_phases_have_the_numbers_that_are_stored() -> None:
    assert {phase.name: phase.value for phase in Phase} == {
        "PENDING": 0,
        "GUARDING": 1,
        "QUEUED": 2,
        "RUNNING": 3,
        "WAITING": 4,
        "BACKOFF": 5,
        "COMPLETED": 6,
        "SKIPPED": 7,
        "NOT_TAKEN": 8,
        "FAILED": 9,
        "CANCELLED": 10,
    }


def test_activity_statuses_have_the_order_that_is_stored() -> None:
    assert [status.value for status in ActivityStatus] == [
        "PENDING",
        "RUNNING",
        "PAUSED",
        "COMPLETED",
        "FAILED",
        "CANCELLED",
        "REPLANNED",
    ]


def test_every_phase_is_pending_active_or_terminal() -> None:
    assert {Phase.PENDING} | ACTIVE | TERMINAL == set(Phase)
    assert not ACTIVE & TERMINAL
    assert SETTLED < TERMINAL
    assert set(PUBLIC_STATUS) == set(Phase)
    assert len(ENDED) == 4


def test_a_completed_step_keeps_its_claims_over_a_rerun() -> None:
    played = play(plan("a"), done("a"), rerun("a"))

    assert played.state.extras == {0: Extra(attempt=1, run=2)}


# -- the log -----------------------------------------------------------------------------------------------------------

INSTANTS = st.datetimes(timezones=st.just(UTC))
VALUES: dict[str, Any] = {
    "at": st.just(NOON),
    "until": st.none() | INSTANTS,
    "needs": st.lists(st.text(), max_size=3).map(tuple),
    "steps": st.lists(st.text(), max_size=3).map(tuple),
    "actions": actions,
    "kept_actions": actions,
    "verdict": st.sampled_from(["run", "skip", "not_taken", "needs", "fail"]),
    "retry_after": st.none() | st.floats(0, 1e6),
    "status": st.sampled_from(["COMPLETED", "FAILED", "CANCELLED"]),
    "outcome": st.sampled_from(["success", "skipped", "failed"]),
    "action": st.none() | st.text(),
    "run": small,
    "after": st.none() | small,
}
TEXTS = {"step", "on", "reason", "successor", "kind"}


def any_event(kind: type[Any]) -> Any:
    """Return a strategy for events of the type, without their payloads."""
    known = [field for field in fields(kind) if not field.metadata.get("payload")]
    values = VALUES | ({"until": INSTANTS} if kind is events.StepDeferred else {})
    return st.builds(
        kind,
        **{
            field.name: values.get(field.name, st.text() if field.name in TEXTS else small) for field in known
        },
    )


@pytest.mark.parametrize("kind", get_args(events.Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_event_comes_back_from_its_record(kind: Any, data: Any) -> None:
    event = data.draw(any_event(kind))
    record = events.to_record(event)

    again = events.from_record(kind.__name__, at=event.at, step=getattr(event, "step", ""), data=record)

    assert again == event


def test_records_are_plain_json() -> None:
    import json

    event = events.StepWaiting(
        at=NOON, step="a", attempt=2, on="TIMER", until=datetime(2026, 1, 1, tzinfo=UTC), result={"x": 1}
    )

    assert json.loads(json.dumps(events.to_record(event))) == {
        "attempt": 2,
        "on": "TIMER",
        "until": "2026-01-01T00:00:00+00:00",
        "result": {"digest": events.digest({"x": 1})},
    }


def test_the_log_keeps_digests_and_no_payloads() -> None:
    secret = events.StepCompleted(
        at=NOON, step="a", attempt=1, result={"iban": "DE02"}, logs=[{"text": "DE02"}]
    )

    assert "DE02" not in str(events.to_record(secret))


def test_an_event_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(KeyError):
        events.from_record("StepExploded", at=NOON, step="a", data={})
