"""Time as rows: fire what is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, Literal, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from activities import dispatch, runtime
from activities.compiled import compiled
from activities.engine import events as facts
from activities.engine.state import Phase
from activities.lane_rows import ASLEEP
from activities.models import Activity, Step, StepDocument, Timer
from activities.steps import agent_line, handler_for
from activities.waits import HearsTime
from plans.language.graph import Node

logger = logging.getLogger("throughline.timers")
# What the engine asked for; every other kind is for the handler of the step.
FOR_THE_ENGINE: Final = frozenset({"backoff", "slot", "timeout", "wake"})
# Where documents of a step may be in work: it may have completed with the first of them.
FANNED = (Phase.WAITING, Phase.COMPLETED)
IN_LINE = Q(status="PENDING") | ASLEEP  # documents that a lane will see to


def fire(activity_id: UUID, *, at: datetime | None = None) -> int:
    """Fire the activity's timers that are due at the instant (now); return how many. A stale one is only removed."""
    instant = at or runtime.now()
    due = Timer.objects.filter(activity_id=activity_id, due_at__lte=instant)
    if due.exists():
        with runtime.locked(activity_id) as activity:
            nodes = compiled(activity.version_id, activity.pinned_id).graph.nodes
            timers = agent_line.without_waiting(activity, due.order_by("due_at"), at=instant)
            # In the order in which they were due: what came first may have made stale what follows.
            for engine, some in groupby(timers, key=lambda timer: timer.kind in FOR_THE_ENGINE):
                (_record if engine else _tell)(activity_id, list(some), nodes, instant)
    else:
        timers = []
    for position in _documents_due(activity_id, instant):
        dispatch.current().documents(activity_id, position)
    return len(timers)


def next_due(activity: Activity) -> datetime | None:
    """Return the instant of the activity's next timer or repeated document."""
    timer = (
        Timer.objects.filter(activity=activity).order_by("due_at").values_list("due_at", flat=True).first()
    )
    asleep = StepDocument.objects.filter(ASLEEP, step__activity=activity)
    # Those whose time has come and that nobody took find no room until one of those that sleep is done.
    repeats = _repeats(activity.pk).exclude(
        status="PENDING", queued_at__lte=runtime.now(), step__in=asleep.values("step")
    )
    document = repeats.order_by("queued_at").values_list("queued_at", flat=True).first()
    return min((instant for instant in (timer, document) if instant is not None), default=None)


def _repeats(activity_id: UUID) -> QuerySet[StepDocument]:
    return StepDocument.objects.filter(
        IN_LINE, step__activity_id=activity_id, step__phase__in=FANNED, queued_at__isnull=False
    ).exclude(queued_at__lte=F("step__started_at"))


def _documents_due(activity_id: UUID, instant: datetime) -> list[int]:
    rows = StepDocument.objects.filter(
        IN_LINE, step__activity_id=activity_id, step__phase__in=FANNED, queued_at__lte=instant
    )
    return list(rows.values_list("step__position", flat=True).distinct())


def _record(activity_id: UUID, timers: Sequence[Timer], nodes: Sequence[Node], instant: datetime) -> None:
    Timer.objects.filter(pk__in=[timer.pk for timer in timers]).delete()
    runtime.record(activity_id, *(_fired(timer, nodes[timer.position].slug, instant) for timer in timers))


def _tell(activity_id: UUID, timers: Sequence[Timer], nodes: Sequence[Node], instant: datetime) -> None:
    """Tell the handlers; what one of them breaks on is put back and tried again, and keeps up nothing else."""
    for timer in timers:
        handler = handler_for(nodes[timer.position].kind)
        try:
            with transaction.atomic():
                Timer.objects.filter(pk=timer.pk).delete()
                steps = Step.objects.filter(activity=activity_id, position=timer.position)
                if steps.filter(attempt=timer.attempt).exists() and isinstance(handler, HearsTime):
                    handler.time_came(activity_id, timer.position, kind=timer.kind, at=instant)
        except Exception:
            logger.exception("%s of step %s of activity %s", timer.kind, timer.position, activity_id)


def _fired(timer: Timer, slug: str, instant: datetime) -> facts.TimerFired:
    kind = cast("Literal['backoff', 'slot', 'timeout', 'wake']", timer.kind)
    return facts.TimerFired(at=instant, step=slug, attempt=timer.attempt, kind=kind)
