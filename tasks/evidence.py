"""What came before a task, for the eye: the results of the steps upstream as facts and tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from activities import blobs
from activities.models import Step, StepDocument
from tasks.definitions import definition_of, words
from tasks.forms import labels
from tasks.models import Task
from tasks.upstream import upstream

Json = Any
MOST_STEPS: Final = 12
MOST_DOCUMENTS: Final = 50
MOST_FACTS: Final = 40
MOST_COLUMNS: Final = 8
# What a script says to the engine, not to a reader.
FOR_THE_ENGINE: Final = frozenset({"action", "taskProperties", "badges", "nextActivity", "nextActivities"})
LONG: Final = 240
LONGEST: Final = 20_000
NOTHING: Final = "\u2013"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value as text; `long` ones are folded away."""

    label: str
    text: str
    long: bool = False
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One row a document: its name, then a fact a column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Fact, ...]], ...]
    more: int = 0  # documents that are not shown


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one step found out."""

    slug: str
    name: str
    kind: str
    action: str
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    task: Task | None = None


def evidence(task: Task) -> list[Evidence]:
    """Return what the completed steps before the task's step gave, the nearest first; a constant number of queries."""
    order = upstream(task.activity.version_id, task.step_slug)[:MOST_STEPS]
    steps = Step.objects.filter(activity=task.activity_id, slug__in=order, status="COMPLETED")
    rows = {
        step.slug: step for step in steps.only("slug", "name", "kind", "action", "result", "documents_total")
    }
    organization_id = task.activity.organization_id
    whole = blobs.resolved(organization_id, {slug: step.result for slug, step in rows.items()})
    for slug, step in rows.items():
        step.result = whole[slug]
    fanned = [step for step in rows.values() if step.documents_total]
    tables = _tables(fanned, organization_id)
    human = Task.objects.filter(activity=task.activity_id, step_slug__in=list(rows), status=Task.Status.DONE)
    tasks = {row.step_slug: row for row in human.select_related("done_by").order_by("run")}
    shown = [
        _of_step(rows[slug], tables.get(rows[slug].pk), tasks.get(slug)) for slug in order if slug in rows
    ]
    return [item for item in shown if item.facts or item.table or item.task]


def facts_of(values: Mapping[str, Json], named: Mapping[str, str] | None = None) -> tuple[Fact, ...]:
    """Return a JSON object as facts; objects inside are opened one level."""
    known = named or {}
    found: list[Fact] = []
    for name, value in values.items():
        label = known.get(name) or words(_spaced(name))
        if isinstance(value, Mapping) and value:
            found += [_fact(f"{label}: {words(_spaced(part))}", item) for part, item in value.items()]
        else:
            found.append(_fact(label, value))
    return tuple(found[:MOST_FACTS])


def _tables(steps: Sequence[Step], organization_id: int) -> dict[int, Table]:
    if not steps:
        return {}
    documents = StepDocument.objects.filter(step__in=steps, position__lt=MOST_DOCUMENTS)
    by_step: dict[int, list[tuple[str, Json]]] = {}
    for step, name, status, result in documents.order_by("step", "position").values_list(
        "step", "document__name", "status", "result"
    ):
        whole = blobs.value_of(organization_id, result)
        shown = whole if status == "COMPLETED" else {"": status.replace("_", " ").lower()}
        by_step.setdefault(step, []).append((name, shown))
    totals = {step.pk: step.documents_total for step in steps}
    return {step: _table(rows, totals[step]) for step, rows in by_step.items()}


def _table(rows: Sequence[tuple[str, Json]], total: int) -> Table:
    names: dict[str, None] = {}
    for _name, result in rows:
        names |= dict.fromkeys(result if isinstance(result, Mapping) else [""])
    columns = list(names)[:MOST_COLUMNS]
    lines = []
    for name, result in rows:
        values = result if isinstance(result, Mapping) else {"": result}
        lines.append((name, tuple(_fact(column, values.get(column)) for column in columns)))
    titles = tuple(words(_spaced(column)) or _("Result") for column in columns)
    return Table(titles, tuple(lines), more=max(0, total - len(rows)))


def _of_step(step: Step, table: Table | None, task: Task | None) -> Evidence:
    result = step.result if isinstance(step.result, Mapping) else {}
    values = dict(result) if step.result is None or result else {_("result"): step.result}
    named: Mapping[str, str] = {}
    if task is not None and not task.is_approval:
        named, values = labels(definition_of(task.definition).form), dict(task.data)
    if task is not None and task.is_approval:
        values = {}
    values = {key: value for key, value in values.items() if key not in FOR_THE_ENGINE}
    return Evidence(
        slug=step.slug,
        name=step.name or words(step.slug),
        kind=step.kind,
        action=step.action or "",
        facts=() if table else facts_of(values, named),
        table=table,
        task=task,
    )


def _fact(label: str, value: Json) -> Fact:
    text = _text(value)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return Fact(label, text[:LONGEST], long=len(text) > LONG or text.count("\n") > 3, numeric=numeric)


def _text(value: Json) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(map(str, value)) or NOTHING
    return json.dumps(value, ensure_ascii=False, indent=2)


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
