"""Models of machine run time."""

from __future__ import annotations

from activities.models.bridges import BridgeMemory, BridgePace
from activities.models.children import Child, ChildGroup
from activities.models.documents import DocumentFamily, DocumentStore
from activities.models.model_uses import AgentTurn, ModelUse
from activities.models.runs import (
    Activity,
    ActivityDocument,
    Attempt,
    Blob,
    BlobUse,
    Event,
    Outbox,
    Step,
    StepDocument,
    Timer,
)

__all__ = [
    "Activity",
    "ActivityDocument",
    "AgentTurn",
    "Attempt",
    "Blob",
    "BlobUse",
    "BridgeMemory",
    "BridgePace",
    "Child",
    "ChildGroup",
    "DocumentFamily",
    "DocumentStore",
    "Event",
    "ModelUse",
    "Outbox",
    "Step",
    "StepDocument",
    "Timer",
]
