"""Working time: tables over daylight-saving changes, and laws of adding that hold for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.time.calendars import (
    Calendar,
    CalendarInvalid,
    add,
    between,
    days_later,
    end_of_day,
    read_holidays,
    read_spans,
    subtract,
    write_spans,
)

BERLIN, NEW_YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
ALL_DAY = dict.fromkeys(range(7), ((0, 1440),))
OFFICE = Calendar(BERLIN, holidays=frozenset({date(2026, 12, 25)}))


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    """Return the instant of a wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-18T10:00", 2, "2026-11-18T12:00"),
        ("2026-11-18T16:00", 2, "2026-11-19T10:00"),
        ("2026-11-18T07:00", 8, "2026-11-18T17:00"),  # the end of a day, not the beginning of the next
        ("2026-11-20T16:30", 1, "2026-11-23T09:30"),  # over a weekend
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),  # from a weekend
        ("2026-12-24T16:00", 2, "2026-12-28T10:00"),  # over a holiday and a weekend
        ("2026-11-18T20:00", 0, "2026-11-18T20:00"),
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),  # clocks went forward on Sunday
        ("2026-10-23T16:00", 2, "2026-10-26T10:00"),  # and back
        ("2026-11-18T10:00", 80, "2026-12-02T10:00"),
    ],
)
def test_working_hours_of_an_office(start: str, hours: int, end: str) -> None:
    assert add(OFFICE, at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(
    ("zone", "start", "hours", "end"),
    [
        (BERLIN, "2026-03-29T01:00", 2, "2026-03-29T04:00"),  # 02:00 to 03:00 there is not
        (BERLIN, "2026-10-25T01:00", 2, "2026-10-25T02:00+fold"),  # 02:00 to 03:00 there is twice
        (BERLIN, "2026-10-25T01:00", 4, "2026-10-25T04:00"),
        (NEW_YORK, "2026-03-08T00:00", 24, "2026-03-09T01:00"),
        (NEW_YORK, "2026-11-01T00:00", 24, "2026-11-01T23:00"),
        (LORD_HOWE, "2026-10-04T00:00", 24, "2026-10-05T00:30"),  # half an hour
    ],
)
def test_a_watch_around_the_clock_works_the_hours_that_there_are(
    zone: ZoneInfo, start: str, hours: int, end: str
) -> None:
    until = at(end.removesuffix("+fold"), zone, fold=int(end.endswith("+fold")))

    assert add(Calendar(zone, ALL_DAY), at(start, zone), timedelta(hours=hours)) == until


@pytest.mark.parametrize(
    ("spans", "hours"),
    [("02:00-03:00", 0.0), ("01:30-03:30", 1.0), ("02:30-04:30", 1.0), ("00:00-24:00", 23.0)],
)
def test_hours_that_a_change_leaves_out_are_not_worked(spans: str, hours: float) -> None:
    sunday = Calendar(BERLIN, {6: read_spans(spans)})

    worked = between(sunday, at("2026-03-29T00:00"), at("2026-03-30T00:00"))

    assert worked == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 11, 18), "2026-11-18T17:00"),
        (date(2026, 11, 21), "2026-11-23T17:00"),
        (date(2026, 12, 25), "2026-12-28T17:00"),
    ],
)
def test_a_date_means_the_end_of_its_work_or_of_the_next_working_day(day: date, end: str) -> None:
    assert end_of_day(OFFICE, day) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-18T10:00", 1, "2026-11-19T17:00"),
        ("2026-11-20T10:00", 1, "2026-11-23T17:00"),
        ("2026-12-24T10:00", 2, "2026-12-29T17:00"),
        ("2026-03-27T10:00", 1, "2026-03-30T17:00"),
    ],
)
def test_working_days_later(start: str, days: int, end: str) -> None:
    assert days_later(OFFICE, at(start), days) == at(end)


def test_a_break_at_noon_is_no_working_time() -> None:
    with_break = Calendar(BERLIN, {2: read_spans("09:00-12:30, 13:00-17:00")})

    assert add(with_break, at("2026-11-18T12:00"), timedelta(hours=1)) == at("2026-11-18T13:30")
    assert subtract(with_break, at("2026-11-18T13:30"), timedelta(hours=1)) == at("2026-11-18T12:00")


zones = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Beirut",
                                 "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kolkata")]
)  # fmt: skip
spans = st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(
    lambda marks: tuple(
        (a * 30, b * 30) for a, b in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)
weeks = st.dictionaries(st.integers(0, 6), spans, min_size=1)
instants = st.integers(1_100_000_000, 2_050_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
days_off = st.frozensets(st.dates(date(2005, 1, 1), date(2035, 1, 1)), max_size=5)
calendars = st.builds(Calendar, zones, weeks, days_off)
durations = st.timedeltas(timedelta(0), timedelta(hours=60))


@settings(max_examples=150)
@given(calendars, instants, durations)
def test_so_much_working_time_lies_between_as_was_added(
    calendar: Calendar, start: datetime, worked: timedelta
) -> None:
    end = add(calendar, start, worked)

    assert between(calendar, start, end) == worked
    assert worked == timedelta(0) or between(calendar, start, end - timedelta(microseconds=1)) < worked


@settings(max_examples=150)
@given(calendars, instants, durations, durations)
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    assert add(calendar, add(calendar, start, first), second) == add(calendar, start, first + second)


@settings(max_examples=150)
@given(calendars, instants, durations)
def test_what_was_taken_away_comes_back(calendar: Calendar, end: datetime, worked: timedelta) -> None:
    start = subtract(calendar, end, worked)

    assert start <= end
    assert between(calendar, start, end) == worked


@settings(max_examples=150)
@given(calendars, instants, durations, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_begins_later_does_not_end_earlier(
    calendar: Calendar, start: datetime, worked: timedelta, later: timedelta
) -> None:
    assert add(calendar, start, worked) <= add(calendar, start + later, worked)


@given(spans)
def test_hours_are_read_as_they_are_written(found: tuple[tuple[int, int], ...]) -> None:
    assert read_spans(write_spans(found)) == found


@pytest.mark.parametrize(
    "text",
    ["9-17", "09:00", "17:00-09:00", "09:00-09:00", "09:60-10:00", "09:00-25:00", "24:00-24:30", "a-b"],
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(CalendarInvalid, match=text.split("-")[0]):
        read_spans(text)


@pytest.mark.parametrize("spans", [((600, 700), (650, 800)), ((600, 700), (500, 550)), ((5, 5),), ((-1, 3),)])
def test_hours_in_no_order_are_refused(spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(CalendarInvalid, match="Monday"):
        Calendar(UTC, {0: spans})


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(CalendarInvalid, match="no weekday"):
        Calendar(UTC, {0: ()})


def test_holidays_are_read_a_line_each() -> None:
    text = "2026-12-25 Christmas Day\n\n  2026-01-01\n"

    assert read_holidays(text) == {date(2026, 1, 1): "", date(2026, 12, 25): "Christmas Day"}
    with pytest.raises(CalendarInvalid, match=r'line 2: "25\.12\."'):
        read_holidays("2026-12-25\n25.12. Christmas")
