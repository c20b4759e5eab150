"""What the plans of a trial refer to: in the forms in which a catalog may be written, or on trust without one."""

from __future__ import annotations

from typing import Any

import pytest

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
