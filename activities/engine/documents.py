"""From the counts of a per-document step to its status (plan language 3, join policies)."""

from __future__ import annotations

from activities.engine.state import Documents, Phase
from plans.language.graph import FanOut


def reduce(fan_out: FanOut, documents: Documents) -> Phase | None:
    """Return the phase that the step has by its documents now, None while it must go on."""
    if too_many_failed(fan_out, documents):
        return Phase.FAILED
    if fan_out.join == "ANY_COMPLETED" and documents.completed:
        return Phase.COMPLETED
    if documents.settled < documents.total:
        return None
    if documents.total and documents.not_taken == documents.total:
        return Phase.NOT_TAKEN
    if fan_out.join == "ALL_COMPLETED" and documents.failed + documents.cancelled:
        return Phase.FAILED
    if documents.completed or not documents.settled:
        return Phase.COMPLETED
    if documents.failed or fan_out.join == "ANY_COMPLETED":
        return Phase.FAILED
    return Phase.SKIPPED if documents.skipped else Phase.COMPLETED


def too_many_failed(fan_out: FanOut, documents: Documents) -> bool:
    """Tell if more documents failed than the step tolerates."""
    if fan_out.max_failed is None:
        return False
    limit = fan_out.max_failed
    if fan_out.max_failed_percent:
        limit *= (documents.total - documents.not_taken) / 100
    return documents.failed > limit


def add(documents: Documents, more: Documents) -> Documents:
    """Return the counts with some more documents settled; `total` stays."""
    merged = dict(documents.actions)
    for action, count in more.actions:
        merged[action] = merged.get(action, 0) + count
    return Documents(
        total=documents.total,
        completed=documents.completed + more.completed,
        failed=documents.failed + more.failed,
        cancelled=documents.cancelled + more.cancelled,
        skipped=documents.skipped + more.skipped,
        not_taken=documents.not_taken + more.not_taken,
        actions=tuple(sorted(merged.items())),
    )
