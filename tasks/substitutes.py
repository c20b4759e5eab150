"""Stand-ins: while a person is away, somebody else may do what waits for the person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.errors import Conflict, Invalid, NotFound
from plans.models import Membership, Person
from tasks.models import StandIn
from tasks.models.mandates import StandInQuerySet


def stand_in(owner: Person, *, substitute: Person, starts_at: datetime, ends_at: datetime) -> StandIn:
    """Let the substitute do what waits for the owner from one instant to the other; one substitute at a time."""
    now = timezone.now()
    _check(owner, substitute)
    if ends_at <= starts_at or ends_at <= now:
        raise Invalid(
            _("The end lies before the beginning, or is over; choose a later one."), code="in-the-past"
        )
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=owner.pk)  # two at once do not overlap
        known = owner.stand_ins.to_come(now).filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first()
        if known is not None:
            text = _("%(person)s stands in for you then already; end that first.")
            raise Conflict(text % {"person": known.substitute.name}, code="stand-in-overlaps")
        return StandIn.objects.create(
            owner=owner, substitute=substitute, starts_at=starts_at, ends_at=ends_at, created_at=now
        )


def end(owner: Person, key: int) -> None:
    """End a stand-in of the owner's own, now; what the substitute has done stays on record."""
    if not mine(owner).filter(pk=key).update(ended_at=timezone.now()):
        raise NotFound(_("You have no such stand-in."))


def mine(owner: Person) -> StandInQuerySet:
    """Return the owner's stand-ins, of now and to come."""
    found: StandInQuerySet = owner.stand_ins.to_come(timezone.now())
    return found


def whom(owner: Person) -> list[Person]:
    """Return who can stand in: everybody the owner shares a project with."""
    shared = Membership.objects.filter(project__memberships__person=owner)
    people = Person.objects.filter(is_active=True, pk__in=shared.values("person")).exclude(pk=owner.pk)
    return list(people.order_by("first_name", "username"))


def _check(owner: Person, substitute: Person) -> None:
    if substitute not in whom(owner):
        text = _("%(person)s is in none of your projects, or is yourself; choose somebody else.")
        raise Invalid(text % {"person": substitute.name}, code="no-such-substitute")
