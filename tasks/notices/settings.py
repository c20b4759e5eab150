"""How each person wants to hear of what."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from plans.errors import Invalid
from plans.models import Person
from tasks.models import NoticeSettings, Notification


def of(person: Person) -> NoticeSettings:
    """Return how the person wants to hear of what."""
    return NoticeSettings.objects.filter(person=person).first() or NoticeSettings(person=person)


def choose(person: Person, ways: Mapping[str, str]) -> None:
    """Keep how the person wants to hear of each kind; raise Invalid for what is no way or no kind."""
    wrong = set(ways) - set(Notification.Kind.values) or set(ways.values()) - set(NoticeSettings.Way.values)
    if wrong:
        raise Invalid(_('"%(what)s" is no way to be told.') % {"what": min(wrong)[:60]}, code="unknown-way")
    with transaction.atomic():
        kept, _made = NoticeSettings.objects.select_for_update().get_or_create(person=person)
        kept.ways = {**kept.ways, **ways}
        kept.save(update_fields=["ways"])
        silent = [kind for kind, way in ways.items() if way != NoticeSettings.Way.DIGEST]
        waiting = Notification.objects.filter(person=person, kind__in=silent, digest_at__isnull=False)
        waiting.update(digest_at=None)


def unread(person: Person) -> int:
    """Return how many notices the person has not read."""
    return Notification.objects.filter(person=person, read_at=None).count()
