"""After a failure: again, and when; or for good, and as what (plan language 2.2, onError and executionPolicy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plans.language.graph import RetryPolicy

MAX_DELAY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try once more after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further try: the step (or document) fails, is skipped, or completes with the default."""

    outcome: Literal["fail", "skip", "default"]


def after_failure(
    policy: RetryPolicy, *, failures: int, kind: str, retry_after: float | None = None
) -> TryAgain | GiveUp:
    """Judge the `failures`-th failure of a run. A system error is nobody's to catch."""
    if kind == "system":
        return GiveUp("fail")
    if failures < policy.max_attempts:
        return TryAgain(max(delay(policy, failures), min(retry_after or 0.0, MAX_DELAY_SECONDS)))
    match policy.exhausted:
        case "default":
            return GiveUp("default")
        case "skip":
            return GiveUp("skip")
        case _:
            return GiveUp("fail")


def delay(policy: RetryPolicy, failures: int) -> float:
    """Return the seconds to wait after the `failures`-th failure, at most an hour."""
    match policy.backoff:
        case "immediate":
            seconds = 0.0
        case "linear":
            seconds = policy.base_seconds * failures
        case _:
            seconds = policy.base_seconds * 2.0 ** min(failures - 1, 30)
    return min(seconds, MAX_DELAY_SECONDS)
