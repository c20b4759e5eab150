"""Real data of earlier runs, beside the fields of the plan editor; long values are cut, with a mark."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from activities import blobs
from activities.fields import Reference
from activities.models import Activity, ActivityDocument, Step, StepDocument
from plans.models import Person, Plan

Json = Any
NEWEST: Final = 10
LONGEST: Final = 64 * 1024
LARGEST_READ: Final = 1024 * 1024  # of what is kept as a blob: more is not read to show a part of it
DOCUMENTS_SHOWN: Final = 50
DEEPEST: Final = 40
MARK: Final = "…"


def runs_of(plan: Plan, person: Person) -> QuerySet[Activity]:
    """Return the plan's runs that the person may see, the newest first."""
    return Activity.objects.visible_to(person).listed().filter(plan=plan).order_by("-created_at")


def run_line(activity: Activity) -> dict[str, Json]:
    """Return a run as the editor lists it."""
    return {
        "id": str(activity.pk),
        "title": activity.title,
        "status": activity.status,
        "startedAt": activity.started_at or activity.created_at,
        "versionNumber": activity.version.number,
        "url": reverse("activities:activity", args=[activity.pk]),
    }


def run_data(activity: Activity) -> dict[str, Json]:
    """Return `{inputs, variables, documents: [names], steps: {slug: {status, action, result, error, documents?}}}`."""
    names = ActivityDocument.objects.filter(activity=activity).order_by("position")
    rows = list(Step.objects.filter(activity=activity).order_by("position"))
    documents = _documents(activity)
    return {
        "inputs": cut(activity.inputs),
        "variables": cut(activity.variables),
        "documents": list(names.values_list("document__name", flat=True)),
        "steps": {row.slug: _step(activity, row, documents.get(row.pk)) for row in rows},
    }


def cut(value: Json, *, longest: int = LONGEST) -> Json:
    """Return the value, or as much of it as fits into so many characters of JSON; a mark stands for what went."""
    if len(json.dumps(value, ensure_ascii=False)) <= longest:
        return value
    return _Cutter(longest).cut(value, 0)


class _Cutter:
    """Copies a value until its room is used up."""

    def __init__(self, room: int) -> None:
        self.room = room

    def cut(self, value: Json, depth: int) -> Json:
        match value:
            case str():
                return self._text(value)
            case dict() if depth < DEEPEST:
                return self._object(value, depth)
            case list() if depth < DEEPEST:
                return self._list(value, depth)
            case dict() | list():
                return MARK
            case _:
                self.room -= len(json.dumps(value)) + 1
                return value

    def _text(self, text: str) -> str:
        room, self.room = max(0, self.room), self.room - len(text) - 3
        return (
            text if len(text) <= room else text[:room] + _("… (cut, of %(n)d characters)") % {"n": len(text)}
        )

    def _object(self, value: Mapping[str, Json], depth: int) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for number, (key, item) in enumerate(value.items()):
            if self.room <= 0:
                found[MARK] = _("cut: %(n)d more keys") % {"n": len(value) - number}
                break
            self.room -= len(key) + 4
            found[key] = self.cut(item, depth + 1)
        return found

    def _list(self, value: list[Json], depth: int) -> list[Json]:
        found: list[Json] = []
        for number, item in enumerate(value):
            if self.room <= 0:
                found.append(_("… (cut: %(n)d more)") % {"n": len(value) - number})
                break
            self.room -= 2
            found.append(self.cut(item, depth + 1))
        return found


def _step(activity: Activity, row: Step, documents: dict[str, Json] | None) -> dict[str, Json]:
    shown = _outcome(activity, row)
    if documents is None:
        return shown
    results = {name: each["result"] for name, each in documents.items() if each["status"] == "COMPLETED"}
    return shown | {"result": cut({"documents": results}), "documents": documents}


def _documents(activity: Activity) -> dict[int, dict[str, Json]]:
    """Return by step what its first documents gave."""
    shown = StepDocument.objects.filter(step__activity=activity, position__lt=DOCUMENTS_SHOWN)
    found: dict[int, dict[str, Json]] = {}
    for row in shown.select_related("document").order_by("step_id", "position"):
        found.setdefault(row.step_id, {})[row.document.name] = _outcome(activity, row)
    return found


def _outcome(activity: Activity, row: Step | StepDocument) -> dict[str, Json]:
    result = row.result
    if isinstance(result, Reference) and result.size > LARGEST_READ:
        result = _("… (cut: %(n)d bytes)") % {"n": result.size}
    else:
        result = cut(blobs.value_of(activity.organization_id, result))
    return {"status": row.status, "action": row.action, "result": result, "error": row.error}
