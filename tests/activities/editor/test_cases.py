"""A plan's own test cases, run from the editor, and what they cover together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.errors import TrialTooLong
from activities.trial import trying
from plans.language.source import parse_source
from plans.models import Person, Project, TaskTemplate
from tests.builders import document, script

DEMO = Path(__file__).resolve().parents[3] / "config" / "demo" / "plans"


def ran(api: Any, person: Person, plan: Any) -> dict[str, Any]:
    answer = api(person).post("/api/plan-editor/cases/", {"document": plan}, format="json")
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def with_cases(*cases: Any, steps: tuple[dict[str, Any], ...] = (), **test: Any) -> dict[str, Any]:
    return document(*steps, test={"cases": list(cases), **test})


def test_each_case_says_if_it_holds_and_why_not(project: Project, ann: Person, api: Any) -> None:
    plan = with_cases(
        {"name": "holds", "status": "COMPLETED"},
        {"name": "fails", "status": "FAILED"},
        {"status": "COMPLETED"},
        5,
    )

    cases = ran(api, ann, plan)["cases"]

    assert [(case["name"], case["passed"], case["why"]) for case in cases] == [
        ("holds", True, ""),
        ("fails", False, "status: expected FAILED, got COMPLETED"),
        ("case 3", True, ""),
        ("case 4", False, "a case is an object with a name and what it expects"),
    ]
    assert cases[0]["actual"]["steps"] == {"first": {"status": "COMPLETED", "action": None}}


def test_the_cases_of_the_demo_hold_and_cover_every_edge(project: Project, ann: Person, api: Any) -> None:
    text = (DEMO / "supplier-invoice.yaml").read_text(encoding="utf-8")
    plan = parse_source(text, filename="plan.yaml")

    found = ran(api, ann, plan)

    assert [case["name"] for case in found["cases"] if not case["passed"]] == []
    assert sorted(found["covered"]["edges"]) == [
        "extract>triage",
        "finance-approval?>notify",
        "finance-approval?>post",
        "prepare:large>finance-approval",
        "prepare>post",
        "read>extract",
        "review?>notify",
        "review?>prepare",
        "triage:review>review",
        "triage>notify",
        "triage>prepare",
    ]


def test_coverage_is_that_of_each_case_and_of_all(project: Project, ann: Person, api: Any) -> None:
    route = script(
        "route",
        config={
            "scriptBody": "return {action: inputs.way};",
            "scriptActions": [{"slug": "left"}, {"slug": "right"}],
        },
    )
    steps = (route, script("a", "route:left"), script("b", "route:right"))
    plan = with_cases({"input": {"way": "left"}}, {"input": {"way": "right"}}, steps=steps)

    found = ran(api, ann, plan)

    assert [case["covered"] for case in found["cases"]] == [
        {"steps": ["route", "a"], "edges": ["route:left>a"]},
        {"steps": ["route", "b"], "edges": ["route:right>b"]},
    ]
    assert found["covered"] == {"steps": ["route", "a", "b"], "edges": ["route:left>a", "route:right>b"]}


def test_cases_know_what_the_organization_has(project: Project, ann: Person, api: Any) -> None:
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review", metadata={})
    task = {"slug": "look", "kind": "CREATE_TASK", "config": {"taskTemplateRef": "review"}}
    own = {"catalog": {"taskTemplates": {"other": {}}}}

    cases = ran(api, ann, with_cases({"status": "RUNNING"}, steps=(task,), **own))["cases"]

    assert [case["why"] for case in cases] == [""]


def test_a_case_plays_the_clock(project: Project, ann: Person, api: Any) -> None:
    gate = {
        "slug": "gate",
        "kind": "APPROVAL",
        "config": {"approverRole": "approver", "dueInHours": 24, "onDue": "reject"},
    }
    plan = with_cases(
        {"clock": {"until": "+PT23H"}, "status": "RUNNING"},
        {"clock": {"until": "+PT24H"}, "steps": {"gate": {"action": "rejected"}}},
        {
            "mocks": [{"step": "gate", "returns": {"outcome": "due"}}],
            "steps": {"gate": {"action": "rejected"}},
        },
        steps=(gate,),
    )

    assert [case["why"] for case in ran(api, ann, plan)["cases"]] == ["", "", ""]


def test_a_case_that_runs_too_long_fails_and_the_others_go_on(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def ask(what: str, request: dict[str, Any], *, seconds: float) -> Any:
        asked.append(request["first"])
        if request["first"] == 0:
            yield {
                "name": "a",
                "passed": True,
                "why": "",
                "actual": None,
                "covered": {"steps": ["x"], "edges": []},
            }
            raise TrialTooLong(20)
        yield {
            "name": "c",
            "passed": True,
            "why": "",
            "actual": None,
            "covered": {"steps": ["y"], "edges": []},
        }

    monkeypatch.setattr(trying, "ask", ask)
    plan = with_cases({"name": "a"}, {"name": "b"}, {"name": "c"})

    found = trying.try_cases(project.organization, plan)

    assert asked == [0, 2]
    assert [(case["name"], case["passed"]) for case in found["cases"]] == [
        ("a", True),
        ("b", False),
        ("c", True),
    ]
    assert "longer than 20 seconds" in found["cases"][1]["why"]
    assert found["covered"]["steps"] == ["x", "y"]
