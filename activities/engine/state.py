"""Statuses and the state of an activity, as one frozen value that packs into a few bytes a step.

Rule 1: a step's phase is the whole truth about where it stands; its public status is derived from it.
Rule 2: what most steps never need (attempts beyond the first, runs, counters, waits) is kept apart, for few.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Final


class Phase(IntEnum):
    """Where a step stands. The numbers are stored: never renumber."""

    PENDING = 0  # start, retry, rerun -> guarding, queued, skipped, not taken, cancelled
    GUARDING = 1  # pending -> queued, skipped, not taken, failed, pending (a lazy reference must wait)
    QUEUED = 2  # pending, guarding, backoff, lost -> running
    RUNNING = 3  # queued -> waiting, backoff (failed, no room), queued (lost), completed, skipped, failed, cancelled
    WAITING = 4  # running -> completed, skipped, failed, cancelled, backoff
    BACKOFF = 5  # running, waiting -> queued
    COMPLETED = 6  # running, waiting -> pending (rerun)
    SKIPPED = 7  # pending, guarding, running, waiting, failed (operator) -> pending (rerun)
    NOT_TAKEN = 8  # pending, guarding -> pending (rerun)
    FAILED = 9  # guarding, running, waiting -> pending (retry), skipped (operator)
    CANCELLED = 10  # pending … backoff -> pending (retry)


class ActivityStatus(StrEnum):
    """The life of an activity."""

    PENDING = "PENDING"  # created -> running
    RUNNING = "RUNNING"  # pending, paused, failed (retry), cancelled (retry), completed (rerun)
    PAUSED = "PAUSED"  # running -> running, cancelled
    COMPLETED = "COMPLETED"  # running -> running (rerun), replanned
    FAILED = "FAILED"  # running -> running (retry), replanned
    CANCELLED = "CANCELLED"  # pending, running, paused -> running (retry), replanned
    REPLANNED = "REPLANNED"  # any -> stays


PUBLIC_STATUS: Final = {
    Phase.PENDING: "PENDING",
    Phase.GUARDING: "PENDING",
    Phase.QUEUED: "PENDING",
    Phase.RUNNING: "RUNNING",
    Phase.WAITING: "RUNNING",
    Phase.BACKOFF: "PENDING",
    Phase.COMPLETED: "COMPLETED",
    Phase.SKIPPED: "SKIPPED",
    Phase.NOT_TAKEN: "NOT_TAKEN",
    Phase.FAILED: "FAILED",
    Phase.CANCELLED: "CANCELLED",
}
ACTIVE: Final = frozenset({Phase.GUARDING, Phase.QUEUED, Phase.RUNNING, Phase.WAITING, Phase.BACKOFF})
SETTLED: Final = frozenset({Phase.COMPLETED, Phase.SKIPPED, Phase.NOT_TAKEN})
TERMINAL: Final = SETTLED | {Phase.FAILED, Phase.CANCELLED}
ENDED: Final = frozenset(
    {ActivityStatus.COMPLETED, ActivityStatus.FAILED, ActivityStatus.CANCELLED, ActivityStatus.REPLANNED}
)

NO_ACTION: Final = 0
OTHER_ACTION: Final = 255  # an action that the step does not declare; its text is in the extras
FORMAT: Final = 1
_HEADER: Final = struct.Struct("<BBI")
_STATUS_NUMBERS: Final = {status: number for number, status in enumerate(ActivityStatus)}
_STATUSES: Final = tuple(ActivityStatus)


@dataclass(frozen=True, slots=True)
class Documents:
    """Counts of a per-document step; `actions` counts the documents that completed with each action."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    not_taken: int = 0
    actions: tuple[tuple[str, int], ...] = ()

    @property
    def settled(self) -> int:
        """How many documents have come to an end."""
        return self.completed + self.failed + self.cancelled + self.skipped + self.not_taken


@dataclass(frozen=True, slots=True)
class Extra:
    """What few steps need beside phase and action. The defaults stand for a step that was claimed at most once."""

    attempt: int = 0  # claims of this step, over all runs: the fencing number
    run: int = 1  # raised by a person's retry or rerun
    failures: int = 0  # in this run, of the step's own doing
    losses: int = 0  # in a row: workers that died
    needs: tuple[int, ...] = ()  # steps that a lazy reference must wait for
    action: str = ""  # with OTHER_ACTION
    documents: Documents | None = None


