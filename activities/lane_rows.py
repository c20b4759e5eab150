"""The rows of a fan-out's documents, as its lanes claim and write them: a few statements a batch, however large it is.

Whoever calls these, but for `earlier_results`, holds the activity: nobody else moves a row meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Field, Q

from activities import blobs, dispatch
from activities.models import Activity, Attempt, Step, StepDocument
from activities.rows import LARGE_COLUMNS
from activities.steps import StepView

AT_ONCE: Final = timedelta(seconds=1)  # repeats that are due within so much are announced together
SAVED: Final = ("status", "action", "result", "error", "logs", "finished_at", "queued_at", "losses", "worker")
ASLEEP: Final = Q(status="RUNNING", worker="")  # until queued_at, with neither a lane nor a lease


@dataclass(slots=True)
class Ended:
    """What became of one document in a lane's hands."""

    row: StepDocument
    status: str  # of the row: COMPLETED, FAILED, SKIPPED, NOT_TAKEN, PENDING (again) or RUNNING (asleep)
    finished_at: datetime
    action: str | None = None
    result: Any = None
    error: Any = None
    logs: list[Any] | None = field(default=None)
    again_at: datetime | None = None  # when a lane is to look at it again

    @property
    def settled(self) -> bool:
        """Tell if nothing more will happen to it."""
        return self.again_at is None


def in_flight(step: Step) -> int:
    """Count the documents in work: each lane works on one at a time, and one that waits for a timer has no lane."""
    running = StepDocument.objects.filter(step=step, status="RUNNING").order_by()
    of_lanes = running.values("worker").annotate(held=Count("pk")).values_list("worker", "held")
    return sum(1 if worker else held for worker, held in of_lanes)


def woken(step: Step, at: datetime) -> list[StepDocument]:
    """Return the documents that have waited long enough."""
    return list(StepDocument.objects.filter(ASLEEP, step=step, queued_at__lte=at).order_by("position"))


def due(step: Step, at: datetime, *, most: int) -> list[StepDocument]:
    """Return the next documents in line. One that was lost with its worker comes alone, and takes no other with it."""
    waiting = StepDocument.objects.filter(step=step, status="PENDING").filter(
        Q(queued_at=None) | Q(queued_at__lte=at)
    )
    rows = list(waiting.select_related("document").order_by("position")[:most])
    suspects = [number for number, row in enumerate(rows) if row.losses]
    return rows[: max(1, suspects[0])] if suspects else rows


def claim(rows: Sequence[StepDocument], *, at: datetime, lease_until: datetime, lane: str) -> None:
    """Take the documents for a lane."""
    StepDocument.objects.filter(pk__in=[row.pk for row in rows]).update(
        attempt=F("attempt") + 1, status="RUNNING", started_at=at, lease_until=lease_until, worker=lane
    )
    for row in rows:
        row.attempt, row.status, row.started_at = row.attempt + 1, "RUNNING", at
        row.lease_until, row.worker = lease_until, lane


def still_claimed(rows: Collection[StepDocument]) -> set[int]:
    """Return the keys of those that nobody has taken away since they were claimed."""
    if not rows:
        return set()
    running = StepDocument.objects.filter(pk__in=[row.pk for row in rows], status="RUNNING")
    known = dict(running.values_list("pk", "attempt"))
    return {row.pk for row in rows if known.get(row.pk) == row.attempt}


def give_back(rows: Collection[StepDocument]) -> None:
    """Put what was not begun back in line, as if it had never been claimed."""
    if rows:
        StepDocument.objects.filter(pk__in=[row.pk for row in rows]).update(
            status="PENDING", attempt=F("attempt") - 1, started_at=None, lease_until=None, worker=""
        )


def save(activity: Activity, step: Step, ended: Sequence[Ended]) -> None:
    """Write what became of the documents; tries that are repeated are archived first."""
    repeated = [_attempt(activity, step, each) for each in ended if each.status == "PENDING"]
    Attempt.objects.bulk_create(repeated)
    _announce(step, {each.again_at for each in ended if each.again_at is not None})
    columns = [field for field in map(StepDocument._meta.get_field, SAVED) if isinstance(field, Field)]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    values = [
        [*(_prepared(activity, c, _value(each, c.name)) for c in columns), each.row.pk] for each in ended
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {quote(StepDocument._meta.db_table)} SET {assignments}, {quote('lease_until')} = NULL"
                f" WHERE {quote('id')} = %s",
                values,
            )


def earlier_results(
    activity_id: UUID, rows: Iterable[StepDocument], *, besides: int
) -> dict[UUID, dict[str, StepView]]:
    """Return by document what other per-document steps gave for it, blobs as references; one query for all rows."""
    known = StepDocument.objects.filter(
        step__activity=activity_id, document_id__in=[row.document_id for row in rows], status="COMPLETED"
    ).exclude(step_id=besides)
    found: defaultdict[UUID, dict[str, StepView]] = defaultdict(dict)
    for document, slug, action, result in known.values_list("document_id", "step__slug", "action", "result"):
        found[document][slug] = StepView("COMPLETED", action, result)
    return found


def _value(ended: Ended, name: str) -> Any:
    match name:
        case "losses":
            return 0
        case "worker":
            return "" if ended.status == "RUNNING" else ended.row.worker
        case "queued_at":
            return ended.again_at or ended.row.queued_at
        case "finished_at":
            return None if ended.again_at else ended.finished_at
        case _:
            return getattr(ended, name)


def _prepared(activity: Activity, column: Field[Any, Any], value: Any) -> Any:
    prepared = column.get_db_prep_save(value, connection)
    return blobs.kept(activity, prepared) if column.name in LARGE_COLUMNS else prepared


def _attempt(activity: Activity, step: Step, ended: Ended) -> Attempt:
    row = ended.row
    return Attempt(
        step=step,
        step_document=row,
        status="FAILED",
        action=ended.action,
        result=blobs.kept_value(activity, ended.result),
        error=ended.error,
        logs=ended.logs,
        attempt=row.attempt,
        run=row.run,
        started_at=row.started_at,
        finished_at=ended.finished_at,
    )


def _announce(step: Step, instants: Collection[datetime]) -> None:
    """Ask for a lane at each instant, but once for those that lie close together."""
    activity_id, last = step.activity_id, None
    for instant in sorted(instants, reverse=True):
        if last is None or last - instant > AT_ONCE:
            last = instant
            transaction.on_commit(partial(_ask_for_lane, activity_id, instant))


def _ask_for_lane(activity_id: UUID, due_at: datetime) -> None:
    dispatch.current().timer(activity_id, due_at)
