"""Delivers the outbox: each row once if it can, again if it must; whoever delivers a row holds it locked meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from activities import children, follow_ups, naming, runtime
from activities.ending import output_event
from activities.models import Activity, Outbox

logger = logging.getLogger("throughline.delivery")
MAX_TRIES = 10
OUTSIDE = frozenset({"tell-owner", "name-activity"})


def deliver(activity_id: UUID) -> None:
    """Deliver everything of the activity that is due."""
    due = Outbox.objects.filter(activity_id=activity_id, delivered_at=None, due_at__lte=runtime.now())
    for row_id in due.order_by("id").values_list("pk", flat=True):
        _deliver(row_id)


def _deliver(row_id: int) -> None:
    with transaction.atomic():
        lock: dict[str, Any] = (
            {"skip_locked": True} if connection.features.has_select_for_update_skip_locked else {}
        )
        row = (
            Outbox.objects.select_for_update(of=("self",), **lock)
            .filter(pk=row_id, delivered_at=None, due_at__lte=runtime.now())
            .first()
        )
        if row is None:  # somebody else has it, or had it, since it was listed
            return
        # Taken for a while: should this process die on the way, the sweep finds the row again.
        row.tries, row.due_at = row.tries + 1, timezone.now() + _time_for(row.kind)
        row.save(update_fields=["tries", "due_at"])
    try:
        _delivery(row.kind)(row)
    except Exception as error:
        logger.exception("outbox %s of activity %s", row.name, row.activity_id)
        gone = timezone.now() if row.tries >= MAX_TRIES else None
        Outbox.objects.filter(pk=row.pk).update(error=str(error)[:2000], delivered_at=gone)
        return
    Outbox.objects.filter(pk=row.pk).update(delivered_at=timezone.now(), error="")


def _time_for(kind: str) -> timedelta:
    """Return how long a delivery may take: a lease, but where it speaks with somebody outside."""
    outside = kind in OUTSIDE or kind in settings.OUTBOX_DELIVERIES
    return timedelta(minutes=1) if outside else timedelta(seconds=settings.LEASE_SECONDS)


def _delivery(kind: str) -> Callable[[Outbox], object]:
    """Return who delivers the kind: this app, or whom settings name; raise KeyError for an unknown kind."""
    known = DELIVERIES.get(kind)
    return known if known is not None else import_string(settings.OUTBOX_DELIVERIES[kind])


def _evaluate_output(row: Outbox) -> None:
    """Evaluate the plan's output outside any lock; if the activity moved meanwhile, it asks again by itself."""
    seq = Activity.objects.values_list("seq", flat=True).get(pk=row.activity_id)
    event = output_event(row.activity_id)
    with runtime.locked(row.activity_id) as activity:
        if event is not None and activity.seq == seq:
            runtime.record(row.activity_id, event)


def _tell_owner(row: Outbox) -> None:
    """Write to whoever started the activity that it failed."""
    activity = Activity.objects.select_related("started_by", "project").get(pk=row.activity_id)
    person = activity.started_by
    if person is None or not person.email or not person.is_active:
        return
    error = activity.error or {}
    body = _("Activity “%(title)s” in %(project)s failed at step %(step)s: %(message)s") % {
        "title": activity.title,
        "project": activity.project.name,
        "step": error.get("step", "?"),
        "message": error.get("message", ""),
    }
    send_mail(_("Failed: %(title)s") % {"title": activity.title}, body, None, [person.email])


DELIVERIES: dict[str, Callable[[Outbox], object]] = {
    "evaluate-output": _evaluate_output,
    "tell-owner": _tell_owner,
    "child-ended": children.child_ended,
    "children-ended": children.group_ended,
    "cancel-children": children.cancel_group,
    "follow-ups": follow_ups.start_follow_ups,
    "name-activity": naming.name_activity,
}
