"""Models of machine run time."""

from __future__ import annotations

from activities.models.documents import DocumentFamily, DocumentStore
from activities.models.runs import (
    Activity,
    ActivityDocument,
    Attempt,
    Blob,
    Event,
    Outbox,
    Step,
    StepDocument,
    Timer,
)

__all__ = [
    "Activity",
    "ActivityDocument",
    "Attempt",
    "Blob",
    "DocumentFamily",
    "DocumentStore",
    "Event",
    "Outbox",
    "Step",
    "StepDocument",
    "Timer",
]
