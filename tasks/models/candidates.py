"""Whom a task is for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from plans.models import Person
from tasks.models.teams import Team


class Candidate(models.Model):
    """Who may take a task: a person, everybody with a role, or a team."""

    task = models.ForeignKey("tasks.Task", models.CASCADE, related_name="candidates")
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
