"""What waits for a person: the inbox's lists, what narrows and orders them, their counts, and the next task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.expressions import OrderBy
from django.utils import timezone

from plans.models import MembershipRole, Person, Project
from tasks.models import Candidate, Task, TaskQuerySet

LISTS: Final = ("all", "mine", "teams", "roles", "unassigned", "approvals")
EVERYBODY: Final = "everybody"  # what is open in the project, for those who operate it
DONE: Final = "done"
PRIORITIES: Final = {1: "highest", 2: "high", 3: "normal", 4: "low", 5: "lowest"}
_DUE: Final = F("due_at").asc(nulls_last=True)
ORDERS: Final[Mapping[str, tuple[str | OrderBy, ...]]] = {
    "next": ("priority", _DUE, "created_at", "pk"),
    "due": (_DUE, "priority", "created_at", "pk"),
    "oldest": ("created_at", "pk"),
    "newest": ("-created_at", "pk"),
}
LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks to list: one of the lists, narrowed. Empty fields narrow nothing."""

    show: str = "all"
    sort: str = "next"
    text: str = ""
    plan: str = ""  # a slug
    template: str = ""  # a slug
    role: str = ""  # a candidate of the task
    overdue: bool = False

    @property
    def narrows(self) -> bool:
        """Tell if it leaves out some of its list."""
        return bool(self.text or self.plan or self.template or self.role or self.overdue)


def wanted(given: Mapping[str, str], *, operates: bool) -> Wanted:
    """Read a query string: `show sort q plan template role overdue`; what is unknown counts as not given."""
    show, sort = given.get("show", "all"), given.get("sort", "next")
    known = {*LISTS, DONE} | ({EVERYBODY} if operates else set())
    texts = {
        name: given.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]
        for name in ("q", "plan", "template", "role")
    }
    return Wanted(
        show=show if show in known else "all",
        sort=sort if sort in ORDERS else "next",
        text=texts["q"],
        plan=texts["plan"],
        template=texts["template"],
        role=texts["role"],
        overdue=given.get("overdue", "") in ("1", "true", "on"),
    )


def waiting(person: Person, project: Project) -> TaskQuerySet:
    """Return what the person could do now in the project."""
    return Task.objects.waiting_for(person).filter(project=project)


def listed(person: Person, project: Project, name: str) -> TaskQuerySet:
    """Return one of `LISTS`, next first."""
    return chosen(person, project, Wanted(show=name))


def chosen(person: Person, project: Project, which: Wanted) -> TaskQuerySet:
    """Return what is wanted, in its order; what is done, the last first."""
    match which.show:
        case "done":
            return _narrowed(done_by(person, project), which)
        case "everybody":
            found = Task.objects.visible_to(person).filter(project=project).open()
        case name:
            found = waiting(person, project).filter(_which(person)[name])
    return _narrowed(found, which).order_by(*ORDERS[which.sort])


def counts(person: Person, project: Project, *, operates: bool = False) -> dict[str, int]:
    """Return how many are on each of `LISTS`, and on everybody's if the person operates; one query each."""
    which = _which(person)
    found = waiting(person, project).aggregate(
        **{name: Count("pk", filter=which[name], distinct=True) for name in LISTS}
    )
    if operates:
        found[EVERYBODY] = Task.objects.filter(project=project).open().count()
    return found


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


def choices(person: Person, project: Project, *, operates: bool) -> dict[str, list[tuple[str, str]]]:
    """Return what the person's lists can be narrowed by, as pairs of value and label: plans, templates and roles."""
    everything = Task.objects.filter(project=project).open()
    found = everything if operates else waiting(person, project)
    plans = found.order_by().values_list("activity__plan__slug", "activity__plan__name").distinct()
    templates = found.exclude(template="").order_by().values_list("template", flat=True).distinct()
    roles = Candidate.objects.filter(task__in=found.order_by()).exclude(role="")
    return {
        "plans": sorted(plans, key=lambda pair: pair[1].casefold()),
        "templates": [(slug, slug) for slug in sorted(templates)],
        "roles": [
            (slug, slug) for slug in sorted(roles.order_by().values_list("role", flat=True).distinct())
        ],
    }


def newcomers(found: TaskQuerySet, *, since: object, shown: Iterable[object]) -> int:
    """Count what has come onto a list since the instant and is not shown yet."""
    return found.filter(history__at__gt=since).exclude(pk__in=list(shown)).order_by().distinct().count()


def _narrowed(found: TaskQuerySet, which: Wanted) -> TaskQuerySet:
    if which.text:
        words = Q(title__icontains=which.text) | Q(activity__title__icontains=which.text)
        found = found.filter(words | Q(description__icontains=which.text))
    if which.plan:
        found = found.filter(activity__plan__slug=which.plan)
    if which.template:
        found = found.filter(template=which.template)
    if which.role:
        found = found.filter(Exists(Candidate.objects.filter(task=OuterRef("pk"), role=which.role)))
    return found.filter(due_at__lt=timezone.now(), status=Task.Status.OPEN) if which.overdue else found


def _which(person: Person) -> dict[str, Q]:
    candidates = Candidate.objects.filter(task=OuterRef("pk"))
    held = MembershipRole.objects.filter(
        membership__person=person, membership__project=OuterRef("task__project"), slug=OuterRef("role")
    )
    task = Q(kind=Task.Kind.TASK)
    return {
        "all": Q(pk__isnull=False),
        # Of what waits for the person, what is assigned is so to them, or to whom they act for.
        "mine": Q(assignee__isnull=False) | Q(Exists(candidates.filter(person=person))),
        "teams": Q(Exists(candidates.filter(team__members__person=person))),
        "roles": Q(Exists(candidates.filter(Exists(held)))),
        "unassigned": task & Q(assignee=None),
        "approvals": Q(kind=Task.Kind.APPROVAL),
    }
