"""What makes lost messages and dead workers harmless. Beat calls it every few seconds; it reads partial indexes."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from activities import delivery, dispatch, fanout, runtime, timers
from activities.engine import events as facts
from activities.engine.decide import MAX_LOSSES
from activities.engine.state import ActivityStatus, Phase
from activities.models import Outbox, Step, StepDocument, Timer
from activities.steps import bridge_cache

logger = logging.getLogger("throughline.sweep")
AT_ONCE = 500
SILENT = {"code": "worker-lost", "class": "WorkerLost", "message": "worker died 3 times", "place": ""}


def sweep() -> None:
    """Do one round."""
    _lost_steps()
    _lost_documents()
    _queued_steps()
    _waiting_documents()
    for activity_id in (
        Timer.objects.filter(due_at__lte=timezone.now())
        .values_list("activity_id", flat=True)
        .distinct()[:AT_ONCE]
    ):
        timers.fire(activity_id)
    late = Outbox.objects.filter(delivered_at=None, due_at__lte=timezone.now() - timedelta(seconds=1))
    for activity_id in late.values_list("activity_id", flat=True).distinct()[:AT_ONCE]:
        delivery.deliver(activity_id)
    bridge_cache.sweep()


def _lost_steps() -> None:
    """Tell the engine of steps whose worker gave no sign of life for a lease."""
    dead = Step.objects.filter(lease_until__lt=timezone.now(), phase=Phase.RUNNING)
    for activity_id, slug, attempt in dead.values_list("activity_id", "slug", "attempt")[:AT_ONCE]:
        logger.warning("step %s of activity %s lost its worker", slug, activity_id)
        runtime.record(activity_id, facts.StepLost(at=runtime.now(), step=slug, attempt=attempt))


def _queued_steps() -> None:
    """Announce again what no worker has taken."""
    before = timezone.now() - timedelta(seconds=settings.ANNOUNCE_AGAIN_SECONDS)
    stayed = Step.objects.filter(phase__in=[Phase.GUARDING, Phase.QUEUED], queued_at__lt=before)
    stayed = stayed.filter(activity__status=ActivityStatus.RUNNING)
    for activity_id, position in stayed.order_by("queued_at").values_list("activity_id", "position")[
        :AT_ONCE
    ]:
        dispatch.current().drive(activity_id, position)


def _waiting_documents() -> None:
    """Announce again fan-outs that have documents to do and nobody who does them."""
    before = timezone.now() - timedelta(seconds=settings.ANNOUNCE_AGAIN_SECONDS)
    fanned = Step.objects.filter(phase__in=timers.FANNED, activity__status=ActivityStatus.RUNNING)
    stayed = fanned.filter(documents__status="PENDING", documents__queued_at__lt=before)
    for activity_id, position in stayed.values_list("activity_id", "position").distinct()[:AT_ONCE]:
        dispatch.current().documents(activity_id, position)


def _lost_documents() -> None:
    """Take documents back from dead workers; after the third in a row the document fails."""
    dead = StepDocument.objects.filter(lease_until__lt=timezone.now(), status="RUNNING")
    for row in dead.select_related("step")[:AT_ONCE]:
        with runtime.locked(row.step.activity_id) as activity:
            _lose(row, after=fanout.settled_until_now(activity, row.step.position))


def _lose(row: StepDocument, *, after: int | None) -> None:
    still = StepDocument.objects.filter(pk=row.pk, attempt=row.attempt, status="RUNNING")
    losses = row.losses + 1
    if losses < MAX_LOSSES:
        again = still.update(
            status="PENDING", losses=losses, lease_until=None, worker="", queued_at=timezone.now()
        )
        if again:
            activity_id, position = row.step.activity_id, row.step.position
            transaction.on_commit(lambda: dispatch.current().documents(activity_id, position))
        return
    if still.update(
        status="FAILED", error=SILENT, lease_until=None, losses=losses, finished_at=timezone.now()
    ):
        settled = facts.DocumentsSettled(
            at=runtime.now(), step=row.step.slug, attempt=row.step.attempt, after=after, failed=1
        )
        runtime.record(row.step.activity_id, settled)
