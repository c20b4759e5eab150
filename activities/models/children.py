"""Children: the activities that one step of another has started and waits for."""

from __future__ import annotations

from django.db import models

from activities.models.runs import Activity
from plans.fields import OrderedJSONField
from plans.models import PinnedDefinitions, PlanVersion


class ChildGroup(models.Model):
    """The children of one attempt of a step. Changed only while the activity of the step is locked."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="child_groups")
    position = models.PositiveIntegerField()  # of the step
    attempt = models.PositiveIntegerField()
    mode = models.CharField(max_length=8)  # plan, eval, map, iterate
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    pinned = models.ForeignKey(PinnedDefinitions, models.PROTECT, related_name="+")
    title = models.CharField(max_length=300, blank=True)  # of each child; empty: the plan's own
    total = models.PositiveIntegerField()  # children there are to be; for iterate: at most
    at_once = models.PositiveIntegerField(default=1)
    started = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "position", "attempt"], name="child_group_once")
        ]

    def __str__(self) -> str:
        return f"{self.mode} of step {self.position} in {self.activity}"


class Child(models.Model):
    """One child: what it is given, the activity once it has begun, and how it ended."""

    group = models.ForeignKey(ChildGroup, models.CASCADE, related_name="children")
    number = models.PositiveIntegerField()
    input = OrderedJSONField(null=True)
    activity = models.OneToOneField(Activity, models.SET_NULL, null=True, related_name="as_child")
    outcome = OrderedJSONField(null=True)  # {outcome, result | error}; null until the step has heard of it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "number"], name="child_number_once")]
        ordering = ["number"]
        verbose_name_plural = "children"

    def __str__(self) -> str:
        return f"{self.number} of {self.group}"
