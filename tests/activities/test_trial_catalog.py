"""What a `test` section names: a catalog in any form or none, steps by the ids of a flow, errors with their data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.trial.cases import run_cases
from activities.trial.run import Trial

pytestmark = pytest.mark.django_db(transaction=True)

ENDPOINT = {"name": "get", "method": "GET", "path": "/x"}
APPROVE = [{"step": "ask", "returns": {"outcome": "success", "action": "approve"}}]


def asking(script: str = "return {}", **test: Any) -> dict[str, Any]:
    ask = {"slug": "ask", "kind": "CREATE_TASK", "config": {"taskTemplateRef": "acme/review"}}
    then = {"slug": "then", "kind": "SCRIPT", "dependsOn": ["ask:approve"], "config": {"scriptBody": script}}
    return {"slug": "asks", "name": "Asks", "steps": [ask, then], "test": test}


@pytest.mark.parametrize(
    "catalog",
    [
        {"taskTemplates": {"review": {"actions": [{"slug": "approve"}]}}},
        {"taskTemplates": [{"slug": "review", "metadata": {"actions": [{"slug": "approve"}]}}]},
        {"taskTemplates": {"review": None}, "taskStatuses": {"approve": "DONE"}},
        {"taskTemplates": ["review"], "taskStatuses": [{"slug": "approve", "statusType": "DONE"}]},
        None,
    ],
)
def test_a_catalog_is_written_by_slug_or_as_a_list(catalog: Any) -> None:
    actual = Trial(asking(catalog=catalog), mocks=APPROVE).run()

    assert (actual["status"], actual["steps"]["then"]["status"]) == ("COMPLETED", "COMPLETED")


def test_a_script_lists_the_bridges_of_the_catalog() -> None:
    script = "return {bridges: serviceBridge.list()}"
    bridges = [{"slug": "erp", "baseUrl": "https://erp.example", "endpoints": [ENDPOINT]}]
    catalog = {"taskTemplates": {"review": {"actions": ["approve"]}}, "serviceBridges": bridges}

    actual = Trial(asking(script, catalog=catalog), mocks=APPROVE).run()

    listed = {"slug": "erp", "name": "erp", "endpoints": [ENDPOINT]}
    assert actual["steps"]["then"]["result"] == {"bridges": [listed]}


def test_a_plan_of_the_catalog_may_be_named_with_an_organization() -> None:
    child = {"steps": [], "output": {"$input": "n"}}
    step = {"slug": "sub", "kind": "PLAN", "config": {"activityPlanRef": "activity-plan://acme/child"}}
    outer = {"slug": "outer", "name": "Outer", "steps": [step | {"input": {"n": 7}}]}

    actual = Trial(outer | {"test": {"catalog": {"plans": [child | {"slug": "child"}]}}}).run()

    assert actual["steps"]["sub"]["result"] == 7


def test_the_tests_of_a_flow_name_steps_by_ids_that_are_no_slugs(tmp_path: Path) -> None:
    mocks = [{"step": "loadData", "returns": {"outcome": "success", "result": 9}}]
    case = {"name": "one", "steps": {"loadData": {"result": 9}}, "output": {"result": 9}}
    flow = {
        "steps": [{"id": "loadData", "component": "/acme/load"}],
        "output": {"$from": {"step": "loadData"}},
        "test": {"mocks": mocks, "cases": [case, case | {"steps": {"loadData": {"result": 8}}}]},
    }

    why = [ran.why for ran in run_cases(flow, folder=tmp_path)]

    assert why == ["", "steps.load-data.result: expected 8, got 9"]


def test_an_error_is_handed_on_with_its_data() -> None:
    error = {"code": 418, "message": "teapot", "data": {"size": 1}}
    flow = {"steps": [{"id": "a", "component": "/acme/a"}], "output": {"$step": "a"}}

    actual = Trial(flow, mocks=[{"step": "a", "returns": {"outcome": "failed", "error": error}}]).run()

    assert {key: actual["error"][key] for key in error} == error
