"""Work taken from the pile: the next task for a person, and many tasks at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from plans.access import may
from plans.errors import Conflict, Invalid, NotFound, Refused
from plans.models import Person, Project
from tasks import errors, people, policy, refusals, services
from tasks.models import Task

BulkVerb = Literal["claim", "release"]
VERBS: Final[tuple[BulkVerb, ...]] = ("claim", "release")
MOST_AT_ONCE: Final = 100
LOOK_AHEAD: Final = 5  # so many are tried before the pile is read again


class NothingWaits(NotFound):
    """There is no task that the person could take."""

    code = "nothing-waits"


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens, or would happen, to one task of many: `why_not` is empty where the verb is carried out."""

    task: Task
    why_not: str = ""


def take_next(person: Person, projects: Sequence[Project]) -> Task:
    """Claim the most pressing free task of the projects for the person: by priority, what is due, and age.

    Whoever is faster gets a task, and the other the one that comes after it. Raises NotEntitled for a person who does
    not work on tasks, NothingWaits for an empty pile.
    """
    if not projects:
        raise NotFound(_("There is no such project."))
    if not any(may(person, "work", project) for project in projects):
        raise errors.NotEntitled(_("Your roles do not include work on tasks."), reason="no-role")
    pile = _pile(person, projects)
    while ahead := list(pile[:LOOK_AHEAD]):
        for task in ahead:
            try:
                return services.claim(task, by=person)
            except Conflict:
                continue  # somebody was faster
    raise NothingWaits(_("No free task waits for you."))


def foresee(person: Person, verb: BulkVerb, keys: Sequence[UUID]) -> list[Fate]:
    """Tell for each task what `carry_out` would do, in the order given; change nothing."""
    return [_foreseen(task, person, verb) for task in _named(person, keys)]


def carry_out(person: Person, verb: BulkVerb, keys: Sequence[UUID]) -> list[Fate]:
    """Claim or release each of the tasks, in the order given; one that is refused holds up no other."""
    do: Callable[..., Task] = services.claim if verb == "claim" else services.release
    fates = []
    for task in _named(person, keys):
        try:
            fates.append(Fate(do(task, by=person)))
        except Refused as refused:
            fates.append(Fate(services.fresh(task), refused.message))
    return fates


def _pile(person: Person, projects: Sequence[Project]) -> QuerySet[Task]:
    found = Task.objects.for_candidate(person).filter(project__in=projects)
    return found.filter(kind=Task.Kind.TASK, assignee=None).next_first().with_context()


def _named(person: Person, keys: Sequence[UUID]) -> list[Task]:
    """Return the tasks, refusing too many and whatever the person cannot see."""
    if len(keys) > MOST_AT_ONCE:
        text = _("%(most)d tasks at once at most, not %(count)d; choose fewer.")
        raise Invalid(text % {"most": MOST_AT_ONCE, "count": len(keys)}, code="too-many-tasks")
    found = Task.objects.visible_to(person).with_context().in_bulk(list(keys))
    if missing := [key for key in keys if key not in found]:
        raise NotFound(_("There is no task %(key)s.") % {"key": missing[0]})
    return [found[key] for key in dict.fromkeys(keys)]


def _foreseen(task: Task, person: Person, verb: BulkVerb) -> Fate:
    verdict = policy.may(people.facts(task, person), verb)
    if isinstance(verdict, policy.Refusal):
        return Fate(task, refusals.refusal(task, person, verdict, verb).message)
    return Fate(task)
