"""A plan as the browser draws it: nodes with one telling line, edges with their actions."""

from __future__ import annotations

from typing import Any, assert_never

from plans.catalog import actions_of
from plans.language.expressions import references
from plans.language.findings import Catalog
from plans.language.schema import (
    AgentStep,
    ApprovalStep,
    BridgeCallStep,
    CreateTaskStep,
    ExecutionStep,
    LlmStep,
    Plan,
    PlanStep,
    ScriptStep,
    Step,
)

LINE_LENGTH = 60


def graph_view(plan: Plan, catalog: Catalog) -> dict[str, Any]:
    """Return `{steps, edges, layout}`: what the canvas shows of a plan.

    A step is `{slug, name, kind, line, actions, declares, perDocument}`, an edge `{from, to, action, await, implied}`.
    `declares` is the config key in which the actions stand, None where they come from elsewhere (a task's template);
    implied are edges that only a reference in `input` or `skipIf` makes.
    """
    actions = actions_of(plan, catalog)
    known = set(plan.by_slug)
    return {
        "steps": [_step(step, actions.get(step.slug, ())) for step in plan.steps],
        "edges": [edge for step in plan.steps for edge in _edges(step, known)],
        "layout": plan.layout,
    }


def telling_line(step: Step) -> str:
    """Return the one line that tells what the step works with."""
    match step:
        case ExecutionStep():
            return step.config.module_ref
        case ScriptStep():
            return _first_line(step.config.script_body)
        case BridgeCallStep():
            return " · ".join(filter(None, (step.config.service_bridge_ref, step.config.endpoint_name)))
        case LlmStep():
            return step.config.prompt_template_ref or _first_line(step.config.prompt_body)
        case AgentStep():
            return step.config.agent_runtime_ref
        case CreateTaskStep():
            return step.config.task_template_ref
        case ApprovalStep():
            return step.config.approver_role or ", ".join(step.config.approvers)
        case PlanStep():
            return step.config.activity_plan_ref
        case _:
            assert_never(step)


def declaring_key(step: Step) -> str | None:
    """Return the config key in which the plan itself declares the step's actions."""
    match step:
        case ScriptStep():
            return "scriptActions"
        case BridgeCallStep():
            return "bridgeActions"
        case LlmStep():
            return "promptActions"
        case _:
            return None


def _step(step: Step, actions: tuple[str, ...]) -> dict[str, Any]:
    return {
        "slug": step.slug,
        "name": step.title,
        "kind": step.kind,
        "line": telling_line(step),
        "actions": list(actions),
        "declares": declaring_key(step),
        "perDocument": step.per_document,
    }


def _edges(step: Step, known: set[str]) -> list[dict[str, Any]]:
    drawn = [
        {
            "from": dependency.step,
            "to": step.slug,
            "action": dependency.action,
            "await": dependency.await_only,
            "implied": False,
        }
        for dependency in step.depends_on
        if dependency.step in known
    ]
    named = {dependency.step for dependency in step.depends_on}
    return drawn + [
        {"from": slug, "to": step.slug, "action": None, "await": True, "implied": True}
        for slug in sorted((_implied(step) & known) - named - {step.slug})
    ]


def _implied(step: Step) -> frozenset[str]:
    trees = [references(step.input) if step.has_input else None, references(step.skip_if)]
    return frozenset(slug for tree in trees if tree for slug in tree.steps | tree.lazy)


def _first_line(text: str) -> str:
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    return line if len(line) <= LINE_LENGTH else f"{line[: LINE_LENGTH - 1]}…"
