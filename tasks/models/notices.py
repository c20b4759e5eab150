"""What people are told of: notices, and how each of them wants to hear of what."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from plans.fields import OrderedJSONField
from plans.models import Person
from tasks.models.tasks import Task


class Notification(models.Model):
    """Something about a task that one person is told: in the page, and perhaps by e-mail, which goes out once."""

    class Kind(models.TextChoices):
        """Why the person is told."""

        ASSIGNED = "ASSIGNED"  # it is theirs now, or they are asked to decide
        MENTIONED = "MENTIONED"  # somebody wrote their name
        DUE = "DUE"  # it is due, or will be soon
        ESCALATED = "ESCALATED"  # it was late, and they are asked as well
        DECIDED = "DECIDED"  # what they asked for is decided

    person = models.ForeignKey(Person, models.CASCADE, related_name="notifications")
    task = models.ForeignKey(Task, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    name = models.CharField(max_length=200)  # of what happened: a doubled one is told once
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    digest_at = models.DateTimeField(null=True)  # waits for the digest of that instant
    mailed_at = models.DateTimeField(null=True)
    link_used_at = models.DateTimeField(null=True)  # the link of the e-mail leads to the decision once

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="notification_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="notifications_newest"),
            models.Index(fields=["person"], name="notifications_unread", condition=Q(read_at=None)),
            models.Index(
                fields=["digest_at"], name="notifications_digest", condition=Q(digest_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task} for {self.person}"


class NoticeSettings(models.Model):
    """How a person wants to hear of what; without one: everything, by e-mail as well."""

    class Way(models.TextChoices):
        """How one is told; each is in the page as well, but for the last."""

        MAIL = "mail"
        DIGEST = "digest"  # one e-mail a day
        PAGE = "page"
        OFF = "off"

    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_settings")
    ways = OrderedJSONField(default=dict)  # {kind of notification: way}

    def __str__(self) -> str:
        return f"notices of {self.person}"

    def way(self, kind: str) -> str:
        """Return how the person hears of the kind."""
        known: Any = self.ways.get(kind)
        return known if known in self.Way.values else self.Way.MAIL
