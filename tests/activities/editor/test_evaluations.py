"""One text of a plan tried on data: values, and errors with line and column of the author's own text."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Person, Project

DATA = {
    "inputs": {"amount": 12, "who": "Ann"},
    "variables": {"region": "eu"},
    "documents": ["a.pdf"],
    "steps": {
        "route": {"status": "COMPLETED", "action": "review", "result": {"action": "review", "n": 3}},
        "skipped": {"status": "SKIPPED", "action": None, "result": None},
        "broke": {"status": "FAILED", "action": None, "result": {"n": 9}},
    },
}


@pytest.fixture
def evaluated(project: Project, ann: Person, api: Any) -> Any:
    """`evaluated(language, text, data)` is the answer to ann."""

    def answer(language: str, text: str, data: Any = DATA) -> dict[str, Any]:
        body = {"language": language, "text": text, "data": data}
        said = api(ann).post("/api/plan-editor/evaluate/", body, format="json")
        assert said.status_code == 200, said.json()
        found: dict[str, Any] = said.json()
        return found

    return answer


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("jsonata", "steps.route.action = 'review' and inputs.amount > 10", True),
        ("jsonata", "$sum([inputs.amount, steps.route.n, steps.route.result.n])", 18),
        ("jsonata", "steps.broke.n", None),
        ("script", "return {n: steps.route.result.n, name: families[0].name, by: steps.route.action};",
         {"n": 3, "name": "a.pdf", "by": "review"}),
        ("script", "return {broke: steps.broke === undefined};", {"broke": True}),
        ("template", "{{ steps.route.n }}", 3),
        ("template", "Dear {{ inputs.who }}, {{ steps.route.n }} of {{ document.name }}", "Dear Ann, 3 of a.pdf"),
        ("title", 'Of {{ .inputs.who }}: {{ join .documentNames ", " }}', "Of Ann: a.pdf"),
        ("tree", '{"a": {"$from": {"step": "route"}, "path": "n"}, "b": {"$variable": "region"}}',
         {"a": 3, "b": "eu"}),
        ("tree", "$from: {step: skipped}\n$on_skip: use_default\n$default: 0\n", 0),
        ("reply", "_body.id & '-' & _statusCode", "B7-201"),
        ("reply", "id", "B7"),
    ],
)  # fmt: skip
def test_a_text_gives_its_value(evaluated: Any, language: str, text: str, value: Any) -> None:
    data = DATA | {"reply": {"_statusCode": 201, "_body": {"id": "B7"}}}

    assert evaluated(language, text, data)["value"] == value


def test_no_result_is_not_null(evaluated: Any) -> None:
    assert evaluated("jsonata", "inputs.nothing") == {"value": None, "hasValue": False}
    assert evaluated("jsonata", "null") == {"value": None, "hasValue": True}


@pytest.mark.parametrize(
    ("language", "text", "line", "column"),
    [
        ("jsonata", "inputs.amount\n  > (1", 2, 7),
        ("script", "const a = 1;\n  throw new Error('no');", 2, 13),
        ("script", "const a = ;", 1, 11),
        ("template", "Dear\n {{ | }}", 2, 2),
        ("title", "Dear\n{{ nope( }}", 2, 4),
        ("tree", '{"a": 1,\n "b"', 2, 5),
    ],
)
def test_an_error_says_where_in_the_authors_own_text(
    evaluated: Any, language: str, text: str, line: int, column: int
) -> None:
    error = evaluated(language, text)["error"]

    assert (error["line"], error["column"]) == (line, column), error
    assert error["message"]


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ("$from: {step: skipped}", "step skipped was skipped, and there is no default"),
        ("$from: {step: broke}", "step broke failed"),
        ("$from: {step: later}", "there is no data of later"),
    ],
)
def test_a_tree_that_gives_nothing_says_why(evaluated: Any, tree: str, message: str) -> None:
    assert evaluated("tree", tree)["error"]["message"] == message


def test_a_placeholder_without_a_value_is_a_warning_with_its_place(evaluated: Any) -> None:
    found = evaluated("template", "Dear\n{{ inputs.nobody }}!")

    assert found["value"] == "Dear\n!"
    assert [(each["line"], each["column"]) for each in found["warnings"]] == [(2, 1)]


def test_what_a_script_logs_is_shown_though_it_fails(evaluated: Any) -> None:
    found = evaluated("script", "console.log('so far'); throw new Error('no');")

    assert [line["text"] for line in found["logs"]] == ["so far"]


def test_a_runaway_is_stopped(evaluated: Any) -> None:
    found = evaluated("jsonata", "($f := function($n) { $f($n + 1) }; $f(1))")

    assert found["error"]["code"] in ("expression-timeout", "expression-too-deep")


@pytest.mark.parametrize("body", [{}, {"language": "python", "text": "1"}, {"language": "script", "text": 1},
                                  {"language": "script", "text": "1", "data": []}])  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(
    project: Project, ann: Person, api: Any, body: dict[str, Any]
) -> None:
    answer = api(ann).post("/api/plan-editor/evaluate/", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-body")
