"""Trials of plans within plans: mocks reach into children, time is played for them, the catalog has the plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.trial.run import Trial

pytestmark = pytest.mark.django_db(transaction=True)


def flow(component: str, **keys: Any) -> dict[str, Any]:
    step = {"id": "work", "component": component, "input": {"$input": "$"}, **keys}
    return {"steps": [step], "output": {"$step": "work"}}


def nested(ref: str, **given: Any) -> dict[str, Any]:
    step = {"id": "inner", "component": ref, "input": {"$literal": given}}
    return {"name": "outer", "steps": [step], "output": {"$step": "inner"}}


def test_mocks_answer_for_components_of_nested_flows() -> None:
    mocks = [
        {"component": "/world/work", "when_input": 1, "returns": {"outcome": "success", "echo": "got"}},
        {"component": "/world/work", "when_input": 2, "returns": {"outcome": "skipped"}},
        {"component": "/world/work", "returns": {"outcome": "failed", "error": {"code": 7, "message": "no"}}},
    ]  # fmt: skip

    actual = Trial(nested("/builtin/map", workflow=flow("/world/work"), items=[1, 2, 3]), mocks=mocks).run()

    assert actual["output"] == {
        "results": [
            {"outcome": "success", "result": {"got": 1}},
            {"outcome": "skipped"},
            {"outcome": "failed", "error": {"code": 7, "message": "no"}},
        ],
        "successful": 1,
        "failed": 1,
        "skipped": 1,
    }


def test_what_a_nested_flow_touches_without_a_mock_is_an_error_of_that_flow() -> None:
    actual = Trial(nested("/builtin/eval", workflow=flow("/world/work"), input={})).run()

    assert actual["status"] == "COMPLETED"
    assert actual["output"]["result"]["outcome"] == "failed"
    assert "has no mock" in actual["output"]["result"]["error"]["message"]


def test_time_is_played_for_children_too() -> None:
    retried = flow("/world/work", onError={"action": "retry", "maxRetries": 2})
    mocks = [
        {"component": "/world/work", "returns": [{"outcome": "timeout"}, {"outcome": "success", "result": 1}]}
    ]

    actual = Trial(nested("/builtin/eval", workflow=retried, input={}), mocks=mocks).run()

    assert actual["output"]["result"] == {"outcome": "success", "result": 1}


def plan(**test: Any) -> dict[str, Any]:
    config = {"activityPlanRef": "child", "inputs": {"n": "inputs.n + 1"}}
    steps = [{"slug": "sub", "kind": "PLAN", "config": config}]
    return {"slug": "outer", "name": "Outer", "steps": steps, "test": test}


def test_a_plan_step_runs_the_plan_of_the_catalog() -> None:
    script = {"slug": "double", "kind": "SCRIPT", "config": {"scriptBody": "return {twice: inputs.n * 2};"}}
    child = {"name": "Child", "steps": [script], "output": {"$step": "double"}}

    actual = Trial(plan(catalog={"plans": {"child": child}}), inputs={"n": 2}).run()

    assert actual["steps"]["sub"]["result"] == {"twice": 6}


def test_a_plan_step_may_be_mocked() -> None:
    mocks = [{"step": "sub", "returns": {"outcome": "success", "result": {"n": 1}}}]

    actual = Trial(plan(), inputs={"n": 2}, mocks=mocks).run()

    assert actual["steps"]["sub"]["result"] == {"n": 1}


@pytest.mark.parametrize("catalog", [{}, {"plans": ["child"]}, {"plans": {"child": {}}}])
def test_without_a_mock_or_a_plan_it_is_a_system_error(catalog: Any) -> None:
    actual = Trial(plan(catalog=catalog), inputs={"n": 2}).run()

    assert (actual["status"], actual["steps"]["sub"]["error"]["code"]) == ("FAILED", 500)
    assert "has no mock" in actual["steps"]["sub"]["error"]["message"]


def test_a_person_in_a_child_is_waited_for() -> None:
    approve = {"slug": "ok", "kind": "APPROVAL", "config": {"approverRole": "approver"}}
    child = {"name": "Child", "steps": [approve]}

    actual = Trial(plan(catalog={"plans": {"child": child}}), inputs={"n": 2}).run()

    assert (actual["status"], actual["outcome"], actual["steps"]["sub"]["status"]) == (
        "RUNNING",
        None,
        "RUNNING",
    )


def test_a_flow_may_be_given_any_json() -> None:
    identity = {"steps": [], "output": {"$input": "$"}, "inputsSchema": {"type": ["array", "null"]}}

    assert Trial(identity, inputs=[1]).run()["output"] == [1]
    assert [
        finding["code"]
        for finding in Trial(identity, inputs=5).run()["findings"]
        if finding["severity"] == "error"
    ] == ["invalid-inputs"]


def test_files_are_those_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rows: [1]\n")
    load = {"id": "load", "component": "/builtin/load_file", "input": {"path": "a.yaml"}}
    loading = {"steps": [load], "output": {"$step": "load", "path": "rows"}}

    assert Trial(loading, folder=tmp_path).run()["output"] == [1]
    assert Trial(nested("/builtin/eval", workflow=loading, input={}), folder=tmp_path).run()["output"][
        "result"
    ]["result"] == [1]


def test_a_model_is_never_asked_without_a_mock() -> None:
    asked = flow("/builtin/openai")

    actual = Trial(asked, inputs={"messages": [{"role": "user", "content": "Hi"}]}).run()

    assert (actual["status"], actual["error"]["code"]) == ("FAILED", 500)
