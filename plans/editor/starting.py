"""New plans: from nothing, from one of the starter plans, or from another plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from plans.errors import NotFound
from plans.language.source import parse_source
from plans.language.spellings import read, write
from plans.models import Organization, Person, Plan
from plans.notation import notation_of
from plans.services.plans import NEW, Saved, save_plan, version_of
from plans.source_patch import patched

FOLDER: Final = Path(__file__).resolve().parent.parent / "starters"


@dataclass(frozen=True, slots=True)
class Starter:
    """A plan to begin with; it is sound in any organization, and carries its own test cases."""

    slug: str
    name: str
    description: str
    steps: int
    text: str


@lru_cache(maxsize=1)
def starters() -> tuple[Starter, ...]:
    """Return the starter plans, by name."""
    found = [_starter(file) for file in FOLDER.glob("*.yaml")]
    return tuple(sorted(found, key=lambda starter: starter.name))


def start_blank(organization: Organization, *, slug: str, name: str, by: Person) -> Saved:
    """Make a plan without a step; raise Conflict where its slug is taken."""
    document = {"slug": slug, "name": name, "steps": []}
    return save_plan(organization, document, by=by, note=_("New plan"), expected=NEW)


def start_from_starter(
    organization: Organization, starter: str, *, slug: str, name: str, by: Person
) -> Saved:
    """Make a copy of a starter plan, comments and test cases included; raise NotFound, Conflict."""
    found = next((each for each in starters() if each.slug == starter), None)
    if found is None:
        raise NotFound(_('there is no template "%(slug)s"') % {"slug": starter})
    document: Any = parse_source(found.text, filename="plan.yaml")
    note = _("New plan from template %(name)s") % {"name": found.name}
    return _copy(organization, document, found.text, slug=slug, name=name, note=note, by=by)


def start_from_plan(organization: Organization, plan: Plan, *, slug: str, name: str, by: Person) -> Saved:
    """Make a copy of the newest version of another plan, with its text; raise Conflict."""
    version = version_of(plan, None)
    note = _("New plan from %(name)s") % {"name": plan.name}
    return _copy(organization, version.document(), version.source, slug=slug, name=name, note=note, by=by)


def _copy(
    organization: Organization,
    document: dict[str, Any],
    text: str,
    *,
    slug: str,
    name: str,
    note: str,
    by: Person,
) -> Saved:
    copied = {**write(read(document)[0]), "slug": slug, "name": name}
    source = patched(text, copied, notation_of(text)).text if text else ""
    return save_plan(organization, copied, by=by, source=source, note=note, expected=NEW)


def _starter(file: Path) -> Starter:
    text = file.read_text(encoding="utf-8")
    plan, _findings = read(parse_source(text, filename=file.name))
    return Starter(plan.slug, plan.name, plan.description or "", len(plan.steps), text)
