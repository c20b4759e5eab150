"""Facts about an activity, past tense, each with the instant `at` which it became known.

A field marked `payload` (a result, an error, logs) goes into the step's row; the log keeps a digest of it, so that
what people entered can be erased and the log still folds to the same state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

Json = Any


def payload(default: Json = None) -> Any:
    """Declare a field that the log keeps a digest of."""
    return field(default=default, metadata={"payload": True}, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityStarted:
    """The activity may run."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEvaluated:
    """Somebody evaluated skipIf, condition and input of a step. `run` fences off verdicts of an earlier run."""

    at: datetime
    step: str
    run: int
    verdict: Literal["run", "skip", "not_taken", "needs", "fail"]
    needs: tuple[str, ...] = ()
    reason: str = payload("")
    input: Json = payload()
    error: Json = payload()
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A worker claimed a queued step; `attempt` is the new fencing number, `run` fences off work on an older copy."""

    at: datetime
    step: str
    attempt: int
    run: int | None = None  # None: not said, by logs of old


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWaiting:
    """The step waits; a worker no longer holds it."""

    at: datetime
    step: str
    attempt: int
    on: str
    until: datetime | None = None
    result: Json = payload()  # what a timer completes it with
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDeferred:
    """There was no room for the step: its worker gave it back, and it counts neither as a try nor as a failure."""

    at: datetime
    step: str
    attempt: int
    on: str
    until: datetime  # it is looked at again then, if nobody has called it before
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted:
    """The step is done, perhaps with an action. Welcome from running and from waiting."""

    at: datetime
    step: str
    attempt: int
    action: str | None = None
    result: Json = payload()
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed:
    """The step failed. Only business failures and timeouts are for retries and onError."""

    at: datetime
    step: str
    attempt: int
    kind: Literal["business", "system", "timeout"]
    retry_after: float | None = None
    error: Json = payload()
    result: Json = payload()
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """The step found, while it ran, that it need not."""

    at: datetime
    step: str
    attempt: int
    reason: str = payload("")
    logs: Sequence[Mapping[str, str]] = payload(())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLost:
    """The worker that held the step gave no sign of life for a lease."""

    at: datetime
    step: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsOpened:
    """A per-document step has its documents; those that an upstream step did not let through are not taken."""

    at: datetime
    step: str
    attempt: int
    total: int
    not_taken: int = 0
    kept_completed: int = 0  # of an earlier run, kept by a retry
    kept_skipped: int = 0
    kept_actions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsSettled:
    """Some documents of a step came to an end: how many, and with which actions."""

    at: datetime
    step: str
    attempt: int
    after: int | None = (
        None  # so many had come to an end before: a doubled batch does not fit. None: not said
    )
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    not_taken: int = 0
    actions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """An instant has come that the activity asked for."""

    at: datetime
    step: str
    attempt: int
    kind: Literal["backoff", "slot", "timeout", "wake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequested:
    """A person wants nothing new to start."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequested:
    """A person lets it go on."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """A person ends the activity."""

    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequested:
    """A person wants failed and cancelled steps tried again: those named, or all."""

    at: datetime
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunRequested:
    """A person wants a settled step, and all after it, done again."""

    at: datetime
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRequested:
    """An operator passes over a failed step."""

    at: datetime
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputEvaluated:
    """The value of the plan's output is known, and with it how the activity ends."""

    at: datetime
    status: Literal["COMPLETED", "FAILED", "CANCELLED"]
    outcome: Literal["success", "skipped", "failed"]
    output: Json = payload()
    error: Json = payload()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNamed:
    """The activity has another title, and a description if it had none. No step moves, whatever its status."""

    at: datetime
    title: str = payload("")
    description: str = payload("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A fresh activity took over."""

    at: datetime
    successor: str


Event = (
    ActivityStarted
    | GuardEvaluated
    | StepStarted
    | StepWaiting
    | StepDeferred
    | StepCompleted
    | StepFailed
    | StepLost
    | StepSkipped
    | DocumentsOpened
    | DocumentsSettled
    | TimerFired
    | PauseRequested
    | ResumeRequested
    | CancelRequested
    | RetryRequested
    | RerunRequested
    | SkipRequested
    | OutputEvaluated
    | ActivityNamed
    | Replanned
)

TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__args__}


def to_record(event: Event) -> dict[str, Json]:
    """Return the event's fields as plain JSON, payloads as digests; `at` and `step` have columns of their own."""
    record: dict[str, Json] = {}
    for known in fields(event):
        value = getattr(event, known.name)
        if known.name in {"at", "step"} or value == known.default:
            continue
        if known.metadata.get("payload"):
            record[known.name] = {"digest": digest(value)}
        elif isinstance(value, datetime):
            record[known.name] = value.isoformat()
        else:
            record[known.name] = value
    return record


def from_record(kind: str, *, at: datetime, step: str, data: Mapping[str, Json]) -> Event:
    """Rebuild an event from the log, without its payloads; raise KeyError for an unknown type."""
    cls = TYPES[kind]
    values: dict[str, Json] = {"at": at}
    for known in fields(cls):
        if known.name == "step":
            values["step"] = step
        elif known.name in data and not known.metadata.get("payload"):
            values[known.name] = _typed(known.name, data[known.name])
    return cls(**values)


def digest(value: Json) -> str:
    """Return the SHA-256 of the value's compact JSON."""
    return hashlib.sha256(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _typed(name: str, value: Json) -> Json:
    if name == "until":
        return datetime.fromisoformat(value)
    if name in {"actions", "kept_actions"}:
        return tuple((action, count) for action, count in value)
    return tuple(value) if isinstance(value, list) else value
