"""Panels of the home page: what each app shows there, found by the dotted paths in `settings.HOME_PANELS`.

A provider is a callable `(person, project) -> Panel | None` (None: nothing to show to this person, ever); it may use
a fixed number of queries only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from plans.models import Person, Plan, Project

ROWS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a panel; `status` and `waiting` are what `_status.html` takes, `note` is a few words."""

    title: str
    url: str
    status: str = ""
    waiting: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled list; `count` is the number of all, `rows` the first few, `empty` what stands there if there is none."""

    slug: str
    title: str
    count: int
    rows: Sequence[Row]
    url: str
    empty: str


Provider = Callable[[Person, Project], Panel | None]


def panels_of(person: Person, project: Project) -> list[Panel]:
    """Return the panels of the home page, in the order of the setting."""
    shown = (provider(person, project) for provider in _providers())
    return [panel for panel in shown if panel is not None]


def changed(person: Person, project: Project) -> Panel:
    """Return the plans of the project that changed last."""
    plans = Plan.objects.visible_to(person).bound_to(project).with_versions().order_by("-updated_at")
    rows = [
        Row(plan.name, reverse("plans:plan", args=[plan.slug]), note=plan.state_words, at=plan.updated_at)
        for plan in plans[:ROWS]
    ]
    count = len(rows) if len(rows) < ROWS else plans.count()
    empty = _("No plan is bound to this project yet.")
    return Panel("plans", _("Plans"), count, rows, reverse("plans:list"), empty)


@lru_cache(maxsize=1)
def _providers() -> tuple[Provider, ...]:
    paths: Sequence[str] = getattr(settings, "HOME_PANELS", ["plans.panels.changed"])
    return tuple(import_string(path) for path in paths)
