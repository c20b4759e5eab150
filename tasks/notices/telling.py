"""Who is told of what: rows in the transaction of what happened, e-mails by the outbox after its commit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final

from django.utils.translation import gettext as _

from activities import runtime
from plans.models import Membership, MembershipRole, Organization, Person
from tasks.models import Candidate, NoticeSettings, Notification, Task
from tasks.time.settings import zone_of

MAIL: Final = "mail-notices"  # the kind of the outbox row
DIGEST_HOUR: Final = 8  # in the zone of the organization
MOST: Final = 500  # people told at once
_MENTION: Final = re.compile(r"(?<![\w@.+-])@([\w.+-]+(?:@[\w.-]+)?)")
Kind = Notification.Kind


def opened(task: Task, *, at: datetime) -> None:
    """Tell those who are asked by name, or to decide."""
    if task.is_approval:
        asked = set(task.electors.filter(barred="", left_at=None).values_list("person", flat=True))
    else:
        asked = set(task.candidates.filter(person__isnull=False).values_list("person", flat=True))
    tell(asked, task, Kind.ASSIGNED, name=f"opened:{task.pk}", at=at)


def assigned(task: Task, *, to: Person, by: Person, at: datetime) -> None:
    """Tell who has the task now."""
    text = _("%(person)s gave it to you") % {"person": by.name}
    tell([to.pk], task, Kind.ASSIGNED, name=f"assigned:{task.pk}:{at.isoformat()}", at=at, text=text, by=by)


def mentioned(task: Task, text: str, *, by: Person, name: str, at: datetime) -> None:
    """Tell the members of the project whose @name stands in the text: user names or e-mail addresses."""
    names = {found.rstrip(".").lower() for found in _MENTION.findall(text)}
    if not names:
        return
    members = Person.objects.filter(memberships__project=task.project_id).values_list(
        "pk", "username", "email"
    )
    meant = [pk for pk, username, email in members if {username.lower(), email.lower()} & names]
    tell(meant, task, Kind.MENTIONED, name=f"mentioned:{name}", at=at, text=f"{by.name}: {text}", by=by)


def spoken_to(task: Task, person: Person | None, text: str, *, by: Person, name: str, at: datetime) -> None:
    """Tell who is asked, or who gets the answer."""
    meant = [person.pk] if person is not None else []
    tell(meant, task, Kind.MENTIONED, name=f"mentioned:{name}", at=at, text=f"{by.name}: {text}", by=by)


def fell_due(task: Task, *, reminder: bool = False, at: datetime) -> None:
    """Tell those whose task is due, or will be soon."""
    name, text = ("reminded", _("It is due soon")) if reminder else ("due", _("It is due"))
    tell(concerned(task), task, Kind.DUE, name=f"{name}:{task.pk}:{task.due_at}", at=at, text=text)


def escalated(task: Task, rows: Iterable[Candidate], *, at: datetime) -> None:
    """Tell those who are asked as well now that the task is late."""
    text = _("It is late, and you are asked as well")
    tell(people_of(task, rows), task, Kind.ESCALATED, name=f"escalated:{task.pk}:{at}", at=at, text=text)


def decided(task: Task, *, outcome: str, by: Person | None, at: datetime) -> None:
    """Tell who asked for it how the approval ended."""
    requester = task.activity.started_by_id
    if task.is_approval and requester is not None:
        tell([requester], task, Kind.DECIDED, name=f"decided:{task.pk}", at=at, text=outcome, by=by)


def tell(
    people: Iterable[int],
    task: Task,
    kind: Kind,
    *,
    name: str,
    at: datetime,
    text: str = "",
    by: Person | None = None,
) -> None:
    """Tell members of the task's project what happened, each as they want to hear of it, but not who did it.

    In a transaction; a second one of the name tells nobody again.
    """
    members = Membership.objects.filter(
        project=task.project_id, person__in=set(people), person__is_active=True
    )
    keys = sorted(set(members.values_list("person", flat=True)) - ({by.pk} if by else set()))[:MOST]
    known = {row.person_id: row for row in NoticeSettings.objects.filter(person__in=keys)}
    for key in keys:
        way = known.get(key, NoticeSettings()).way(kind)
        if way != NoticeSettings.Way.OFF:
            _tell_one(key, task, kind, way=way, name=name, at=at, text=text)


def concerned(task: Task) -> set[int]:
    """Return whose task it is: who has it, who has not decided yet, else all who could take it."""
    if task.assignee_id is not None:
        return {task.assignee_id}
    if task.is_approval:
        electors = task.electors.filter(barred="", left_at=None)
        done = task.decisions.values("person")
        return set(electors.exclude(person__in=done).values_list("person", flat=True))
    return people_of(task, task.candidates.all())


def people_of(task: Task, rows: Iterable[Candidate]) -> set[int]:
    """Return the people that candidates stand for."""
    listed = list(rows)
    roles = [row.role for row in listed if row.role]
    held = MembershipRole.objects.filter(membership__project=task.project_id, slug__in=roles)
    teams = [row.team_id for row in listed if row.team_id is not None]
    members = Person.objects.filter(team_places__team__in=teams)
    found = {row.person_id for row in listed if row.person_id is not None}
    return (
        found
        | set(held.values_list("membership__person", flat=True))
        | set(members.values_list("pk", flat=True))
    )


def _tell_one(person: int, task: Task, kind: Kind, *, way: str, name: str, at: datetime, text: str) -> None:
    digest = next_digest(task.organization_id, at) if way == NoticeSettings.Way.DIGEST else None
    row, made = Notification.objects.get_or_create(
        person_id=person,
        name=name[:200],
        defaults={"task": task, "kind": kind, "text": text[:500], "at": at, "digest_at": digest},
    )
    if made and way == NoticeSettings.Way.MAIL:
        runtime.post(
            task.activity_id, MAIL, name=f"{MAIL}#{row.pk}", payload={"person": person, "notices": [row.pk]}
        )


def next_digest(organization_id: int, at: datetime) -> datetime:
    """Return the next instant of a digest: a fixed hour on the wall of the organization."""
    zone = zone_of(Organization.objects.values_list("time_zone", flat=True).get(pk=organization_id))
    today = at.astimezone(zone).date()
    hours = (
        datetime.combine(today + timedelta(days=days), time(DIGEST_HOUR), tzinfo=zone) for days in (0, 1)
    )
    return next(hour for hour in hours if hour > at)
