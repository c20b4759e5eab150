"""Which steps and edges of a plan a trial went along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from activities.models import Activity, Step, StepDocument

Json = Any
_RAN: Final = frozenset({"RUNNING", "COMPLETED", "FAILED"})


def edge_id(edge: Mapping[str, Json]) -> str:
    """Return the name of an edge, as the canvas has it: `from[?][:action]>to`."""
    action = f":{edge['action']}" if edge["action"] is not None else ""
    return f"{edge['from']}{'?' if edge['await'] else ''}{action}>{edge['to']}"


def covered(activity: Activity | None, edges: Iterable[Mapping[str, Json]]) -> dict[str, list[str]]:
    """Return `{steps, edges}`: the steps that ran, and the edges along which they came to run.

    An edge with an action counts only where its source ended with that action, one without it also where its source
    was skipped.
    """
    if activity is None:
        return {"steps": [], "edges": []}
    rows = {row.slug: row for row in Step.objects.filter(activity=activity).order_by("position")}
    ended = {slug: {row.action} for slug, row in rows.items()}
    documents = StepDocument.objects.filter(step__activity=activity, status="COMPLETED", action__isnull=False)
    for slug, action in documents.values_list("step__slug", "action").distinct():
        ended[slug].add(action)
    ran = [slug for slug, row in rows.items() if row.status in _RAN and row.started_at is not None]
    return {"steps": ran, "edges": [edge_id(e) for e in edges if e["to"] in ran and _went(e, rows, ended)]}


def together(parts: Iterable[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    """Return what several trials covered together, in the order in which it was come by."""
    every = list(parts)
    return {
        key: list(dict.fromkeys(name for part in every for name in part[key])) for key in ("steps", "edges")
    }


def _went(edge: Mapping[str, Json], rows: Mapping[str, Step], ended: Mapping[str, set[str | None]]) -> bool:
    source = rows[edge["from"]]
    if edge["action"] is not None:
        return edge["action"] in ended[source.slug]
    return source.status in ("COMPLETED", "SKIPPED")
