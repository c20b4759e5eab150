"""What waits for a person: the inbox's lists, their counts, and the next task."""

from __future__ import annotations

from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from plans.models import Person, Project
from tasks.models import Candidate, Task, TaskQuerySet

LISTS: Final = ("all", "mine", "roles", "unassigned", "approvals")
PRIORITIES: Final = {1: "highest", 2: "high", 3: "normal", 4: "low", 5: "lowest"}


def waiting(person: Person, project: Project) -> TaskQuerySet:
    """Return what the person could do now in the project."""
    return Task.objects.for_candidate(person).filter(project=project)


def listed(person: Person, project: Project, name: str) -> TaskQuerySet:
    """Return one of `LISTS`, next first."""
    return waiting(person, project).filter(_which(person)[name]).next_first()


def counts(person: Person, project: Project) -> dict[str, int]:
    """Return how many are on each of `LISTS`; one query."""
    which = _which(person)
    return waiting(person, project).aggregate(**{name: Count("pk", filter=which[name]) for name in LISTS})


def count(person: Person, project: Project) -> int:
    """Return how many wait for the person in the project."""
    return waiting(person, project).count()


def following(person: Person, task: Task) -> Task | None:
    """Return what the person would take next, beside this task."""
    return waiting(person, task.project).exclude(pk=task.pk).next_first().first()


def done_by(person: Person, project: Project) -> TaskQuerySet:
    """Return what the person finished or decided in the project, the last first."""
    mine = Q(done_by=person) | Q(decisions__person=person)
    done = Task.objects.filter(mine, project=project).exclude(status=Task.Status.OPEN)
    return done.distinct().order_by("-done_at", "pk")


def _which(person: Person) -> dict[str, Q]:
    by_name = Exists(Candidate.objects.filter(task=OuterRef("pk"), person=person))
    by_group = Exists(Candidate.objects.filter(task=OuterRef("pk"), person=None))
    task = Q(kind=Task.Kind.TASK)
    return {
        "all": Q(pk__isnull=False),
        "mine": Q(assignee=person) | Q(by_name),
        "roles": Q(by_group),
        "unassigned": task & Q(assignee=None),
        "approvals": Q(kind=Task.Kind.APPROVAL),
    }
