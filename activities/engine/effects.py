"""What the rules ask of the shell: requests, imperative, each with a name that makes a doubled one harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EvaluateGuard:
    """Evaluate skipIf, condition and input of a step, then record GuardEvaluated."""

    position: int


@dataclass(frozen=True, slots=True)
class RunStep:
    """Have a worker claim the step."""

    position: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Record TimerFired when the time has come."""

    position: int
    kind: str
    attempt: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CloseWork:
    """Withdraw the task or request that the step waits for."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunDocuments:
    """Let workers take the step's documents."""

    position: int


@dataclass(frozen=True, slots=True)
class CancelDocuments:
    """Settle as cancelled what has not begun; what runs is stopped."""

    position: int


@dataclass(frozen=True, slots=True)
class ResetDocuments:
    """Put the step's documents back to the start, completed and skipped ones too unless they are kept."""

    position: int
    keep_completed: bool


@dataclass(frozen=True, slots=True)
class EvaluateOutput:
    """Evaluate the plan's output, then record OutputEvaluated."""


@dataclass(frozen=True, slots=True)
class FinishActivity:
    """Tell whom it concerns that the activity has ended."""

    status: str


Effect = (
    EvaluateGuard
    | RunStep
    | SetTimer
    | CloseWork
    | RunDocuments
    | CancelDocuments
    | ResetDocuments
    | EvaluateOutput
    | FinishActivity
)
