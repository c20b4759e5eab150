"""StepFlow flows, in the spelling of pages and of code, read as plans."""

from __future__ import annotations

from typing import Any

import pytest

from plans.language.findings import Catalog, check_document
from plans.language.source import parse_source
from plans.language.spellings import read, write

FLOW = """
schema: https://stepflow.org/schemas/v1/flow.json
name: Degrade
version: "1.0"
input_schema: {type: object}
outputSchema:
steps:
- id: load_file
  component: /builtins/load_file
  input_schema:
  input: {path: config.json}
- id: enrich
  component: /user/enrich
  on_error: {action: continue, default_output: {enriched: false}}
  skip: {$from: {workflow: input}, path: off}
  input: {data: {$from: {step: load_file}, path: data}}
- id: answer
  component: /response/create
  mustExecute: true
  input:
    extra: {$from: {step: enrich}, onSkip: {action: useDefault, defaultValue: {none: true}}}
output: {$from: {step: answer}}
test: {cases: []}
"""

PLAN: dict[str, Any] = {
    "name": "Degrade",
    "inputsSchema": {"type": "object"},
    "metadata": {"stepflow": {"schema": "https://stepflow.org/schemas/v1/flow.json", "version": "1.0"}},
    "steps": [
        {
            "slug": "load_file",
            "kind": "EXECUTION",
            "config": {"moduleRef": "builtin/load_file"},
            "input": {"path": "config.json"},
        },
        {
            "slug": "enrich",
            "kind": "EXECUTION",
            "config": {"moduleRef": "user/enrich"},
            "input": {"data": {"$from": {"step": "load_file"}, "path": "data"}},
            "skipIf": {"$from": {"workflow": "input"}, "path": "off"},
            "onError": {"action": "continue", "defaultOutput": {"enriched": False}},
        },
        {
            "slug": "answer",
            "kind": "EXECUTION",
            "config": {"moduleRef": "response/create"},
            "input": {
                "extra": {"$from": {"step": "enrich"}, "$on_skip": "use_default", "$default": {"none": True}}
            },
            "mustExecute": True,
        },
    ],
    "output": {"$from": {"step": "answer"}},
    "failurePolicy": "output",
    "test": {"cases": []},
}


def test_a_flow_is_read_as_a_plan_that_fails_by_its_output() -> None:
    plan, found = check_document(parse_source(FLOW, filename="flow.yaml"), Catalog())

    assert write(plan) == PLAN
    assert found == []
    assert read(PLAN) == (plan, [])


@pytest.mark.parametrize("key", ["skip", "skip_if", "skipIf"])
def test_a_skip_condition_has_three_spellings(key: str) -> None:
    plan, found = read({"steps": [{"id": "a", "component": "/x/y", key: {"$input": "off"}}]})

    assert (write(plan)["steps"][0]["skipIf"], found) == ({"$input": "off"}, [])


def test_a_fragment_without_a_schema_is_a_flow_by_its_steps() -> None:
    plan, found = read({"steps": [{"id": "a", "component": "/x/y"}]})

    assert (plan.failure_policy, plan.steps[0].slug, found) == ("output", "a", [])


@pytest.mark.parametrize("steps", [{}, {"steps": []}, {"steps": None}])
@pytest.mark.parametrize(
    "key", ["schemas", "version", "examples", "input_schema", "output_schema", "inputSchema"]
)
def test_a_flow_without_steps_is_known_by_its_own_keys(key: str, steps: dict[str, Any]) -> None:
    plan, found = read({key: {}, **steps, "output": {"$input": "name"}})

    assert (plan.failure_policy, found) == ("output", [])


def test_a_plan_without_steps_stays_a_plan() -> None:
    plan, found = read({"slug": "empty", "version": "1", "steps": []})

    assert (plan.failure_policy, [finding.code for finding in found]) == ("any", ["unknown-key"])


@pytest.mark.parametrize(
    ("flow", "finding"),
    [
        (
            {"inputs": {}, "steps": [{"id": "a", "component": "/x/y"}]},
            ("unknown-key", "warning", 'flow has unknown key "inputs" (did you mean "inputSchema"?)'),
        ),
        (
            {"steps": [{"id": "a", "component": "/x/y", "depends_on": ["b"]}]},
            ("unknown-key", "error", 'step "a" has unknown key "depends_on" (did you mean "dependsOn"?)'),
        ),
        (
            {
                "steps": [
                    {"id": "a", "component": "/x/y", "input": {"$from": {"workflow": "input"}, "pat": "x"}}
                ]
            },
            ("unknown-key", "error", 'step "a" has unknown key "pat" (did you mean "path"?)'),
        ),
        (
            {"steps": [{"id": "a", "component": "/x/y", "skip": 1, "skipIf": 2}]},
            ("unknown-key", "error", None),
        ),
        ({"steps": [{"id": "a"}]}, ("step-missing-slug-or-kind", "error", None)),
        ({"steps": [{"component": "/x/y"}]}, ("step-missing-slug-or-kind", "error", None)),
    ],
)
def test_what_is_wrong_in_a_flow_is_found(flow: dict[str, Any], finding: tuple[str, str, str | None]) -> None:
    code, severity, message = finding

    _, found = read(flow)

    assert [(it.code, it.severity) for it in found] == [(code, severity)]
    assert message is None or found[0].message == message


@pytest.mark.parametrize(
    "flow",
    [
        {"variables": {"type": "object", "properties": {"region": {"default": "eu"}}}, "steps": []},
        {
            "schemas": {
                "properties": {"variables": {"type": "object", "properties": {"region": {"default": "eu"}}}}
            }
        },
        {"variables": {"region": {"default": "eu"}}},
    ],
)
def test_variables_are_plain_properties(flow: dict[str, Any]) -> None:
    plan, found = read({"schema": "https://stepflow.org/schemas/v1/flow.json", **flow})

    assert (plan.variables, found) == ({"region": {"default": "eu"}}, [])


def test_an_id_that_is_no_slug_gets_one_and_stays_as_the_name() -> None:
    plan, found = read(
        {
            "steps": [
                {"id": "loadData", "component": "/x/y"},
                {"id": "load-data", "component": "/x/y"},
                {
                    "id": "Use It",
                    "component": "/x/y",
                    "input": [{"$step": "loadData"}, {"$step": "load-data"}],
                },
            ],
            "output": {"$from": {"step": "Use It"}},
            "test": {"cases": [{"steps": {"loadData": {"status": "COMPLETED"}}}]},
        }
    )
    document = write(plan)

    assert [(step["slug"], step.get("name")) for step in document["steps"]] == [
        ("load-data-2", "loadData"),
        ("load-data", None),
        ("use-it", "Use It"),
    ]
    assert document["steps"][2]["input"] == [{"$step": "load-data-2"}, {"$step": "load-data"}]
    assert document["output"] == {"$from": {"step": "use-it"}}
    assert document["test"]["cases"][0]["steps"] == {"load-data-2": {"status": "COMPLETED"}}
    assert [(finding.code, finding.severity, finding.step) for finding in found] == [
        ("stepflow-id-renamed", "warning", "load-data-2"),
        ("stepflow-id-renamed", "warning", "use-it"),
    ]
