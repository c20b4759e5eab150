"""What all fixes are made of: edits, places in the document, names that are free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, Final, TypeAlias

from plans.language.finding import Finding
from plans.language.findings import Catalog
from plans.language.findings.subject import Subject
from plans.language.merge import same
from plans.language.schema import Plan, StepBase
from plans.language.spellings import write

Path: TypeAlias = tuple[str | int, ...]
ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Edit:
    """Put a value at a path from the root of the document; ABSENT: remove what is there."""

    path: Path
    value: Any = ABSENT

    def as_dict(self) -> dict[str, Any]:
        """Give the wire form; without `value` it is a removal."""
        out: dict[str, Any] = {"path": list(self.path)}
        return out if self.value is ABSENT else {**out, "value": self.value}


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to put a finding right: edits to be made in order, and a sentence that says what they do."""

    title: str
    edits: tuple[Edit, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the wire form."""
        return {"title": self.title, "edits": [edit.as_dict() for edit in self.edits]}


@dataclass(frozen=True)
class Fixing:
    """A plan with its document, in which places are looked up."""

    plan: Plan
    document: dict[str, Any]
    catalog: Catalog

    @cached_property
    def subject(self) -> Subject:
        """The plan as the checks see it."""
        return Subject(self.plan, self.catalog)

    @cached_property
    def steps(self) -> list[Any]:
        """The entries of `steps`, those that cannot be read too."""
        steps = self.document.get("steps")
        return steps if isinstance(steps, list) else []

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where in the document the steps of a slug stand; twins have several places."""
        found: dict[str, list[int]] = {}
        for place, step in enumerate(self.steps):
            if isinstance(step, dict):
                slug = step.get("slug") or step.get("id")
                if isinstance(slug, str):
                    found.setdefault(slug, []).append(place)
        return found

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        """All slugs of steps, in plan order."""
        return tuple(self.positions)

    def step(self, finding: Finding) -> StepBase | None:
        """The step that a finding is about, if it could be read."""
        return self.subject.by_slug.get(finding.step) if finding.step is not None else None

    def root(self, finding: Finding) -> Path | None:
        """The path of what a finding is about: a step, or the plan; None where it is not in the document."""
        if finding.step is None:
            return ()
        places = self.positions.get(finding.step)
        return ("steps", places[0]) if places else None

    def path(self, finding: Finding) -> Path | None:
        """The path of the field of a finding; None where there is no such place."""
        root = self.root(finding)
        if root is None or not finding.field:
            return root
        inner = _locate(self.at(root), finding.field)
        return None if inner is None else (*root, *inner)

    def at(self, path: Path) -> Any:
        """What stands at a path; ABSENT where nothing does."""
        here: Any = self.document
        for key in path:
            if isinstance(here, dict):
                here = here.get(key, ABSENT)
            elif isinstance(here, list) and isinstance(key, int):
                here = here[key] if key < len(here) else ABSENT
            else:
                return ABSENT
        return here

    def found(self, finding: Finding) -> tuple[Path, Any]:
        """The path of the field of a finding, and what stands there; ((), ABSENT) where nothing does."""
        path = self.path(finding) if finding.field else None
        return (path, self.at(path)) if path else ((), ABSENT)

    def changed(self, plan: Plan, title: str) -> Fix:
        """Make a fix of a whole new plan: the parts that differ are put in place of the old ones."""
        return Fix(title, tuple(_differences(self.document, write(plan))))


Fixer: TypeAlias = Callable[[Fixing, Finding, int], Iterable[Fix]]


def put(title: str, path: Path, value: Any) -> Fix:
    """Put one value."""
    return Fix(title, (Edit(path, value),))


def drop(path: Path, title: str = "") -> Fix:
    """Remove one key or entry."""
    name = path[-1] if path and isinstance(path[-1], str) else "it"
    return Fix(title or f"Remove {name}", (Edit(path),))


def free(name: str, taken: Collection[str]) -> str:
    """Number a name until nobody has it."""
    return next(each for number in count(2) if (each := f"{name}-{number}") not in taken)


def without(entries: Sequence[Any], place: int) -> list[Any]:
    """Leave one entry out."""
    return [entry for index, entry in enumerate(entries) if index != place]


def _locate(value: Any, field: str) -> Path | None:
    """Follow a wire path (`config.requestPath.a.b[0]`) through a value; keys may hold dots themselves."""
    if not field:
        return ()
    if isinstance(value, list):
        number, bracket, rest = field.removeprefix("[").partition("]")
        if not (field.startswith("[") and bracket and number.isdecimal()) or int(number) >= len(value):
            return None
        inner = _locate(value[int(number)], rest.removeprefix("."))
        return None if inner is None else (int(number), *inner)
    if not isinstance(value, dict):
        return None
    for key in sorted((key for key in value if field.startswith(key)), key=len, reverse=True):
        rest = field[len(key) :]
        if rest == "" or rest[0] in ".[":
            inner = _locate(value[key], rest.removeprefix("."))
            if inner is not None:
                return (key, *inner)
    head, _, rest = field.partition(".")
    # The last key may be the one that is missing.
    return (head,) if not rest and "[" not in head else None


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Edit]:
    for key in before.keys() - after.keys():
        yield Edit((key,))
    for key, value in after.items():
        old = before.get(key, ABSENT)
        if key == "steps" and isinstance(old, list) and len(old) == len(value):
            for place, step in enumerate(value):
                if not same(old[place], step):
                    yield Edit((key, place), step)
        elif not same(old, value):
            yield Edit((key,), value)
