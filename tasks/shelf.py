"""The documents beside a task: a page of them around the one that is shown, however many the activity has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from activities.models import ActivityDocument, DocumentFamily

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is within reach; `first` and `last` count from 1, `before` and `after` lead on, None at an end."""

    documents: Sequence[DocumentFamily] = ()
    chosen: DocumentFamily | None = None
    total: int = 0
    first: int = 0
    last: int = 0
    before: DocumentFamily | None = None
    after: DocumentFamily | None = None


def shelf(activity_id: UUID, wanted: str) -> Shelf:
    """Return the page with the wanted document, by its id; the first page for what is none of the activity's."""
    rows = ActivityDocument.objects.filter(activity=activity_id).order_by("position")
    total = rows.count()
    if not total:
        return Shelf()
    place = _place(activity_id, wanted)
    start = place - place % MOST
    begin = max(0, start - MOST)
    near = [row.document for row in rows.select_related("document")[begin : start + MOST + 1]]
    shown = near[start - begin : start - begin + MOST]
    return Shelf(
        documents=shown,
        chosen=shown[place - start],
        total=total,
        first=start + 1,
        last=start + len(shown),
        before=near[0] if begin < start else None,
        after=near[-1] if start + MOST < total else None,
    )


def _place(activity_id: UUID, wanted: str) -> int:
    """Return how many documents come before the wanted one, 0 if there is no such."""
    try:
        key = UUID(wanted)
    except ValueError:
        return 0
    rows = ActivityDocument.objects.filter(activity=activity_id)
    position = rows.filter(document=key).values_list("position", flat=True).first()
    return 0 if position is None else rows.filter(position__lt=position).count()
