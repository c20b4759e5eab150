"""The task: work for people that a step opened, and how people see it."""

from __future__ import annotations

import uuid
from typing import Any, TypeAlias

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from activities.models import Activity
from plans.access import VERBS
from plans.fields import OrderedJSONField
from plans.models import Membership, MembershipRole, Organization, Person, Project
from tasks.models.approvals import Decision, Elector
from tasks.models.candidates import Candidate
from tasks.models.mandates import Delegation, StandIn
from tasks.time import dates

NORMAL_PRIORITY = 3
People: TypeAlias = list[int] | models.QuerySet[Any, Any]


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks, as a person may see and do them."""

    def visible_to(self, person: Person) -> TaskQuerySet:
        """Keep tasks of projects that the person is a member of."""
        return self.filter(project__memberships__person=person)

    def open(self) -> TaskQuerySet:
        """Keep what still waits for somebody."""
        return self.filter(status=Task.Status.OPEN)

    def for_candidate(self, person: Person) -> TaskQuerySet:
        """Keep what the person could do now in their own right: as a candidate or assignee, with the verb's role.

        Left out: work that somebody else has claimed, approvals that the person has decided already or may not
        decide (four eyes).
        """
        return self.open().filter(_able([person.pk]))

    def waiting_for(self, person: Person) -> TaskQuerySet:
        """Keep what the person could do now, also for others, and questions that wait for the person's answer."""
        member = Q(project__in=Membership.objects.filter(person=person).values("project"))
        others = (_delegated_to(person.pk) | _stood_in_for(person.pk) | Q(pk__in=_asked(person))) & member
        return self.open().filter(_able([person.pk]) | others)

    def next_first(self) -> TaskQuerySet:
        """Order as a person would take them: by priority, then what is due first, then the oldest."""
        return self.order_by("priority", F("due_at").asc(nulls_last=True), "created_at", "pk")

    def with_context(self) -> TaskQuerySet:
        """Read what a list shows of each task in the same query."""
        return self.select_related("assignee", "done_by", "activity", "activity__plan", "project")


def _able(people: People, *, named: bool = False) -> Q:
    """What one of the people could do in their own right; `named` leaves out tasks that are for everybody."""
    free = Q(assignee=None) | Q(assignee__in=people)
    work = Q(kind=Task.Kind.TASK, project__in=_projects_with(people, "work"))
    wanted = Q(Exists(_candidacy(people))) | Q(assignee__in=people)
    work &= wanted if named else wanted | ~Q(Exists(_candidates()))
    decide = Q(kind=Task.Kind.APPROVAL, project__in=_projects_with(people, "decide"))
    decide &= Q(Exists(_candidacy(people)))
    return free & (work | decide) & _free_to_decide(people)


def _free_to_decide(people: People) -> Q:
    """What none of the people has decided, nor is kept from deciding by four eyes as far as rows tell."""
    acted = Q(person__in=people) | Q(owner__in=people)
    done = Exists(Decision.objects.filter(acted, task=OuterRef("pk")))
    barred = Exists(
        Elector.objects.filter(task=OuterRef("pk"), person__in=people).exclude(barred="", removed_at=None)
    )
    return ~Q(done) & ~Q(barred)


def _stood_in_for(person: int) -> Q:
    """What waits for those whom the person stands in for."""
    owners = StandIn.objects.in_force(timezone.now()).filter(substitute=person).values("owner")
    return _able(owners, named=True) & _free_to_decide([person])


def _delegated_to(person: int) -> Q:
    """What owners have delegated to the person, who hold their roles still and have not decided themselves."""
    decided = Decision.objects.filter(task=OuterRef("task")).filter(
        Q(person=OuterRef("owner")) | Q(owner=OuterRef("owner"))
    )
    held = MembershipRole.objects.filter(
        membership__person=OuterRef("owner"), membership__project=OuterRef("task__project")
    )
    able = Q(Exists(held.filter(slug__in=VERBS["decide"]))) & Q(task__kind=Task.Kind.APPROVAL)
    able |= Q(Exists(held.filter(slug__in=VERBS["work"]))) & Q(task__kind=Task.Kind.TASK)
    free = Q(task__assignee=None) | Q(task__assignee=F("owner")) | Q(task__assignee=person)
    rows = Delegation.objects.in_force(timezone.now()).filter(able, free, ~Exists(decided), delegate=person)
    return Q(Exists(rows.filter(task=OuterRef("pk")))) & _free_to_decide([person])


