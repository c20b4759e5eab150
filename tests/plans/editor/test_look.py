"""A look at a document or a text: normal form, findings, graph, uuids, lines."""

from __future__ import annotations

from typing import Any

import pytest

from plans.language.spellings import read, write
from plans.models import Person, Project
from tests.builders import document, script

LOOK = "/api/plan-editor/look/"


def looked(api: Any, person: Person, **body: Any) -> dict[str, Any]:
    answer = api(person).post(LOOK, body, format="json")
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_a_document_in_any_spelling_comes_back_in_the_normal_form(
    project: Project, ann: Person, api: Any
) -> None:
    typed = document(
        {"slug": "a", "type": "TASK", "taskTemplateRef": "review", "dependsOn": "b"}, {"kind": "X"}
    )

    found = looked(api, ann, document=typed)

    assert found["document"]["steps"] == [
        {"slug": "a", "kind": "CREATE_TASK", "dependsOn": ["b"], "config": {"taskTemplateRef": "review"}},
        {"kind": "X"},
    ]
    assert [(finding["code"], finding["step"], finding["field"]) for finding in found["findings"]] == [
        ("step-missing-slug-or-kind", None, "slug"),
        ("unknown-dep-slug", "a", "dependsOn[0]"),
        ("unknown-task-template", "a", "config.taskTemplateRef"),
    ]


def test_the_graph_tells_where_actions_are_declared(project: Project, ann: Person, api: Any) -> None:
    steps = (
        script("route", scriptActions=[{"slug": "x"}]),
        {"slug": "gate", "kind": "APPROVAL", "config": {"approverRole": "approver"}},
    )

    found = looked(api, ann, document=document(*steps))

    assert [(step["slug"], step["declares"], step["actions"]) for step in found["graph"]["steps"]] == [
        ("route", "scriptActions", ["x"]),
        ("gate", None, ["approved", "rejected", "needs-info"]),
    ]


def test_uuids_are_announced_and_not_rewritten(project: Project, ann: Person, api: Any) -> None:
    found = looked(api, ann, document=document(script("a", uuid="u-1"), script("b", "u-1")))

    assert found["uuids"] == ['step "a", uuid: "u-1" dropped', 'step "b", dependsOn[0]: "u-1" is now "a"']
    assert found["document"]["steps"][0]["uuid"] == "u-1"


YAML = """\
# A plan
slug: p
steps:
- slug: a   # the first
  kind: SCRIPT
  config:
    scriptBody: |
      return {};

- {slug: b, kind: SCRIPT, scriptBody: "return 1;"}
-
  kind: SCRIPT
  slug: c
name: P
"""
JSON = '{"name": "P", "steps": [\n  {"slug": "a",\n   "kind": "SCRIPT"},\n  {"slug": "b"}], "slug": "p"}'


@pytest.mark.parametrize(
    ("source", "notation", "lines"),
    [
        (YAML, "yaml", {"a": [4, 8], "b": [10, 10], "c": [12, 13]}),
        (JSON, "json", {"a": [2, 3], "b": [4, 4]}),
        (JSON, "yaml", {"a": [2, 3], "b": [4, 4]}),
        ("steps: &all [{slug: a}, {slug: b}]\nx: *all", "yaml", {"a": [1, 1], "b": [1, 1]}),
        ('{"slug": "p"}', "json", {}),
        ("{}", "json", {}),
        ("steps: 5", "yaml", {}),
    ],
)
def test_a_text_is_looked_at_with_the_lines_of_its_steps(
    source: str, notation: str, lines: dict[str, Any], project: Project, ann: Person, api: Any
) -> None:
    found = looked(api, ann, source=source, notation=notation)

    assert found["lines"] == lines


@pytest.mark.parametrize(
    ("source", "notation", "line"),
    [
        ("steps: [", "yaml", 1),
        ("a: 1\n b: 2", "yaml", 2),
        ('{"a": 1,}', "json", 1),
        ("- 1", "yaml", 1),
        ("", "yaml", 1),
    ],
)
def test_a_text_that_is_no_plan_is_a_problem_with_its_place(
    source: str, notation: str, line: int, project: Project, ann: Person, api: Any
) -> None:
    found = looked(api, ann, source=source, notation=notation)

    assert found.keys() == {"problem"}
    assert found["problem"]["line"] == line and found["problem"]["message"]


@pytest.mark.parametrize("body", [{}, {"document": []}, {"source": 5}, {"source": "a", "notation": "toml"}])
def test_what_is_no_document_is_refused(
    body: dict[str, Any], project: Project, ann: Person, api: Any
) -> None:
    answer = api(ann).post(LOOK, body, format="json")

    assert answer.status_code == 400 and answer.json()["detail"]


def test_only_authors_look_and_to_strangers_nothing_exists(
    project: Project, ben: Person, cy: Person, api: Any
) -> None:
    answers = [
        api(person).post(f"{LOOK}?organization=northwind", {"document": {}}, format="json").status_code
        for person in (ben, cy)
    ]

    assert answers == [403, 404]


def test_the_document_of_a_look_is_a_fixed_point(project: Project, ann: Person, api: Any) -> None:
    first = looked(
        api, ann, document=document({"slug": "a", "type": "LLM", "promptBody": "x"}, script("b", "a?"))
    )
    second = looked(api, ann, document=first["document"])

    assert second == first
    assert write(read(first["document"])[0]) == first["document"]


def test_a_text_is_patched_with_what_changed_on_the_canvas(project: Project, ann: Person, api: Any) -> None:
    steps = [{"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "return {};\n"}}]
    body = {"document": {"slug": "p", "name": "Q", "steps": steps}, "source": YAML, "notation": "yaml"}

    answer = api(ann).post("/api/plan-editor/source/", body, format="json")

    assert answer.json() == {
        "source": YAML[: YAML.index("\n- {slug: b")].replace("\n\n", "\n") + "name: Q\n",
        "lines": {"a": [4, 8]},
    }


def test_without_a_text_one_is_written(project: Project, ann: Person, api: Any) -> None:
    body = {"document": {"slug": "p", "steps": []}, "source": "", "notation": "json"}

    answer = api(ann).post("/api/plan-editor/source/", body, format="json")

    assert answer.json() == {"source": '{\n  "slug": "p",\n  "steps": []\n}\n', "lines": {}}