PLAIN: Final = Extra()
CLAIMED_ONCE: Final = Extra(attempt=1)


@dataclass(frozen=True, slots=True)
class ActivityState:
    """The state of an activity: one byte of phase and one of action for each step, and the extras of few."""

    status: ActivityStatus
    phases: bytes
    actions: bytes
    extras: Mapping[int, Extra] = field(default_factory=dict)

    def phase(self, position: int) -> Phase:
        """Return where the step stands."""
        return Phase(self.phases[position])

    def extra(self, position: int) -> Extra:
        """Return the step's extras; a step that was claimed and has none was claimed once."""
        known = self.extras.get(position)
        if known is not None:
            return known
        return CLAIMED_ONCE if self.phases[position] in _CLAIMED else PLAIN


_CLAIMED: Final = frozenset({Phase.RUNNING, Phase.WAITING, Phase.COMPLETED, Phase.FAILED})


def fresh(steps: int) -> ActivityState:
    """Return the state of an activity that has not begun."""
    return ActivityState(ActivityStatus.PENDING, bytes(steps), bytes(steps))


def pack(state: ActivityState) -> bytes:
    """Write the state: header, phases, actions and the extras as JSON; squeezed, for most steps are alike."""
    extras = {str(position): _extra_fields(extra) for position, extra in sorted(state.extras.items())}
    body = (
        state.phases + state.actions + (json.dumps(extras, separators=(",", ":")).encode() if extras else b"")
    )
    return _HEADER.pack(FORMAT, _STATUS_NUMBERS[state.status], len(state.phases)) + zlib.compress(body, 1)


def unpack(packed: bytes | memoryview) -> ActivityState:
    """Read what `pack` wrote; raise ValueError for another format."""
    number, status, steps = _HEADER.unpack_from(packed)
    if number != FORMAT:
        raise ValueError(f"activity state has format {number}; this version reads format {FORMAT}")
    body = zlib.decompress(packed[_HEADER.size :])
    extras = json.loads(body[2 * steps :]) if len(body) > 2 * steps else {}
    return ActivityState(
        status=_STATUSES[status],
        phases=body[:steps],
        actions=body[steps : 2 * steps],
        extras={int(position): _extra(fields) for position, fields in extras.items()},
    )


def with_extra(extras: dict[int, Extra], position: int, extra: Extra, *, phase: int) -> None:
    """Keep `extra`, unless it is what `ActivityState.extra` assumes for the phase anyway."""
    assumed = CLAIMED_ONCE if phase in _CLAIMED else PLAIN
    if extra == assumed:
        extras.pop(position, None)
    else:
        extras[position] = extra


def _extra_fields(extra: Extra) -> list[object]:
    documents = extra.documents
    counts = (
        None
        if documents is None
        else [documents.total, documents.completed, documents.failed, documents.cancelled, documents.skipped,
              documents.not_taken, [list(pair) for pair in documents.actions]]
    )  # fmt: skip
    return [extra.attempt, extra.run, extra.failures, extra.losses, list(extra.needs), extra.action, counts]


def _extra(fields: list) -> Extra:  # type: ignore[type-arg]  # as written by _extra_fields
    attempt, run, failures, losses, needs, action, counts = fields
    documents = None
    if counts is not None:
        total, completed, failed, cancelled, skipped, not_taken, ended_with = counts
        by_action = tuple((name, count) for name, count in ended_with)
        documents = Documents(total, completed, failed, cancelled, skipped, not_taken, by_action)
    return Extra(attempt, run, failures, losses, tuple(needs), action, documents)


__all__ = [
    "ACTIVE",
    "ENDED",
    "NO_ACTION",
    "OTHER_ACTION",
    "PUBLIC_STATUS",
    "SETTLED",
    "TERMINAL",
    "ActivityState",
    "ActivityStatus",
    "Documents",
    "Extra",
    "Phase",
    "fresh",
    "pack",
    "replace",
    "unpack",
    "with_extra",
]
