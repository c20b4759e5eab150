"""Reminders and escalation: once each, at their instants, whatever the clocks and the beat do meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from activities import timers
from activities.models import Timer
from activities.sweep import sweep
from plans.errors import Invalid, NotAllowed
from plans.models import Organization
from tasks import services
from tasks.models import Task
from tasks.time.settings import Typed, calendar_of, save_calendar, typed_calendar
from tests import builders
from tests.tasks import running

pytestmark = pytest.mark.django_db
PROMISE = {"dueInHours": 10, "remindBeforeHours": 4, "escalateAfterHours": 2, "escalateTo": "boss"}
BERLIN = ZoneInfo("Europe/Berlin")


def kinds(task: Task) -> list[str]:
    """Return what happened by itself."""
    wanted = ["REMINDED", "DUE", "ESCALATED"]
    return list(task.history.filter(kind__in=wanted).order_by("pk").values_list("kind", flat=True))


def fire(task: Task, **elapsed: float) -> list[str]:
    """Look at the clock so much after the opening; return what happened until then."""
    timers.fire(task.activity_id, at=task.created_at + timedelta(**elapsed))
    return kinds(task)


def test_each_happens_once_at_its_instant(ann, rita):
    boss = builders.person("boss", "reviewer", "boss", project=builders.project())
    task = running.review_task(by=ann, metadata=PROMISE | {"candidates": {"people": ["rita"]}})

    happened = [fire(task, hours=hours) for hours in (5.9, 6.1, 9.9, 10.1, 11.9)]
    before = Task.objects.for_candidate(boss).exists()
    happened += [fire(task, hours=hours) for hours in (12.1, 12.2, 500)]

    assert happened == [
        [], ["REMINDED"], ["REMINDED"], ["REMINDED", "DUE"], ["REMINDED", "DUE"],
        *[["REMINDED", "DUE", "ESCALATED"]] * 3,
    ]  # fmt: skip
    assert (before, Task.objects.for_candidate(boss).exists()) == (False, True)
    assert Task.objects.for_candidate(rita).exists()


def test_after_an_outage_each_happens_once(ann, rita):
    task = running.review_task(by=ann, metadata=PROMISE)
    for timer in Timer.objects.filter(activity=task.activity_id):
        Timer.objects.filter(pk=timer.pk).update(due_at=timer.due_at - timedelta(days=30))
    Task.objects.filter(pk=task.pk).update(
        created_at=task.created_at - timedelta(days=30), due_at=task.due_at - timedelta(days=30)
    )

    for _round in range(3):
        sweep()

    assert kinds(task) == ["REMINDED", "DUE", "ESCALATED"]


def test_what_is_done_is_not_reminded_of(ann, rita):
    task = running.review_task(by=ann, metadata=PROMISE)
    services.complete(task, by=rita, action="approve", data={"supplier": "A", "total": 1})

    assert fire(task, hours=100) == []
    assert not Timer.objects.filter(activity=task.activity_id).exists()


def test_a_due_date_that_moved_takes_its_instants_along(ann, rita):
    from activities import services as runs
    from tasks.time import dues

    task = running.review_task(by=ann, metadata=PROMISE)
    with runs.locked(task.activity_id):
        task.due_at += timedelta(hours=10)
        task.save(update_fields=["due_at"])
        dues.watch(task)

    assert fire(task, hours=15) == []
    assert fire(task, hours=17) == ["REMINDED"]
    assert fire(task, hours=21) == ["REMINDED", "DUE"]


@pytest.mark.parametrize(
    ("opened", "metadata", "remind", "due", "escalate"),
    [
        # Clocks go forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
        ("2026-03-28T20:00", {"dueInHours": 12}, "2026-03-29T05:00", "2026-03-29T09:00", "2026-03-29T11:00"),
        ("2026-10-24T20:00", {"dueInHours": 12}, "2026-10-25T03:00", "2026-10-25T07:00", "2026-10-25T09:00"),
        ("2026-03-27T15:00", {"dueInHours": 4, "workingTime": True, "remindBeforeHours": 3},
         "2026-03-27T16:00", "2026-03-30T11:00", "2026-03-30T13:00"),
        ("2026-10-23T15:00", {"dueInHours": 10, "workingTime": True},
         "2026-10-26T13:00", "2026-10-26T17:00", "2026-10-27T11:00"),
    ],
)  # fmt: skip
def test_the_instants_are_right_across_a_change_of_the_clock(
    ann, rita, monkeypatch, opened, metadata, remind, due, escalate
):
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)

    Organization.objects.update(time_zone="Europe/Berlin")
    monkeypatch.setattr(timezone, "now", lambda: instant(opened))
    task = running.review_task(by=ann, metadata=PROMISE | metadata)

    rows = dict(Timer.objects.filter(activity=task.activity_id).values_list("kind", "due_at"))
    assert rows == {"remind": instant(remind), "due": instant(due), "escalate": instant(escalate)}
    assert task.due_at == rows["due"]


def test_the_standing_of_a_task(ann, rita):
    task = running.review_task(by=ann, metadata=PROMISE)

    def moved(**elapsed: float) -> str:
        shift = timedelta(**elapsed)
        return Task(due_at=task.due_at - shift, soon_at=task.soon_at - shift).standing

    assert [moved(hours=hours) for hours in (0, 7, 11)] == ["on-time", "due-soon", "overdue"]
    late = Task(due_at=task.due_at, soon_at=task.soon_at, done_at=task.due_at - timedelta(hours=9))
    assert (late.standing, Task().standing) == ("on-time", "")


def test_a_date_that_no_calendar_reaches_is_said_and_not_set(ann, rita):
    task = running.review_task(by=ann, metadata={"workingTime": True}, taskData={"dueDate": "9999-12-31"})

    assert task.due_at is None
    assert "no due date" in task.history.get(kind="OPENED").detail


def typed(**keys: Any) -> Typed:
    """Return a calendar as typed: nine to five on Mondays."""
    return Typed(**({"zone": "Europe/Berlin", "hours": {"monday": "09:00-17:00"}, "holidays": ""} | keys))


def test_a_calendar_is_kept_as_it_was_typed(ann):
    organization = builders.organization()
    wanted = typed(
        hours={"monday": "09:00-12:30, 13:00-17:00"}, holidays="2026-12-25 Christmas Day\n2026-01-01"
    )

    save_calendar(organization, wanted, by=ann)

    organization.refresh_from_db()
    kept = typed_calendar(organization)
    assert (kept.zone, kept.hours["monday"], kept.hours["friday"]) == (
        "Europe/Berlin", "09:00-12:30, 13:00-17:00", "",
    )  # fmt: skip
    assert kept.holidays == "2026-01-01\n2026-12-25 Christmas Day"
    assert calendar_of(organization.pk).hours[0] == ((540, 750), (780, 1020))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"hours": {}}, "no weekday"),
        ({"hours": {"friday": "9-5"}}, "Friday"),
        ({"hours": {"friday": "09:00-12:00, 11:00-13:00"}}, "Friday"),
        ({"holidays": "Christmas"}, "line 1"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(ann, wrong, said):
    with pytest.raises(Invalid, match=said):
        save_calendar(builders.organization(), typed(**wrong), by=ann)


def test_only_an_administrator_sets_the_calendar(ann, rita):
    with pytest.raises(NotAllowed):
        save_calendar(builders.organization(), typed(), by=rita)
