"""What calls of service bridges remember: tokens and answers for a while, and when the next call may go.

Tables and not Django's cache: that one is per process unless somebody configures it, and a token asked for by each
process, or a pace kept by each, would be wrong in the scaled-out set-up that needs it most.
"""

from __future__ import annotations

from django.db import models

from plans.models import Organization


class BridgeMemory(models.Model):
    """A token or an answer, sealed with the key of the secrets, good until `expires_at`."""

    class Kind(models.TextChoices):
        """What is remembered."""

        TOKEN = "TOKEN"  # by bridge definition
        REPLY = "REPLY"  # by bridge definition, endpoint and request

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    sealed = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "digest"], name="bridge_memory_once")
        ]
        verbose_name_plural = "bridge memories"

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class BridgePace(models.Model):
    """When the next call of a bridge may go, by the rate limit of its definition."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    bridge = models.CharField(max_length=80)
    free_at = models.DateTimeField()  # the theoretical arrival time of the next call

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "bridge"], name="bridge_pace_once")]

    def __str__(self) -> str:
        return self.bridge
