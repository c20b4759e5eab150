"""E-mails of notices: what they say, and that each goes out once, and again only if it did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities import runtime
from activities.models import Outbox
from tasks.models import NoticeSettings, Notification
from tasks.notices.links import absolute, decision_link, unsubscribe_link
from tasks.notices.telling import MAIL

Kind = Notification.Kind
OF_OPEN_TASKS: Final = frozenset({Kind.ASSIGNED, Kind.DUE, Kind.ESCALATED})
AT_ONCE: Final = 500  # people whose digests one round sends


def deliver(row: Outbox) -> None:
    """Send what an outbox row asks for; what was sent, is over or is no longer wanted is left out.

    Whoever delivers holds the row; where the server took the mail and this process died before it said so, the mail
    goes out again with the same Message-ID, which mail programs show once.
    """
    notices = _wanted(row.payload["notices"])
    if not notices:
        return
    message_of(notices, number=row.pk).send()
    Notification.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=timezone.now())


def send_digests(at: datetime | None = None) -> int:
    """Put the digests that are due into the outbox, one e-mail a person; return how many."""
    due = Notification.objects.filter(digest_at__lte=at or timezone.now())
    people = list(due.order_by().values_list("person", flat=True).distinct()[:AT_ONCE])
    return sum(_post_digest(person, at or timezone.now()) for person in people)


def message_of(notices: Sequence[Notification], *, number: int) -> EmailMultiAlternatives:
    """Return the e-mail of notices of one person: plain text, HTML beside it, and how to be told no more."""
    first = notices[0]
    stop = unsubscribe_link(first.person_id, first.kind if len(notices) == 1 else "")
    context = {
        "person": first.person,
        "entries": [_entry(notice) for notice in notices],
        "unsubscribe": stop,
        "settings": absolute(reverse("tasks:notice-settings")),
        "kind": kind_words(first.kind) if len(notices) == 1 else "",
    }
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<notices-{number}@{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    text = render_to_string("mail/notices.txt", context)
    message = EmailMultiAlternatives(_subject(notices), text, None, [first.person.email], headers=headers)
    message.attach_alternative(render_to_string("mail/notices.html", context), "text/html")
    return message


def kind_words(kind: str) -> str:
    """Return what a kind of notice is called."""
    return {
        Kind.ASSIGNED: _("Assigned to you"),
        Kind.MENTIONED: _("Mentioned"),
        Kind.DUE: _("Due"),
        Kind.ESCALATED: _("Escalated"),
        Kind.DECIDED: _("Decided"),
    }[Kind(kind)]


def headline(notice: Notification) -> str:
    """Return what a notice says in a few words."""
    if notice.kind == Kind.ASSIGNED and notice.task.is_approval:
        return _("Your decision is asked for")
    return kind_words(notice.kind)


def _wanted(keys: Sequence[int]) -> list[Notification]:
    rows = Notification.objects.filter(pk__in=keys, mailed_at=None, person__is_active=True).exclude(
        person__email=""
    )
    found = rows.select_related(
        "person", "person__notice_settings", "task", "task__activity", "task__project"
    )
    return [notice for notice in found.order_by("at", "pk") if _is_wanted(notice)]


def _is_wanted(notice: Notification) -> bool:
    if notice.kind in OF_OPEN_TASKS and not notice.task.is_open:
        return False
    kept = getattr(notice.person, "notice_settings", None)
    return (kept or NoticeSettings()).way(notice.kind) in (NoticeSettings.Way.MAIL, NoticeSettings.Way.DIGEST)


def _entry(notice: Notification) -> dict[str, Any]:
    invites = notice.task.is_approval and notice.task.is_open and notice.kind in OF_OPEN_TASKS
    page = absolute(reverse("tasks:notice", args=[notice.pk]))
    return {
        "headline": headline(notice),
        "notice": notice,
        "task": notice.task,
        "link": decision_link(notice) if invites else page,
        "invites": invites,
    }


def _subject(notices: Sequence[Notification]) -> str:
    if len(notices) == 1:
        words = f"{headline(notices[0])}: {notices[0].task.title}"
    else:
        words = ngettext("%(count)d notice", "%(count)d notices", len(notices)) % {"count": len(notices)}
    return " ".join(words.split())[:200]


def _post_digest(person: int, at: datetime) -> int:
    with transaction.atomic():
        rows = Notification.objects.select_for_update(of=("self",)).filter(person=person, digest_at__lte=at)
        found = list(rows.order_by("pk").values_list("pk", "task__activity"))
        if not found:
            return 0
        keys, (last, activity_id) = [key for key, _activity in found], found[-1]
        payload = {"person": person, "notices": keys}
        runtime.post(activity_id, MAIL, name=f"digest#{person}#{last}", payload=payload)
        Notification.objects.filter(pk__in=keys).update(digest_at=None)
    return 1
