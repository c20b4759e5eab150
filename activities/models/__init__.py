"""Models of machine run time."""

from __future__ import annotations

from activities.models.bridges import BridgeMemory, BridgePace
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
    "BridgeMemory",
    "BridgePace",
    "DocumentFamily",
    "DocumentStore",
    "Event",
    "Outbox",
    "Step",
    "StepDocument",
    "Timer",
]
