"""What is said and typed about a task, and its history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from plans.fields import OrderedJSONField
from plans.models import Person
from tasks.models.tasks import Task


class CommentQuerySet(models.QuerySet["Comment"]):
    """What was written."""

    def unanswered(self) -> CommentQuerySet:
        """Keep questions that nobody has answered."""
        return self.filter(kind=Comment.Kind.QUESTION, answer=None)


class Comment(models.Model):
    """What somebody wrote about a task; a question to `asked` keeps it open, and its answer says what it answers."""

    class Kind(models.TextChoices):
        """How the text is meant."""

        COMMENT = "COMMENT"
        QUESTION = "QUESTION"
        ANSWER = "ANSWER"

    task = models.ForeignKey(Task, models.CASCADE, related_name="comments")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.COMMENT)
    asked = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # of a question
    question = models.OneToOneField("self", models.CASCADE, null=True, related_name="answer")  # of an answer
    text = models.TextField()
    at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ANSWER", question__isnull=False) | (~Q(kind="ANSWER") & Q(question=None)),
                name="answers_have_a_question",
            )
        ]
        indexes = [models.Index(fields=["asked", "task"], name="questions_to_a_person")]
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
        DUE = "DUE"  # nobody had done it in time; what follows for an approval is `detail`
        DELEGATED = "DELEGATED"  # to `subject`, up to `detail`
        ADDED = "ADDED"  # `subject`, as an approver
        REMOVED = "REMOVED"  # `subject`, as an approver
        RECALLED = "RECALLED"  # from `subject`
        REMINDED = "REMINDED"
        ESCALATED = "ESCALATED"  # to `detail` as well

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
