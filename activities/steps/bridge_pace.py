"""The pace of a bridge: calls wait for the rate limit of its definition, across all processes of an organization."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from activities.models import BridgePace
from activities.steps.bridge_definition import Bridge
from activities.steps.egress import EgressError


class RateLimited(EgressError):
    """The bridge may not be called again so soon; `retry_after` in seconds says when."""

    code = "rate-limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def keep_pace(bridge: Bridge, *, organization_id: int, seconds: float) -> None:
    """Wait for this call's turn; raise RateLimited at once if it does not come within the seconds."""
    if bridge.rate is None:
        return
    wait = reserve(bridge, organization_id=organization_id, seconds=seconds)
    if wait > 0:
        time.sleep(wait)


def reserve(bridge: Bridge, *, organization_id: int, seconds: float) -> float:
    """Take the next turn and return how long it is until then; raise RateLimited, and take none.

    The generic cell rate algorithm: one instant a bridge says it all, and a burst of `requests` goes at once.
    """
    assert bridge.rate is not None
    interval = timedelta(seconds=bridge.rate.per_seconds / bridge.rate.requests)
    burst = timedelta(seconds=bridge.rate.per_seconds)
    with transaction.atomic():
        BridgePace.objects.get_or_create(
            organization_id=organization_id, bridge=bridge.slug, defaults={"free_at": timezone.now()}
        )
        pace = BridgePace.objects.select_for_update().get(organization_id=organization_id, bridge=bridge.slug)
        now = timezone.now()
        free_at = max(pace.free_at, now) + interval
        wait = max(0.0, (free_at - burst - now).total_seconds())
        if wait > seconds:
            per = f"{bridge.rate.requests} calls in {bridge.rate.per_seconds:g} s"
            raise RateLimited(
                f"the rate limit of the bridge ({per}) leaves no turn for {wait:.1f} s", retry_after=wait
            )
        pace.free_at = free_at
        pace.save(update_fields=["free_at"])
    return wait
