"""Who a task is for: names into candidates, candidates into people, and the facts that the rules look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from plans.access import VERBS, roles_of
from plans.models import Membership, MembershipRole, Person
from tasks import live, policy
from tasks.models import Candidate, Decision, Elector, StandIn, Task, TaskEvent, Team

ROLE: Final = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class Named:
    """Candidates as a plan or a template names them: slugs, user names or e-mail addresses.

    In `any_kind` a name is a person, else a team, else a role; `person:`, `team:` and `role:` in front decide it.
    """

    roles: Sequence[str] = ()
    teams: Sequence[str] = ()
    people: Sequence[str] = ()
    any_kind: Sequence[str] = ()


def name_candidates(task: Task, named: Named) -> list[str]:
    """Add the candidates to a task that was just opened; return the names that nobody answers to."""
    people, teams, roles, unknown = _sorted_out(task, named)
    rows = [Candidate(task=task, person=person) for person in people]
    rows += [Candidate(task=task, team=team) for team in teams]
    rows += [Candidate(task=task, role=role) for role in roles]
    Candidate.objects.bulk_create(rows)
    return unknown


def _sorted_out(task: Task, named: Named) -> tuple[list[Person], list[Team], list[str], list[str]]:
    people: dict[int, Person] = {}
    teams: dict[int, Team] = {}
    roles: dict[str, None] = {}
    unknown: list[str] = []
    for kind, name in _kinds(named):
        person = _person(task, name) if kind in {"", "person"} else None
        team = _team(task, name) if person is None and kind in {"", "team"} else None
        if person is not None:
            people[person.pk] = person
        elif team is not None:
            teams[team.pk] = team
        elif kind in {"", "role"} and ROLE.fullmatch(name):
            roles[name] = None
        else:
            unknown.append(name)
    return list(people.values()), list(teams.values()), list(roles), unknown


def _kinds(named: Named) -> list[tuple[str, str]]:
    pairs = (
        [("role", name) for name in named.roles]
        + [("person", name) for name in named.people]
        + [("team", name) for name in named.teams]
    )
    for name in named.any_kind:
        kind, colon, rest = name.partition(":")
        pairs.append((kind, rest) if colon and kind in {"person", "team", "role"} else ("", name))
    return pairs


def _person(task: Task, name: str) -> Person | None:
    members = Person.objects.filter(memberships__project=task.project_id)
    return members.filter(Q(username=name) | Q(email__iexact=name)).first()


def _team(task: Task, name: str) -> Team | None:
    return Team.objects.filter(organization=task.organization_id, slug=name).first()


def facts(task: Task, person: Person) -> policy.TaskFacts:
    """Gather what `policy.may` looks at: the person's own facts, and those of the owners for whom
    they may act."""
    rows = task.delegations.in_force(timezone.now()).select_related("owner", "delegate")
    owners = {row.owner_id: row.owner for row in rows if row.delegate_id == person.pk}
    if task.is_open:
        standing = StandIn.objects.in_force(timezone.now()).filter(substitute=person).select_related("owner")
        owners |= {row.owner_id: row.owner for row in standing}
    return replace(
        _facts(task, person),
        delegated=any(row.owner_id == person.pk for row in rows),
        mandates=tuple(policy.Mandate(key, _facts(task, owner)) for key, owner in owners.items()),
    )


def _facts(task: Task, person: Person) -> policy.TaskFacts:
    roles = roles_of(person, task.project) if person.is_active else frozenset()
    candidates = list(task.candidates.all())
    assigned = "" if task.assignee_id is None else "me" if task.assignee_id == person.pk else "other"
    return policy.TaskFacts(
        kind="APPROVAL" if task.is_approval else "TASK",
        open=task.is_open,
        verbs=frozenset(verb for verb, holders in VERBS.items() if roles & holders),
        candidate=_is_candidate(candidates, person, roles),
        anyone=not candidates,
        assigned=assigned,  # type: ignore[arg-type]  # one of three literals
        decided=task.is_approval and task.decisions.filter(Q(person=person) | Q(owner=person)).exists(),
        barred=barred(task, person.pk) if task.is_approval else "",
        removed=task.is_approval and task.electors.filter(person=person, removed_at__isnull=False).exists(),
        asked=task.comments.unanswered().filter(asked=person).exists(),
    )


def _is_candidate(candidates: Sequence[Candidate], person: Person, roles: frozenset[str]) -> bool:
    if any(row.person_id == person.pk or (row.role and row.role in roles) for row in candidates):
        return True
    teams = [row.team_id for row in candidates if row.team_id is not None]
    return bool(teams) and person.team_places.filter(team__in=teams).exists()


def barred(task: Task, person: int) -> str:
    """Return why four eyes keep the person from deciding, "" for nothing."""
    return _bar(task, actors(task), person)


def _bar(task: Task, acted: dict[str, frozenset[int]], person: int) -> str:
    return policy.barred(
        person,
        requester=task.activity.started_by_id,
        allow_own_request=task.rule.get("allowOwnRequest", False),
        actors=acted,
    )


def actors(task: Task) -> dict[str, frozenset[int]]:
    """Return who finished or decided each step that the approval must be distinct from."""
    steps = task.rule.get("distinctFrom") or []
    if not steps:
        return {}
    acted: dict[str, set[int]] = {step: set() for step in steps}
    done = Task.objects.filter(activity=task.activity_id, step_slug__in=steps, done_by__isnull=False)
    for step, person, owner in done.values_list("step_slug", "done_by", "done_for"):
        acted[step] |= {person, owner} - {None}
    decided = Decision.objects.filter(task__activity=task.activity_id, task__step_slug__in=steps)
    for step, person, owner in decided.values_list("task__step_slug", "person", "owner"):
        acted[step] |= {person, owner} - {None}
    return {step: frozenset(people) for step, people in acted.items()}


def deciders(task: Task) -> frozenset[int]:
    """Return the people who are candidates of the approval and hold a role that decides, as of now."""
    held = MembershipRole.objects.filter(
        membership__project=task.project_id, membership__person__is_active=True
    )
    able = set(held.filter(slug__in=VERBS["decide"]).values_list("membership__person", flat=True))
    rows = list(task.candidates.all())
    named = {row.person_id for row in rows}
    roles = [row.role for row in rows if row.role]
    named |= set(held.filter(slug__in=roles).values_list("membership__person", flat=True))
    teams = [row.team_id for row in rows if row.team_id is not None]
    members = Membership.objects.filter(project=task.project_id, person__team_places__team__in=teams)
    named |= set(members.values_list("person", flat=True))
    removed = task.electors.filter(removed_at__isnull=False).values_list("person", flat=True)
    return frozenset((able & named) - set(removed))


def poll(task: Task, at: datetime, *, opening: bool = False) -> policy.Electorate:
    """Bring the electorate up to date and return it; who joined or left since the opening goes on record.

    Called in a transaction, with the task locked.
    """
    able, acted = deciders(task), actors(task)
    known = {row.person_id: row for row in task.electors.all()}
    for person in sorted(able - known.keys()):
        known[person] = Elector.objects.create(
            task=task, person_id=person, barred=_bar(task, acted, person), joined_at=at
        )
        if not opening:
            _note(task, TaskEvent.Kind.JOINED, person, at)
    for person, row in known.items():
        _follow(task, row, person in able, _bar(task, acted, person), at)
    free = [row for row in known.values() if not row.barred]
    return policy.Electorate(
        members=frozenset(row.person_id for row in free if row.left_at is None),
        departed=frozenset(row.person_id for row in free if row.left_at is not None),
    )


def _follow(task: Task, row: Elector, able: bool, bar: str, at: datetime) -> None:  # noqa: FBT001
    left = row.left_at is not None
    if able != left and bar == row.barred:
        return
    if able == left:
        row.left_at = None if able else at
        _note(task, TaskEvent.Kind.JOINED if able else TaskEvent.Kind.LEFT, row.person_id, at)
    row.barred = bar
    row.save(update_fields=["left_at", "barred"])


def _note(task: Task, kind: TaskEvent.Kind, person: int, at: datetime) -> None:
    TaskEvent.objects.create(task=task, kind=kind, subject_id=person, at=at)
    live.announce(task.project_id)
