"""How an activity with an `output` or `failurePolicy: output` ends (plan language 2.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from activities import runtime, schemas
from activities.compiled import Compiled, compiled
from activities.engine import events as facts
from activities.engine.decide import outcome_of
from activities.engine.state import ACTIVE, ActivityState, ActivityStatus, Phase, unpack
from activities.models import Activity, Step
from activities.scope import ActivityScope, TreeScope
from plans.language import expressions
from plans.language.schema import Plan


def output_event(activity_id: UUID) -> facts.OutputEvaluated | None:
    """Return how the activity ends, None if it does not end now."""
    activity = Activity.objects.select_related("organization", "project").get(pk=activity_id)
    state = unpack(activity.state)
    if activity.status not in (ActivityStatus.RUNNING, ActivityStatus.PAUSED) or any(
        p in state.phases for p in ACTIVE
    ):
        return None
    plan = compiled(activity.version_id, activity.pinned_id)
    return judge(ActivityScope(activity, plan), state)


def judge(scope: ActivityScope, state: ActivityState) -> facts.OutputEvaluated:
    """Evaluate the output and say how the activity ends."""
    plan = scope.compiled.plan
    resolution = _resolve(scope, state)
    counted = _counted_failures(scope, state) if plan.failure_policy == "output" else None
    if counted is None:
        status = outcome_of(state.phases)
        failed = state.phases.index(Phase.FAILED) if Phase.FAILED in state.phases else None
    else:
        failed = min(counted, default=None)
        status = ActivityStatus.COMPLETED if failed is None else ActivityStatus.FAILED
        if failed is None and Phase.CANCELLED in state.phases:
            status = ActivityStatus.CANCELLED
    if failed is not None or status is not ActivityStatus.COMPLETED:
        return _ended(str(status), "failed", error=_error_of(scope, failed), output=None)
    match resolution:
        case expressions.Resolved(value):
            error = _schema_error(plan, value)
            if error is not None:
                return _ended("FAILED", "failed", error=error)
            return _ended("COMPLETED", "success", output=value)
        case expressions.PathMissing(message):
            error = {"code": 500, "class": "PathMissing", "message": f"output: {message}", "place": ""}
            return _ended("FAILED", "failed", error=error)
        case expressions.FailedBy(slug):
            return _ended("FAILED", "failed", error=_error_of(scope, scope.compiled.graph.positions[slug]))
        case expressions.SkippedBy() | expressions.NotTakenBy():
            return _ended("COMPLETED", "skipped")
        case _:
            error = {
                "code": 500,
                "class": "OutputBlocked",
                "message": "output needs a step that never ran",
                "place": "",
            }
            return _ended("FAILED", "failed", error=error)


def _schema_error(plan: Plan, value: object) -> dict[str, Any] | None:
    """Return why an output does not fit the plan's schema; a plan without an output gives none to judge."""
    if plan.output_schema is None or not plan.has_output:
        return None
    return schemas.output_error(plan.output_schema, value)


def _resolve(scope: ActivityScope, state: ActivityState) -> expressions.Resolution:
    if not scope.compiled.plan.has_output:
        return expressions.Resolved(None)
    return expressions.resolve(scope.compiled.plan.output, TreeScope(scope, state))


def _counted_failures(scope: ActivityScope, state: ActivityState) -> set[int]:
    """Return the failed steps that count under failurePolicy output: those that the output, or a must, needs."""
    plan = scope.compiled
    failed = {p for p, phase in enumerate(state.phases) if phase == Phase.FAILED}
    musts = {p for p in failed if plan.steps[p].must_execute}
    if not plan.plan.has_output:
        return musts | (failed & _named(plan))
    return musts | (failed & _behind(plan, state, _needed(scope, state)))


def _named(plan: Compiled) -> set[int]:
    """Return the steps that some step names in `dependsOn` or `input`."""
    named = {edge.upstream for node in plan.graph.nodes for edge in node.edges}
    for step in plan.steps:
        read = expressions.references(step.input if step.has_input else None)
        named |= {
            plan.graph.positions[slug] for slug in read.steps | read.lazy if slug in plan.graph.positions
        }
    return named


class _Unfinished(TreeScope):
    """To ask for every step without a result at once: one that failed looks like one that has yet to settle."""

    def step(self, slug: str, /) -> expressions.StepValue | None:
        """How a step stands."""
        value = super().step(slug)
        stopped = value is not None and value.status in ("FAILED", "CANCELLED")
        return expressions.StepValue("PENDING") if stopped else value


def _needed(scope: ActivityScope, state: ActivityState) -> set[int]:
    """Return the steps without a result that the output, resolved lazily, needs."""
    match expressions.resolve(scope.compiled.plan.output, _Unfinished(scope, state)):
        case expressions.Needs(slugs):
            return {scope.compiled.graph.positions[slug] for slug in slugs}
        case _:
            return set()


def _behind(plan: Compiled, state: ActivityState, roots: set[int]) -> set[int]:
    """Return the roots and all that pending ones among them hang on."""
    seen, work = set(roots), [p for p in roots if state.phases[p] == Phase.PENDING]
    while work:
        node = plan.graph.nodes[work.pop()]
        before = {edge.upstream for edge in node.edges} | set(node.data)
        before |= set(state.extra(node.position).needs) - set(node.lazy_skip_data)
        # What only skipIf reads holds a step back until it settles, and not as a failure.
        skips = (*node.skip_data, *node.lazy_skip_data)
        before |= {p for p in skips if state.phases[p] == Phase.PENDING}
        for position in before - seen:
            seen.add(position)
            if state.phases[position] == Phase.PENDING:
                work.append(position)
    return seen


def _error_of(scope: ActivityScope, position: int | None) -> Any:
    if position is None:
        return None
    return Step.objects.values_list("error", flat=True).get(activity=scope.activity, position=position)


def _ended(status: Any, outcome: Any, *, output: Any = None, error: Any = None) -> facts.OutputEvaluated:
    return facts.OutputEvaluated(at=runtime.now(), status=status, outcome=outcome, output=output, error=error)
