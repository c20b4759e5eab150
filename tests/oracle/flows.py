"""Random flows: plans of modules and data alone, and the same as StepFlow writes them, in two dialects."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.generate import Author
from tests.oracle.respell import Scribe

DIALECTS = {
    "docs": {"skipIf": ("skip", "skipIf"), "onError": ("on_error",), "mustExecute": ("must_execute",)},
    "code": {"skipIf": ("skipIf", "skip_if"), "onError": ("onError", "on_error"), "mustExecute": ("mustExecute",)},
}  # fmt: skip


class FlowAuthor(Author):
    """Writes plans that a flow can say: no dependsOn, no conditions, no documents, no people."""

    def __init__(self, dice: Random) -> None:
        super().__init__(dice)
        self.documents, self.fans, self.routes = [], False, False

    def step(self, slug: str) -> dict[str, Any]:
        upstream = list(self.steps)
        step: dict[str, Any] = {"slug": slug, "kind": "EXECUTION", "config": {}}
        self._execution(step)
        if self.chance(0.25):
            step["skipIf"] = self.reference(upstream, step)
        if self.chance(0.7):
            step["input"] = self.tree(upstream, 0, step)
        self._failures(step)
        step.pop("executionPolicy", None)
        if self.chance(0.15):
            step["mustExecute"] = True
        return step


def flow_case(dice: Random) -> dict[str, Any]:
    """Return `{document, inputs, variables, documents, mocks}` of a plan that a flow can say."""
    case = FlowAuthor(dice).plan()
    case["document"]["failurePolicy"] = "output"
    return case


def as_flow(document: dict[str, Any], dialect: str, dice: Random) -> dict[str, Any]:
    """Write the plan as a flow."""
    scribe = Scribe(dice)
    flow = {key: value for key, value in document.items() if key not in ("failurePolicy", "steps")}
    flow["variables"] = {"type": "object", "properties": flow["variables"]}
    if "output" in flow:
        flow["output"] = scribe.tree(flow["output"])
    flow["steps"] = [_step(step, DIALECTS[dialect], scribe) for step in document["steps"]]
    return flow


def _step(step: dict[str, Any], names: dict[str, tuple[str, ...]], scribe: Scribe) -> dict[str, Any]:
    spelled = scribe.step({**step, "config": {}})
    out: dict[str, Any] = {"id": step["slug"], "component": f"/{step['config']['moduleRef']}"}
    for key in ("input", "skipIf", "onError", "mustExecute"):
        if key in step:
            out[scribe.dice.choice(names.get(key, (key,)))] = spelled[key]
    return out
