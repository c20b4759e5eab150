"""Teams: people of an organization who share work."""

from __future__ import annotations

from django.db import models

from plans.models import Organization, Person


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
