"""Filters of the inbox that people keep under a name."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from plans.errors import Conflict, Invalid
from plans.models import Person, Project
from tasks.models import SavedFilter

KEPT: Final = ("show", "sort", "q", "plan", "template", "role", "overdue")
MOST: Final = 50
LONGEST_NAME: Final = 80
LONGEST_QUERY: Final = 1000


def save(person: Person, project: Project, *, name: str, query: str) -> SavedFilter:
    """Keep the query string under the name; a name that is taken gets the new one."""
    clean = " ".join(name.replace("\x00", "").split())
    if not clean or len(clean) > LONGEST_NAME:
        raise Invalid(_("A filter takes a name of 1 to %(most)d characters.") % {"most": LONGEST_NAME})
    kept = normal(query)
    if len(kept) > LONGEST_QUERY:
        raise Invalid(_("The filter is too long to be kept; shorten its text."))
    mine = SavedFilter.objects.filter(person=person, project=project)
    if mine.exclude(name=clean).count() >= MOST:
        raise Conflict(_("You keep %(most)d filters already; delete one first.") % {"most": MOST})
    saved, _made = SavedFilter.objects.update_or_create(
        person=person, project=project, name=clean, defaults={"query": kept}
    )
    return saved


def normal(query: str) -> str:
    """Return the query string with what a filter keeps, in one order, so that equal filters are equal."""
    given = {key: value for key, value in parse_qsl(query.replace("\x00", "")) if key in KEPT and value}
    return urlencode([(key, given[key]) for key in KEPT if key in given])
