"""What a person keeps for the inbox."""

from __future__ import annotations

from django.db import models

from plans.models import Person, Project


class SavedFilter(models.Model):
    """A list of the inbox with what narrows and orders it, under a name of the person's own."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_filters")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)  # a query string, as `tasks.inbox.wanted` reads it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "project", "name"], name="saved_filter_name_once")
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
