"""Working time: the hours of an organization's week and its holidays, and how time is added in them. Pure.

Rule 1: working time is time that passes: a night watch over a daylight-saving change has an hour more or less.
Rule 2: an opening hour is a time on the wall of the calendar's zone; what a change of the clock leaves out is no work.
Rule 3: all is counted in UTC: Python adds to an instant of a zone as to a clock on the wall.
Rule 4: adding never moves an instant for nothing: no time later is the same instant, be it in working time or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_A_DAY: Final = 24 * 60
NOTHING: Final = timedelta(0)
FARTHEST: Final = timedelta(days=400 * 366)
Span = tuple[int, int]  # minutes after midnight: from, until (1440: the midnight after)
Window = tuple[datetime, datetime]  # instants in UTC: from, until
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})")


class CalendarInvalid(ValueError):
    """The calendar says what cannot be; the message says what and how to put it right."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours of each weekday (Monday 0), in order and apart, and days without any."""

    zone: tzinfo = UTC
    hours: Mapping[int, tuple[Span, ...]] = field(
        default_factory=lambda: dict.fromkeys(range(5), ((9 * 60, 17 * 60),))
    )
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not any(self.hours.values()):
            raise CalendarInvalid("no weekday has working hours; give at least one of them some")
        for day, spans in self.hours.items():
            _require_order(day, spans)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the opening hours of a day."""
        return () if day in self.holidays else self.hours.get(day.weekday(), ())

    def windows(self, day: date) -> list[Window]:
        """Return the working time of a day as instants."""
        found = [(self._instant(day, start), self._instant(day, end)) for start, end in self.spans(day)]
        return [(start, end) for start, end in found if start < end]

    def _instant(self, day: date, minute: int) -> datetime:
        days, left = divmod(minute, MINUTES_A_DAY)
        at = time(*divmod(left, 60))
        return datetime.combine(day + timedelta(days=days), at, tzinfo=self.zone).astimezone(UTC)


def add(calendar: Calendar, start: datetime, worked: timedelta) -> datetime:
    """Return the first instant at which so much working time has passed since `start`; raise CalendarInvalid."""
    start, left = start.astimezone(UTC), worked
    if left <= NOTHING:
        return start
    for opens, closes in _after(calendar, start):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(NOTHING, closes - begin)
    raise CalendarInvalid(
        "there is not so much working time in 400 years; take holidays out, or take less time"
    )


def subtract(calendar: Calendar, end: datetime, worked: timedelta) -> datetime:
    """Return the last instant from which so much working time passes until `end`; raise CalendarInvalid."""
    end, left = end.astimezone(UTC), worked
    if left <= NOTHING:
        return end
    for opens, closes in _before(calendar, end):
        until = min(closes, end)
        if until - opens >= left:
            return until - left
        left -= max(NOTHING, until - opens)
    raise CalendarInvalid(
        "there is not so much working time in 400 years; take holidays out, or take less time"
    )


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time from one instant to a later one."""
    start, end, total = start.astimezone(UTC), end.astimezone(UTC), NOTHING
    for opens, closes in _after(calendar, start):
        if opens >= end:
            break
        total += max(NOTHING, min(closes, end) - max(opens, start))
    return total


def end_of_day(calendar: Calendar, day: date) -> datetime:
    """Return when work ends on that day; where nobody works then, on the next day on which somebody does."""
    midnight = datetime.combine(day, time(), tzinfo=calendar.zone).astimezone(UTC)
    for _opens, closes in _after(calendar, midnight):
        local = (closes - timedelta(microseconds=1)).astimezone(calendar.zone).date()
        windows = calendar.windows(local)
        if local >= day and windows:
            return windows[-1][1]
    raise CalendarInvalid("nobody works in the 400 years after that day; take holidays out")


def days_later(calendar: Calendar, start: datetime, days: int) -> datetime:
    """Return when work ends on the n-th working day after that of `start`."""
    day = start.astimezone(calendar.zone).date()
    last = day + FARTHEST
    while days > 0 and day < last:
        day += timedelta(days=1)
        days -= bool(calendar.spans(day))
    return end_of_day(calendar, day)


def read_spans(text: str) -> tuple[Span, ...]:
    """Read `09:00-12:30, 13:00-17:00`, nothing for a day off; raise CalendarInvalid."""
    return tuple(_span(part.strip()) for part in text.replace(";", ",").split(",") if part.strip())


def write_spans(spans: Sequence[Span]) -> str:
    """Write what `read_spans` reads."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def read_holidays(text: str) -> dict[date, str]:
    """Read a day a line, `2026-12-25 Christmas Day`; raise CalendarInvalid, which names the line."""
    found: dict[date, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        day, _space, name = line.strip().partition(" ")
        if not day:
            continue
        try:
            found[date.fromisoformat(day)] = name.strip()
        except ValueError:
            raise CalendarInvalid(
                f'line {number}: "{day}" is no date; write it like 2026-12-25, then its name'
            ) from None
    return dict(sorted(found.items()))


def _require_order(day: int, spans: Sequence[Span]) -> None:
    name = DAYS[day].capitalize()
    for start, end in spans:
        if not 0 <= start < end <= MINUTES_A_DAY:
            raise CalendarInvalid(f"{name}: {_clock(start)}-{_clock(end)} does not end after it begins")
    for (_start, end), (start, _end) in pairwise(spans):
        if start < end:
            raise CalendarInvalid(f"{name}: hours overlap or stand in no order at {_clock(start)}")


def _after(calendar: Calendar, instant: datetime) -> Iterator[Window]:
    """Yield windows that end after the instant; the day before may reach over midnight by a change of the clock."""
    day = instant.astimezone(calendar.zone).date() - timedelta(days=1)
    last = min(day + FARTHEST, date(9998, 12, 31))
    while day < last:
        yield from (window for window in calendar.windows(day) if window[1] > instant)
        day += timedelta(days=1)


def _before(calendar: Calendar, instant: datetime) -> Iterator[Window]:
    day = instant.astimezone(calendar.zone).date() + timedelta(days=1)
    last = max(day, date(2, 1, 1) + FARTHEST) - FARTHEST
    while day > last:
        yield from (window for window in reversed(calendar.windows(day)) if window[0] < instant)
        day -= timedelta(days=1)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise CalendarInvalid(f'"{text}" is no span of hours; write it like 09:00-17:00')
    hour, minute, to_hour, to_minute = map(int, found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= end or end > MINUTES_A_DAY:
        raise CalendarInvalid(
            f'"{text}" does not end after it begins within one day; write it like 09:00-17:00'
        )
    return start, end


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
