"""What makes lost messages and dead workers harmless. Beat calls it every few seconds; it reads partial indexes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from activities import delivery, dispatch, fanout, runtime, timers
from activities.engine import events as facts
from activities.engine.decide import MAX_LOSSES
from activities.engine.state import ActivityStatus, Phase
from activities.models import Outbox, Step, StepDocument, Timer
from activities.steps import agent_line, bridge_cache

logger = logging.getLogger("throughline.sweep")
AT_ONCE = 500
SILENT = {"code": "worker-lost", "class": "WorkerLost", "message": "worker died 3 times", "place": ""}


def sweep() -> None:
    """Do one round. An activity that cannot be helped is logged, and does not stand in the way of the others."""
    now = timezone.now()
    _for_each(
        _lost_step, Step.objects.filter(lease_until__lt=now, phase=Phase.RUNNING).only("activity_id", "slug")
    )
    _for_each(
        _lost_document,
        StepDocument.objects.filter(lease_until__lt=now, status="RUNNING").select_related("step"),
    )
    _queued_steps()
    _waiting_documents()
    timed = Timer.objects.filter(due_at__lte=now)
    _for_each(timers.fire, timed.values_list("activity_id", flat=True).distinct())
    late = Outbox.objects.filter(delivered_at=None, due_at__lte=now - timedelta(seconds=1))
    _for_each(delivery.deliver, late.values_list("activity_id", flat=True).distinct())
    bridge_cache.sweep()
    agent_line.sweep()


def _for_each(help_: Callable[[Any], object], found: QuerySet[Any, Any]) -> None:
    for each in found[:AT_ONCE]:
        try:
            help_(each)
        except Exception:
            logger.exception("%s could not help %s; the next round tries again", help_.__name__, each)


def _lost_step(step: Step) -> None:
    """Tell the engine of a step whose worker gave no sign of life for a lease, if it is silent still."""
    with runtime.locked(step.activity_id):
        silent = Step.objects.filter(pk=step.pk, phase=Phase.RUNNING, lease_until__lt=timezone.now())
        attempt = silent.values_list("attempt", flat=True).first()
        if attempt is not None:
            logger.warning("step %s of activity %s lost its worker", step.slug, step.activity_id)
            lost = facts.StepLost(at=runtime.now(), step=step.slug, attempt=attempt)
            runtime.record(step.activity_id, lost)


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
    stayed = StepDocument.objects.filter(timers.IN_LINE, step__in=fanned, queued_at__lt=before).order_by()
    found = stayed.values_list("step__activity_id", "step__position").distinct()
    for activity_id, position in found[:AT_ONCE]:
        dispatch.current().documents(activity_id, position)


def _lost_document(row: StepDocument) -> None:
    """Take a document back from a dead worker; after the third in a row it fails."""
    with runtime.locked(row.step.activity_id) as activity:
        _lose(row, after=fanout.settled_until_now(activity, row.step.position))


def _lose(row: StepDocument, *, after: int | None) -> None:
    still = StepDocument.objects.filter(
        pk=row.pk, attempt=row.attempt, status="RUNNING", lease_until__lt=timezone.now()
    )
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
