"""Models of human run time: tasks and approvals, who may do them, and what people said and decided."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from activities.models import Activity
from plans.access import VERBS
from plans.fields import OrderedJSONField
from plans.models import MembershipRole, Organization, Person, Project

NORMAL_PRIORITY = 3


class Team(models.Model):
    """People of an organization who share work."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="teams")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="team_slug_once")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="team_places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks, as a person may see and do them."""

    def visible_to(self, person: Person) -> TaskQuerySet:
        """Keep tasks of projects that the person is a member of."""
        return self.filter(project__memberships__person=person)

    def open(self) -> TaskQuerySet:
        """Keep what still waits for somebody."""
        return self.filter(status=Task.Status.OPEN)

    def for_candidate(self, person: Person) -> TaskQuerySet:
        """Keep what the person could do now: as a candidate or assignee, with the role that the verb takes.

        Left out: work that somebody else has claimed, approvals that the person has decided already or may not
        decide (four eyes).
        """
        free = Q(assignee=None) | Q(assignee=person)
        work = Q(kind=Task.Kind.TASK, project__in=_projects_with(person, "work"))
        work &= Q(Exists(_candidacy(person))) | Q(assignee=person) | ~Q(Exists(_candidates()))
        decide = Q(kind=Task.Kind.APPROVAL, project__in=_projects_with(person, "decide"))
        decide &= Q(Exists(_candidacy(person)))
        done = Exists(Decision.objects.filter(task=OuterRef("pk"), person=person))
        barred = Exists(Elector.objects.filter(task=OuterRef("pk"), person=person).exclude(barred=""))
        return self.open().filter(free & (work | decide)).exclude(done).exclude(barred)

    def next_first(self) -> TaskQuerySet:
        """Order as a person would take them: by priority, then what is due first, then the oldest."""
        return self.order_by("priority", F("due_at").asc(nulls_last=True), "created_at", "pk")

    def with_context(self) -> TaskQuerySet:
        """Read what a list shows of each task in the same query."""
        return self.select_related("assignee", "done_by", "activity", "activity__plan", "project")


def _projects_with(person: Person, verb: str) -> models.QuerySet[MembershipRole]:
    held = MembershipRole.objects.filter(membership__person=person, slug__in=VERBS[verb])
    return held.values("membership__project")  # type: ignore[return-value]  # a subquery of project ids


def _candidates() -> models.QuerySet[Candidate]:
    return Candidate.objects.filter(task=OuterRef("pk"))


def _candidacy(person: Person) -> models.QuerySet[Candidate]:
    held = MembershipRole.objects.filter(
        membership__person=person, membership__project=OuterRef("task__project"), slug=OuterRef("role")
    )
    return _candidates().filter(Q(person=person) | Q(team__members__person=person) | Exists(held))


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
    assignee = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    data = OrderedJSONField(default=dict)
    given = OrderedJSONField(default=dict)  # what the step passed along and the form has no field for
    action = models.CharField(max_length=120, blank=True)
    comment = models.TextField(blank=True)
    done_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
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
    def is_approval(self) -> bool:
        """Tell a decision from a form."""
        return self.kind == self.Kind.APPROVAL


class Candidate(models.Model):
    """Who may take a task: a person, everybody with a role, or a team."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=80, blank=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(person__isnull=False, role="", team=None)
                    | (Q(person=None, team=None) & ~Q(role=""))
                    | Q(person=None, role="", team__isnull=False)
                ),
                name="candidate_is_one_thing",
            )
        ]
        indexes = [models.Index(fields=["role"], name="candidates_by_role")]

    def __str__(self) -> str:
        return str(self.person or self.team or self.role)


class Elector(models.Model):
    """A person who may decide an approval: fixed when it opens; who joins or leaves later is on record."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="electors")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    barred = models.CharField(max_length=200, blank=True)  # "own-request", or the step whose actor this is
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="elector_once")]

    def __str__(self) -> str:
        return f"{self.person} on {self.task}"


class DecisionsStay(TypeError):
    """Code tried to change a decision: a bug."""


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions: read and added, never changed."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: what was decided stays on record."""
        raise DecisionsStay("a decision is never changed; a new run of the step takes a new one")

    def delete(self) -> NoReturn:
        """Refuse: what was decided stays on record."""
        raise DecisionsStay("a decision is never deleted; it goes with its activity only")


class Decision(models.Model):
    """What one person decided about an approval, unalterable."""

    class Outcome(models.TextChoices):
        """What can be decided; the slugs are the actions of an APPROVAL step."""

        APPROVED = "approved"
        REJECTED = "rejected"
        NEEDS_INFO = "needs-info"

    task = models.ForeignKey(Task, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="decision_once")]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.person}: {self.outcome}"

    def save(self, **kwargs: Any) -> None:
        """Add the decision; one that exists is refused."""
        if not self._state.adding:
            raise DecisionsStay("a decision is never changed; a new run of the step takes a new one")
        super().save(**kwargs)


class Comment(models.Model):
    """What somebody wrote about a task; a question keeps an approval open and waits for an answer."""

    class Kind(models.TextChoices):
        """How the text is meant."""

        COMMENT = "COMMENT"
        QUESTION = "QUESTION"

    task = models.ForeignKey(Task, models.CASCADE, related_name="comments")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.COMMENT)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class TaskEvent(models.Model):
    """A fact about a task that is neither a comment nor a decision, for its history."""

    class Kind(models.TextChoices):
        """What happened."""

        OPENED = "OPENED"
        CLAIMED = "CLAIMED"
        RELEASED = "RELEASED"
        ASSIGNED = "ASSIGNED"  # to `subject`
        MOVED = "MOVED"  # to another status of the organization, `detail`
        FINISHED = "FINISHED"  # with the action `detail`
        CANCELLED = "CANCELLED"
        JOINED = "JOINED"  # `subject` may decide from now on
        LEFT = "LEFT"  # `subject` may decide no longer

    task = models.ForeignKey(Task, models.CASCADE, related_name="history")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    subject = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.detail}".strip()


class TaskDraft(models.Model):
    """What a person has typed into a task's form so far, as typed."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="drafts")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    data = OrderedJSONField(default=dict)
    comment = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "person"], name="task_draft_once")]

    def __str__(self) -> str:
        return f"{self.person}'s draft of {self.task}"
