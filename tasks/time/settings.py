"""An organization's calendar: how it is kept, and how it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from plans.access import require_in
from plans.errors import Invalid
from plans.models import Organization, Person
from tasks.models import BusinessCalendar
from tasks.time.calendars import DAYS, Calendar, CalendarInvalid, read_holidays, read_spans, write_spans

LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Typed:
    """A calendar as a person types it: the hours of each of `DAYS`, holidays a line each."""

    zone: str
    hours: Mapping[str, str]
    holidays: str


def calendar_of(organization_id: int) -> Calendar:
    """Return the calendar of the organization; two queries."""
    zone = Organization.objects.values_list("time_zone", flat=True).get(pk=organization_id)
    kept = BusinessCalendar.objects.filter(organization=organization_id).first()
    if kept is None:
        return Calendar(zone_of(zone))
    return Calendar(
        zone_of(zone),
        {number: read_spans(kept.hours.get(day, "")) for number, day in enumerate(DAYS)},
        frozenset(date.fromisoformat(day) for day in kept.holidays),
    )


def typed_calendar(organization: Organization) -> Typed:
    """Return the calendar as one would type it."""
    calendar = calendar_of(organization.pk)
    kept = BusinessCalendar.objects.filter(organization=organization).first()
    return Typed(
        organization.time_zone,
        {day: write_spans(calendar.hours.get(number, ())) for number, day in enumerate(DAYS)},
        "\n".join(f"{day} {name}".strip() for day, name in (kept.holidays if kept else {}).items()),
    )


def save_calendar(organization: Organization, typed: Typed, *, by: Person) -> None:
    """Keep what was typed; raise NotAllowed or Invalid. What is due already stays due when it was."""
    require_in(by, "administer", organization)
    if typed.zone not in available_timezones():
        text = _('There is no zone "%(zone)s"; take a name such as Europe/Berlin.')
        raise Invalid(text % {"zone": typed.zone[:60]}, code="unknown-zone")
    if len(typed.holidays) > LONGEST:
        raise Invalid(_("These are too many holidays; take out the years that are over."))
    hours, holidays = _checked(typed)
    with transaction.atomic():
        Organization.objects.filter(pk=organization.pk).update(time_zone=typed.zone)
        BusinessCalendar.objects.update_or_create(
            organization=organization, defaults={"hours": hours, "holidays": holidays}
        )


def zone_of(name: str) -> ZoneInfo:
    """Return the zone, UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _checked(typed: Typed) -> tuple[dict[str, str], dict[str, str]]:
    hours = {}
    try:
        for day in DAYS:
            try:
                hours[day] = write_spans(read_spans(typed.hours.get(day, "")))
            except CalendarInvalid as error:
                raise CalendarInvalid(f"{day.capitalize()}: {error}") from error
        holidays = {day.isoformat(): name for day, name in read_holidays(typed.holidays).items()}
        Calendar(ZoneInfo(typed.zone), {number: read_spans(hours[day]) for number, day in enumerate(DAYS)})
    except CalendarInvalid as error:
        raise Invalid(str(error), code="invalid-calendar") from error
    return hours, holidays
