"""The graph that the browser draws."""

from __future__ import annotations

from plans.graph_view import graph_view
from plans.language.findings import Catalog, TaskTemplateDef
from plans.language.spellings import read
from tests.builders import document, script


def view(*steps: dict) -> dict:
    plan, _findings = read(document(*steps, layout={"a": {"x": 1, "y": 2}}))
    return graph_view(plan, Catalog(task_templates={"review": TaskTemplateDef(("approve", "reject"))}))


def test_edges_carry_their_action_and_whether_they_only_await() -> None:
    route = script("a")
    route["config"]["scriptActions"] = [{"slug": "x"}]

    drawn = view(route, script("b", "a:x"), script("c", "a?"))

    assert drawn["edges"] == [
        {"from": "a", "to": "b", "action": "x", "await": False, "implied": False},
        {"from": "a", "to": "c", "action": None, "await": True, "implied": False},
    ]
    assert drawn["layout"] == {"a": {"x": 1, "y": 2}}


def test_a_reference_draws_an_implied_edge_once() -> None:
    reads = script("b", input={"v": {"$from": {"step": "a"}}, "w": {"$step": "a"}})
    both = script("c", "a", input={"$from": {"step": "a"}})

    assert [
        (edge["from"], edge["to"], edge["implied"]) for edge in view(script("a"), reads, both)["edges"]
    ] == [
        ("a", "b", True),
        ("a", "c", False),
    ]


def test_an_edge_to_nowhere_is_not_drawn() -> None:
    assert view(script("a", "nowhere"))["edges"] == []


def test_each_kind_has_one_line_that_tells() -> None:
    kinds = {
        "EXECUTION": ({"moduleRef": "builtin/noop"}, "builtin/noop"),
        "SCRIPT": ({"scriptBody": "\n  let x = 1;\nreturn {};"}, "let x = 1;"),
        "BRIDGE_CALL": ({"serviceBridgeRef": "erp", "endpointName": "post"}, "erp · post"),
        "LLM": ({"promptBody": "Read it"}, "Read it"),
        "AGENT": ({"agentRuntimeRef": "org/run"}, "org/run"),
        "CREATE_TASK": ({"taskTemplateRef": "review"}, "review"),
        "APPROVAL": ({"approverRole": "finance-manager"}, "finance-manager"),
        "PLAN": ({"activityPlanRef": "other"}, "other"),
    }
    steps = [
        {"slug": kind.lower(), "kind": kind, "config": config} for kind, (config, _line) in kinds.items()
    ]

    drawn = {step["kind"]: step for step in view(*steps)["steps"]}

    assert {kind: step["line"] for kind, step in drawn.items()} == {
        kind: line for kind, (_c, line) in kinds.items()
    }
    assert drawn["CREATE_TASK"]["actions"] == ["approve", "reject"]
    assert drawn["APPROVAL"]["actions"] == ["approved", "rejected", "needs-info"]
