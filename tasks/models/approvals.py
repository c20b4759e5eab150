"""What an approval is decided by: its electorate, and decisions that stay."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from plans.models import Person


class Elector(models.Model):
    """A person who may decide an approval: fixed when it opens; who joins or leaves later is on record."""

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="electors")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    barred = models.CharField(max_length=200, blank=True)  # "own-request", or the step whose actor this is
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # by an operator, whatever roles the person holds

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

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # for whom, if for another
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "person"], name="decision_once"),
            models.UniqueConstraint(fields=["task", "owner"], name="decision_once_for_an_owner"),
        ]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.person}: {self.outcome}"

    def save(self, **kwargs: Any) -> None:
        """Add the decision; one that exists is refused."""
        if not self._state.adding:
            raise DecisionsStay("a decision is never changed; a new run of the step takes a new one")
        super().save(**kwargs)
