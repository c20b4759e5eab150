"""Evaluate what stands before a step: skipIf, condition, then the references of its input (plan language 2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from activities import admission, sandbox
from activities.engine import events as facts
from activities.engine.state import ActivityState
from activities.scope import ActivityScope, TreeScope
from activities.steps import ErrorInfo, step_root
from plans.language import expressions
from plans.language.schema import Step


def evaluate_guards(
    scope: ActivityScope, state: ActivityState, positions: Sequence[int], *, at: datetime
) -> list[facts.GuardEvaluated]:
    """Return a verdict for each step. Authored expressions run together in one killable process."""
    skipped: dict[int, facts.GuardEvaluated] = {}
    conditions: dict[int, sandbox.Evaluation] = {}
    for position in positions:
        verdict = _skip_verdict(scope, state, position, at=at)
        if verdict is not None:
            skipped[position] = verdict
        elif (text := _condition(scope, position)) is not None:
            conditions[position] = sandbox.Evaluation(
                text, condition_root(scope, state, scope.compiled.steps[position])
            )
    answers = (
        dict(zip(conditions, sandbox.evaluate(list(conditions.values())), strict=True)) if conditions else {}
    )
    verdicts = [
        skipped.get(position) or _judge(scope, state, position, answers.get(position), at=at)
        for position in positions
    ]
    return [
        _with_documents(scope, state, position, verdict)
        for position, verdict in zip(positions, verdicts, strict=True)
    ]


def condition_root(scope: ActivityScope, state: ActivityState, step: Step) -> dict[str, Any]:
    """Return the root of a step's condition; of `steps`, those that the text can mean."""
    positions = scope.compiled.graph.positions
    read = expressions.condition_steps(step.condition_expr or "")
    views = scope.completed(state, positions if read is None else read)
    activity = scope.activity
    return {
        "orgId": activity.organization.slug,
        "projectId": activity.project.slug,
        "inputs": scope.inputs,
        "documentFamilyId": scope.inputs.get("documentFamilyId"),
        "extractedData": None,
        "steps": {slug: step_root(view) for slug, view in views.items()},
    }


def _condition(scope: ActivityScope, position: int) -> str | None:
    """Return the condition to evaluate for the step as a whole."""
    node = scope.compiled.graph.nodes[position]
    return None if node.document_condition else scope.compiled.steps[position].condition_expr


def _with_documents(
    scope: ActivityScope, state: ActivityState, position: int, verdict: facts.GuardEvaluated
) -> facts.GuardEvaluated:
    """Where documents take branches and none came to the step, it is not taken, whatever is said of it."""
    graph = scope.compiled.graph
    routed = graph.routing and graph.nodes[position].fan_out is not None
    if not routed or verdict.verdict not in ("skip", "fail"):
        return verdict
    if admission.comes_any(scope.activity, scope.compiled, position, state):
        return verdict
    reason = "no document took a branch to it"
    return facts.GuardEvaluated(
        at=verdict.at, step=verdict.step, run=verdict.run, verdict="not_taken", reason=reason
    )


def _skip_verdict(
    scope: ActivityScope, state: ActivityState, position: int, *, at: datetime
) -> facts.GuardEvaluated | None:
    step = scope.compiled.steps[position]
    run = state.extra(position).run
    if step.bypass:
        return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="skip", reason="bypassed")
    if not step.has_skip_if:
        return None
    verdict = expressions.should_skip(step.skip_if, TreeScope(scope, state))
    if isinstance(verdict, expressions.Needs):
        return facts.GuardEvaluated(
            at=at, step=step.slug, run=run, verdict="needs", needs=tuple(sorted(verdict.steps))
        )
    if verdict:
        return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="skip", reason="skipIf holds")
    return None


def _judge(
    scope: ActivityScope, state: ActivityState, position: int, answer: sandbox.Verdict | None, *, at: datetime
) -> facts.GuardEvaluated:
    step, run = scope.compiled.steps[position], state.extra(position).run
    if answer is not None and not (answer.has_value and answer.value is True):
        reason = f"condition {step.condition_expr!r} gave {_words(answer)}"
        logs = [{"level": "warning", "text": f"conditionExpr: {answer.error}"}] if answer.error else []
        return facts.GuardEvaluated(
            at=at, step=step.slug, run=run, verdict="not_taken", reason=reason, logs=logs
        )
    if not step.has_input:
        return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="run")
    resolution = expressions.resolve(step.input, TreeScope(scope, state))
    later = scope.compiled.graph.nodes[position].document_condition and scope.documents()
    if later and isinstance(resolution, expressions.SkippedBy | expressions.PathMissing):
        # The condition comes first, and each document has its own: the fan-out judges both.
        return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="run")
    return _input_verdict(step, run, resolution, at=at)


def _input_verdict(
    step: Step, run: int, resolution: expressions.Resolution, *, at: datetime
) -> facts.GuardEvaluated:
    match resolution:
        case expressions.Resolved(value):
            return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="run", input=value)
        case expressions.Needs(steps):
            return facts.GuardEvaluated(
                at=at, step=step.slug, run=run, verdict="needs", needs=tuple(sorted(steps))
            )
        case expressions.FailedBy(slug):
            return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="needs", needs=(slug,))
        case expressions.NotTakenBy(slug):
            reason = f"its input refers to {slug!r}, which was not taken"
            return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="not_taken", reason=reason)
        case expressions.SkippedBy(slug):
            reason = f"its input refers to {slug!r}, which was skipped"
            return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="skip", reason=reason)
        case expressions.PathMissing(message):
            error = ErrorInfo(code=500, kind="PathMissing", message=message).as_json()
            return facts.GuardEvaluated(at=at, step=step.slug, run=run, verdict="fail", error=error)
        case _:
            assert_never(resolution)


def _words(answer: sandbox.Verdict) -> str:
    if answer.error:
        return f"an error: {answer.error}"
    if not answer.has_value:
        return "no result"
    return repr(answer.value)[:200]
