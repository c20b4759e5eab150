"""Who may act for whom: by delegation of one task, or as the stand-in of somebody who is away."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from plans.models import Person


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations."""

    def in_force(self, at: datetime) -> DelegationQuerySet:
        """Keep those that were neither taken back nor are over at the instant."""
        return self.filter(Q(until=None) | Q(until__gt=at), ended_at=None)


class Delegation(models.Model):
    """One task that its owner lets a delegate do as well, up to a date; then it falls back by itself."""

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="delegations")
    owner = models.ForeignKey(Person, models.CASCADE, related_name="+")
    delegate = models.ForeignKey(Person, models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "owner"], condition=Q(ended_at=None), name="delegated_to_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(owner=models.F("delegate")), name="delegated_to_another"),
        ]
        indexes = [
            models.Index(fields=["delegate"], name="delegations_to_a_person", condition=Q(ended_at=None))
        ]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.owner} to {self.delegate}: {self.task}"


class StandInQuerySet(models.QuerySet["StandIn"]):
    """Stand-ins."""

    def in_force(self, at: datetime) -> StandInQuerySet:
        """Keep those of the instant."""
        return self.filter(starts_at__lte=at, ends_at__gt=at, ended_at=None)

    def to_come(self, at: datetime) -> StandInQuerySet:
        """Keep those of the instant and later ones."""
        return self.filter(ends_at__gt=at, ended_at=None)


class StandIn(models.Model):
    """While it lasts, the substitute may do what waits for the owner, who stays responsible."""

    owner = models.ForeignKey(Person, models.CASCADE, related_name="stand_ins")
    substitute = models.ForeignKey(Person, models.CASCADE, related_name="stands_in_for")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # by the owner, before its time

    objects = StandInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="stand_in_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(owner=models.F("substitute")), name="stand_in_is_another"),
        ]
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.owner}"
