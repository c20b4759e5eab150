"""Links that e-mails carry: signed, so that nobody makes them up; none of them is a right to anything but silence."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from plans.models import Person
from tasks.models import NoticeSettings, Notification

UNSUBSCRIBE: Final = "tasks.notices.unsubscribe"
DECIDE: Final = "tasks.notices.decide"
DECIDE_SECONDS: Final = 14 * 86_400


def absolute(path: str) -> str:
    """Return the address under which people reach a page."""
    return settings.PUBLIC_URL.rstrip("/") + path


def unsubscribe_link(person: int, kind: str) -> str:
    """Return the address that ends e-mails of the kind to the person, without signing in; it never ends."""
    return absolute(reverse("tasks:unsubscribe", args=[signing.dumps([person, kind], salt=UNSUBSCRIBE)]))


def read_unsubscribe(token: str) -> tuple[Person, str] | None:
    """Return whose e-mails of which kind ("" for all) the token ends; None for a forged one."""
    try:
        person, kind = signing.loads(token, salt=UNSUBSCRIBE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Person.objects.filter(pk=person).first()
    return (found, kind) if found is not None and kind in ("", *Notification.Kind.values) else None


def unsubscribe(person: Person, kind: str) -> None:
    """End e-mails of the kind to the person, all without a kind; notices stay in the page."""
    with transaction.atomic():
        kept, _made = NoticeSettings.objects.select_for_update().get_or_create(person=person)
        for each in [kind] if kind else Notification.Kind.values:
            if kept.way(each) != NoticeSettings.Way.OFF:
                kept.ways[each] = NoticeSettings.Way.PAGE.value
        kept.save(update_fields=["ways"])
        waiting = Notification.objects.filter(person=person, digest_at__isnull=False)
        (waiting.filter(kind=kind) if kind else waiting).update(digest_at=None)


def decision_link(notification: Notification) -> str:
    """Return the address that leads the person to the decision, once and for two weeks."""
    return absolute(reverse("tasks:invitation", args=[signing.dumps(notification.pk, salt=DECIDE)]))


def invited(token: str, *, person: Person) -> Notification | None:
    """Return what the link invites the person to; None for a forged or old one, and for somebody else's."""
    try:
        key = signing.loads(token, salt=DECIDE, max_age=DECIDE_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    mine = Notification.objects.select_related("task").filter(person=person)
    return mine.filter(task__project__memberships__person=person).filter(pk=key).first()


def use(notification: Notification) -> bool:
    """Use the link; tell if this was the first time."""
    now = timezone.now()
    unused = Notification.objects.filter(pk=notification.pk, link_used_at=None)
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now)
    return bool(unused.update(link_used_at=now))
