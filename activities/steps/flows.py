"""`builtin/eval`, `builtin/map`, `builtin/iterate`: each run of the flow is a child activity."""

from __future__ import annotations

from typing import Any

from activities.children import Wanted, wait_for
from activities.models import Activity
from activities.modules import ModuleFailed
from activities.modules.builtin.nested import EvalOptions, FlowOptions, IterateOptions, MapOptions
from activities.nested import flow_version
from activities.starting import Startable
from activities.steps import Completed, Outcome, StepCall
from activities.steps.stored import data_of


def evaluate(call: StepCall, wanted: EvalOptions) -> Outcome:
    """Give `{result: the flow's outcome, run_id}`; the step does not fail because the flow does."""
    flow = _flow(call, wanted)
    return wait_for(call, Wanted("eval", flow, [wanted.input], title=_title(call, flow)))


def map_items(call: StepCall, wanted: MapOptions) -> Outcome:
    """Give `{results, successful, failed, skipped}`, the outcomes in the order of the items."""
    flow = _flow(call, wanted)
    if not wanted.items:
        return Completed({"results": [], "successful": 0, "failed": 0, "skipped": 0})
    return wait_for(
        call,
        Wanted(
            "map",
            flow,
            wanted.items,
            total=len(wanted.items),
            at_once=wanted.max_concurrency,
            title=_title(call, flow),
        ),
    )


def iterate(call: StepCall, wanted: IterateOptions) -> Outcome:
    """Give `{result, iterations, terminated}`: terminated where the flow would have gone on past the limit."""
    flow = _flow(call, wanted)
    if wanted.max_iterations == 0:
        return Completed({"result": wanted.initial_input, "iterations": 0, "terminated": True})
    first = [wanted.initial_input]
    return wait_for(
        call, Wanted("iterate", flow, first, total=wanted.max_iterations, title=_title(call, flow))
    )


def _flow(call: StepCall, wanted: FlowOptions) -> Startable:
    document: Any = wanted.workflow if wanted.workflow is not None else wanted.flow
    if document is None and wanted.flow_id is not None:
        document = data_of(call, wanted.flow_id)
    if document is None:
        raise ModuleFailed("invalid-input", "it needs a workflow, or the flow_id of one")
    organization = Activity.objects.select_related("organization").get(pk=call.activity_id).organization
    return flow_version(organization, document)


def _title(call: StepCall, flow: Startable) -> str:
    return flow.document.name or call.step.title
