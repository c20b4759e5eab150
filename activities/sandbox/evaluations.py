"""Evaluates JSONata from the parent's side; a batch survives the expression that has to be killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from activities.sandbox.frames import Frame, PipeClosed, PipeTimeout, read_json
from activities.sandbox.outcomes import Evaluation, Verdict, error_of
from activities.sandbox.pool import pool
from activities.sandbox.workers import Worker
from plans.language.expressions import NO_RESULT
from plans.language.expressions.fast import DECLINED, decide

# The child stops an expression by an alarm; a call that does not hear it is killed this much later.
_GRACE_SECONDS: Final = 0.5
NOT_REACHED: Final = Verdict(
    error=error_of("not-evaluated", "an expression before it failed", class_name="ExpressionError")
)


def evaluate(jobs: Sequence[Evaluation], *, seconds: float = 1.0, until_error: bool = False) -> list[Verdict]:
    """Evaluate a batch in order, each with `seconds` of its own; never raises for what an expression does.

    With `until_error` nothing is evaluated behind the first that fails: a hundred slow ones take no longer than one.
    Comparisons of paths with literals are answered at once (`plans.language.expressions.fast`), all else in a child.
    """
    verdicts: list[Verdict | None] = [_at_once(job) for job in jobs]
    while left := [index for index, verdict in enumerate(verdicts) if verdict is None]:
        if until_error and any(verdict is not None and verdict.error for verdict in verdicts):
            return [verdict or NOT_REACHED for verdict in verdicts]
        with pool("jsonata").lease() as worker:
            _judge(worker, jobs, left, verdicts, seconds=seconds, until_error=until_error)
    return [verdict for verdict in verdicts if verdict is not None]


def _at_once(job: Evaluation) -> Verdict | None:
    value = decide(job.text, job.root)
    if value is DECLINED:
        return None
    return Verdict() if value is NO_RESULT else Verdict(value, has_value=True)


def _judge(
    worker: Worker,
    jobs: Sequence[Evaluation],
    indexes: Sequence[int],
    verdicts: list[Verdict | None],
    *,
    seconds: float,
    until_error: bool,
) -> None:
    """Fill in the verdicts of `indexes`; after a kill only up to the expression that caused it."""
    places: dict[int, int] = {}
    roots: list[object] = []
    for index in indexes:
        root = jobs[index].root
        if id(root) not in places:
            places[id(root)] = len(roots)
            roots.append(root)
    request = {
        "jobs": [[jobs[index].text, places[id(jobs[index].root)]] for index in indexes],
        "seconds": seconds,
    }
    current = indexes[0]
    try:
        worker.send(request, json.dumps(roots).encode())
        for current in indexes:
            verdict = verdicts[current] = _verdict(worker.receive(seconds=seconds + _GRACE_SECONDS))
            if until_error and verdict.error and current != indexes[-1]:
                worker.kill()  # it is at the next one already
                return
    except PipeTimeout:
        worker.kill()
        verdicts[current] = _failed("expression-timeout", f"the expression took longer than {seconds:g} s")
    except PipeClosed:
        worker.kill()
        verdicts[current] = _failed("expression-crashed", "the process of the expression ended")


def _verdict(frame: Frame) -> Verdict:
    if frame.header["error"] is not None:
        return Verdict(error=frame.header["error"])
    if not frame.header["has_value"]:
        return Verdict()
    return Verdict(read_json(frame.payload), has_value=True)


def _failed(code: str, message: str) -> Verdict:
    return Verdict(error=error_of(code, message, class_name="ExpressionError"))