def _projects_with(people: People, verb: str) -> models.QuerySet[MembershipRole]:
    held = MembershipRole.objects.filter(membership__person__in=people, slug__in=VERBS[verb])
    return held.values("membership__project")  # type: ignore[return-value]  # a subquery of project ids


def _asked(person: Person) -> models.QuerySet[Task]:
    open_to = Q(comments__kind="QUESTION", comments__asked=person, comments__answer=None)
    return Task.objects.filter(open_to).values("pk")  # type: ignore[return-value]  # a subquery of ids


def _candidates() -> models.QuerySet[Candidate]:
    return Candidate.objects.filter(task=OuterRef("pk"))


def _candidacy(people: People) -> models.QuerySet[Candidate]:
    held = MembershipRole.objects.filter(
        membership__person__in=people, membership__project=OuterRef("task__project"), slug=OuterRef("role")
    )
    return _candidates().filter(Q(person__in=people) | Q(team__members__person__in=people) | Exists(held))


class Task(models.Model):
    """Work for people that a step opened: a form to finish (TASK) or a decision to take (APPROVAL).

    `definition` is the template as it was when the task opened (see `tasks.definitions`), so editing a template
    never touches open work. `rule` holds what an approval goes by. `data` is the form: its defaults while the task is
    open (drafts are `TaskDraft` rows), what was sent when it is done.
    """

    class Kind(models.TextChoices):
        """What is asked of people."""

        TASK = "TASK"
        APPROVAL = "APPROVAL"

    class Status(models.TextChoices):
        """Where the work stands; what an organization calls it is `status_slug`."""

        OPEN = "OPEN"  # opened by its step -> done, cancelled
        DONE = "DONE"  # open -> stays
        CANCELLED = "CANCELLED"  # open -> stays: its step was cancelled, skipped or tried again

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="tasks")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="tasks")
    step_slug = models.CharField(max_length=200)
    position = models.PositiveIntegerField()  # of the step in its activity
    run = models.PositiveIntegerField()
    waited_for = models.BooleanField(default=True)  # its step waits until it is done
    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    template = models.CharField(max_length=80, blank=True)
    definition = OrderedJSONField(default=dict)
    rule = OrderedJSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    status_slug = models.CharField(max_length=80, blank=True)
    priority = models.PositiveSmallIntegerField(default=NORMAL_PRIORITY)  # 1 highest … 5 lowest
    due_at = models.DateTimeField(null=True)
    soon_at = models.DateTimeField(null=True)  # from then on it is due soon
    assignee = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    data = OrderedJSONField(default=dict)
    given = OrderedJSONField(default=dict)  # what the step passed along and the form has no field for
    action = models.CharField(max_length=120, blank=True)
    comment = models.TextField(blank=True)
    done_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    done_for = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+"
    )  # its owner, if delegated
    done_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # why it was cancelled
    change_sequence = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "position", "run"],
                condition=~Q(status="CANCELLED"),
                name="task_once_a_run",
            )
        ]
        indexes = [
            models.Index(
                fields=["project", "priority", "created_at"], name="tasks_open", condition=Q(status="OPEN")
            ),
            models.Index(fields=["assignee", "status"], name="tasks_of_a_person"),
            models.Index(fields=["activity", "position"], name="tasks_of_a_step"),
            models.Index(fields=["done_by", "-done_at"], name="tasks_done", condition=Q(status="DONE")),
            models.Index(fields=["due_at"], name="tasks_due", condition=Q(status="OPEN")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Tell if somebody can still do it."""
        return self.status == self.Status.OPEN

    @property
    def standing(self) -> dates.Standing:
        """Tell if it is on time, due soon or overdue; of a task that is done, as it was then; "" without a due date."""
        return dates.standing(due=self.due_at, soon=self.soon_at, at=self.done_at or timezone.now())

    @property
    def is_approval(self) -> bool:
        """Tell a decision from a form."""
        return self.kind == self.Kind.APPROVAL
