"""Everything that a browser may receive about an activity, as types; camelCase on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer
from pydantic.alias_generators import to_camel


class Message(BaseModel):
    """What all messages have in common."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Documents(Message):
    """How far a fan-out is."""

    total: int
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    not_taken: int = 0


class StepView(Message):
    """A step as the graph shows it. `blocked`: pending, downstream of a failure."""

    slug: str
    name: str
    kind: str
    line: str = ""
    status: str
    action: str | None = None
    waiting_on: str | None = None
    blocked: bool = False
    attempt: int = 0
    run: int = 1
    started_at: str | None = None
    finished_at: str | None = None
    error: dict[str, Any] | None = None
    documents: Documents | None = None


class ActivityView(Message):
    """The head of an activity."""

    id: str
    title: str
    status: str
    plan_slug: str
    plan_name: str
    plan_version: int
    started_by: str | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    error: dict[str, Any] | None = None
    badges: list[dict[str, str]] = Field(default_factory=list)


class ActivityMoved(Message):
    """What an event changed in the head."""

    status: str
    finished_at: str | None = None
    error: dict[str, Any] | None = None
    badges: list[dict[str, str]] = Field(default_factory=list)
    title: str | None = None  # None: not said, by events of old; it is left out then

    @model_serializer(mode="wrap")
    def _without_nothing(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        shown: dict[str, Any] = told(self)
        if self.title is None:
            del shown["title"]
        return shown


class Actor(Message):
    """The person behind an event."""

    id: int
    name: str


class Snapshot(Message):
    """The whole view at one sequence number; later events fold into it."""

    kind: Literal["snapshot"] = "snapshot"
    seq: int
    activity: ActivityView
    steps: list[StepView]


class EventMessage(Message):
    """One event: what it was in words, and the fields that it changed (partial StepViews, by slug)."""

    kind: Literal["event"] = "event"
    seq: int
    at: str
    type: str
    step: str | None = None
    actor: Actor | None = None
    text: str
    activity: ActivityMoved | None = None
    steps: list[dict[str, Any]] = Field(default_factory=list)


class Heartbeat(Message):
    """A sign of life with the sequence number that the database knows."""

    kind: Literal["heartbeat"] = "heartbeat"
    seq: int
    at: str


LiveMessage = Annotated[Snapshot | EventMessage | Heartbeat, Field(discriminator="kind")]


def wire(message: Message) -> dict[str, Any]:
    """Return the message as plain JSON."""
    return message.model_dump(mode="json", by_alias=True)
