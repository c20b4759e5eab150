"""When a task is due, when it is nearly due, and when it goes to others: from its template and its calendar. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal

from tasks.time import calendars
from tasks.time.calendars import Calendar

NEVER: Final = datetime.max.replace(tzinfo=UTC)
NEARLY: Final = timedelta(hours=24)  # at most so long before it is due, a task is due soon
Standing = Literal["", "on-time", "due-soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Due:
    """How a task is due: by hours, by days or on a date; `working` counts the calendar's working time only."""

    hours: float | None = None
    days: float | None = None
    on: date | None = None
    working: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What a template promises: hours before its due date when people are reminded, after it when others are asked."""

    working: bool = False
    remind_before: float | None = None
    escalate_after: float | None = None
    escalate_to: Sequence[str] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Service:
        """Read `workingTime`, `remindBeforeHours`, `escalateAfterHours` and `escalateTo` of a template."""
        names = document.get("escalateTo") or ()
        return cls(
            working=document.get("workingTime") is True,
            remind_before=_hours(document.get("remindBeforeHours")),
            escalate_after=_hours(document.get("escalateAfterHours")),
            escalate_to=(names,) if isinstance(names, str) else tuple(map(str, names)),
        )

    def as_json(self) -> dict[str, Any]:
        """Write what `read` reads."""
        return {
            "workingTime": self.working,
            "remindBeforeHours": self.remind_before,
            "escalateAfterHours": self.escalate_after,
            "escalateTo": list(self.escalate_to),
        }


def due_at(calendar: Calendar, opened: datetime, due: Due) -> datetime | None:
    """Return when it is due: on a date at its end, in days at the same time on the wall, or when work ends then."""
    if due.on is not None:
        end = datetime.combine(due.on, time(23, 59, 59), tzinfo=calendar.zone).astimezone(UTC)
        return calendars.end_of_day(calendar, due.on) if due.working else end
    if due.days and due.working and float(due.days).is_integer():
        return calendars.days_later(calendar, opened, int(due.days))
    if due.days:
        return (opened.astimezone(calendar.zone) + timedelta(days=due.days)).astimezone(UTC)
    return _later(calendar, opened, due.hours, working=due.working) if due.hours else None


def soon_at(calendar: Calendar, opened: datetime, due: datetime, service: Service) -> datetime:
    """Return from when on it is due soon: the reminder, else the last quarter of its time, a day at most."""
    if service.remind_before is None:
        return due - min(NEARLY, max(timedelta(0), due - opened) / 4)
    worked = timedelta(hours=service.remind_before)
    return calendars.subtract(calendar, due, worked) if service.working else due - worked


def escalates_at(calendar: Calendar, due: datetime, service: Service) -> datetime | None:
    """Return when others are asked as well; None where nobody is."""
    if service.escalate_after is None or not service.escalate_to:
        return None
    return _later(calendar, due, service.escalate_after, working=service.working)


def standing(*, due: datetime | None, soon: datetime | None, at: datetime) -> Standing:
    """Return where a task stands at an instant; one that is done is asked for the instant when it was."""
    if due is None:
        return ""
    if at > due:
        return "overdue"
    return "due-soon" if soon is not None and at >= soon else "on-time"


def _later(calendar: Calendar, start: datetime, hours: float, *, working: bool) -> datetime:
    elapsed = timedelta(hours=hours)
    return calendars.add(calendar, start, elapsed) if working else start.astimezone(UTC) + elapsed


def _hours(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 24 * 36_500
    return float(value) if known else None
