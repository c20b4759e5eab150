"""When a task is due, nearly due and handed on: tables, working time and daylight-saving changes among them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tasks.time.calendars import Calendar
from tasks.time.dates import Due, Service, due_at, escalates_at, soon_at, standing

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(BERLIN, holidays=frozenset({date(2026, 12, 25)}))


def at(text: str) -> datetime:
    """Return the instant of a wall clock in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("due", "opened", "expected"),
    [
        (Due(), "2026-11-20T16:00", None),
        (Due(hours=24), "2026-11-20T16:00", "2026-11-21T16:00"),
        (Due(hours=4, working=True), "2026-11-20T16:00", "2026-11-23T12:00"),
        (Due(days=1), "2026-11-20T16:00", "2026-11-21T16:00"),
        (Due(days=1), "2026-03-28T16:00", "2026-03-29T16:00"),  # 23 hours
        (Due(days=1), "2026-10-24T16:00", "2026-10-25T16:00"),  # 25 hours
        (Due(hours=24), "2026-03-28T16:00", "2026-03-29T17:00"),  # 24 hours
        (Due(days=1, working=True), "2026-11-20T16:00", "2026-11-23T17:00"),
        (Due(days=2, hours=1, working=True), "2026-12-24T16:00", "2026-12-29T17:00"),
        (Due(on=date(2026, 12, 25)), "2026-11-20T16:00", "2026-12-25T23:59:59"),
        (Due(on=date(2026, 12, 25), working=True), "2026-11-20T16:00", "2026-12-28T17:00"),
        (Due(on=date(2026, 10, 25)), "2026-10-24T16:00", "2026-10-25T23:59:59"),
    ],
)
def test_when_it_is_due(due: Due, opened: str, expected: str | None) -> None:
    assert due_at(OFFICE, at(opened), due) == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("service", "opened", "due", "expected"),
    [
        (Service(), "2026-11-18T12:00", "2026-11-18T16:00", "2026-11-18T15:00"),
        (Service(), "2026-11-01T12:00", "2026-11-18T16:00", "2026-11-17T16:00"),
        (Service(remind_before=2), "2026-11-18T12:00", "2026-11-23T10:00", "2026-11-23T08:00"),
        (Service(remind_before=2, working=True), "2026-11-18T12:00", "2026-11-23T10:00", "2026-11-20T16:00"),
        (Service(remind_before=24), "2026-03-28T10:00", "2026-03-29T10:00", "2026-03-28T09:00"),
        (Service(remind_before=8, working=True), "2026-03-20T10:00", "2026-03-30T12:00", "2026-03-27T12:00"),
    ],
)
def test_from_when_on_it_is_due_soon(service: Service, opened: str, due: str, expected: str) -> None:
    assert soon_at(OFFICE, at(opened), at(due), service) == at(expected)


@pytest.mark.parametrize(
    ("service", "due", "expected"),
    [
        (Service(), "2026-11-20T16:00", None),
        (Service(escalate_after=2), "2026-11-20T16:00", None),  # to nobody
        (Service(escalate_after=0, escalate_to=("boss",)), "2026-11-20T16:00", "2026-11-20T16:00"),
        (Service(escalate_after=2, escalate_to=("boss",)), "2026-11-20T16:00", "2026-11-20T18:00"),
        (
            Service(working=True, escalate_after=2, escalate_to=("boss",)),
            "2026-11-20T16:00",
            "2026-11-23T10:00",
        ),
        (
            Service(working=True, escalate_after=2, escalate_to=("boss",)),
            "2026-10-23T16:00",
            "2026-10-26T10:00",
        ),
    ],
)
def test_when_others_are_asked(service: Service, due: str, expected: str | None) -> None:
    assert escalates_at(OFFICE, at(due), service) == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-18T11:59", "on-time"),
        ("2026-11-18T12:00", "due-soon"),
        ("2026-11-18T16:00", "due-soon"),
        ("2026-11-18T16:01", "overdue"),
    ],
)
def test_where_it_stands(now: str, expected: str) -> None:
    soon, due = at("2026-11-18T12:00"), at("2026-11-18T16:00")

    assert standing(due=due, soon=soon, at=at(now)) == expected
    assert standing(due=None, soon=None, at=at(now)) == ""


def test_a_template_is_read_as_it_was_written() -> None:
    service = Service(working=True, remind_before=2, escalate_after=0, escalate_to=("boss",))

    assert Service.read(service.as_json()) == service
    assert Service.read({"escalateTo": "boss", "remindBeforeHours": "soon", "workingTime": "yes"}) == Service(
        escalate_to=("boss",)
    )
