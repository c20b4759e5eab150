"""Every spelling of a plan reads into one normal form, and nothing an author wrote is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from plans.language.finding import Finding
from plans.language.schema import Dependency, Plan
from plans.language.spellings import module_ref, read, write
from tests.plans.language.documents import DOCUMENTS

EXECUTION = {"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "acme/work"}}


def read_step(step: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str | None]]]:
    """Give a lone step in the normal form, and what was found about it."""
    plan, found = read({"slug": "p", "steps": [step]})
    return write(plan)["steps"][0], [(finding.code, finding.field) for finding in found]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ({"slug": "a", "type": "EXECUTION", "moduleRef": "acme/work"}, EXECUTION),
        (
            {"slug": "a", "kind": "EXECUTION", "type": "EXECUTION", "config": {"moduleRef": "acme/work"}},
            EXECUTION,
        ),
        ({**EXECUTION, "config": {"moduleRef": "/acme/work"}}, EXECUTION),
        ({**EXECUTION, "skipIf": None, "setDocumentStatus": None, "conditionExpr": ""}, EXECUTION),
        (
            {"slug": "a", "type": "EXECUTION", "moduleRef": "acme/work", "options": {"k": 1}},
            {**EXECUTION, "config": {"moduleRef": "acme/work", "moduleOptions": {"k": 1}}},
        ),
        (
            {"slug": "a", "kind": "SCRIPT", "config": {"script": "return {}"}},
            {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "return {}"}},
        ),
        ({**EXECUTION, "conditionExpr": {"expr": "a = 1"}}, {**EXECUTION, "conditionExpr": "a = 1"}),
        ({**EXECUTION, "conditionExpr": True}, {**EXECUTION, "conditionExpr": "true"}),
        ({**EXECUTION, "conditionExpr": {"expr": False}}, {**EXECUTION, "conditionExpr": "false"}),
        ({**EXECUTION, "dependsOn": "b"}, {**EXECUTION, "dependsOn": ["b"]}),
        ({**EXECUTION, "dependsOn": ["b:x?", "b?:x", "c"]}, {**EXECUTION, "dependsOn": ["b?:x", "c"]}),
        (
            {
                "slug": "a",
                "kind": "TASK",
                "taskTemplateRef": "t",
                "title": "T",
                "description": "about the step",
            },
            {
                "slug": "a",
                "kind": "CREATE_TASK",
                "description": "about the step",
                "config": {"taskTemplateRef": "t", "title": "T"},
            },
        ),
        (
            {"slug": "a", "type": "AI_PROMPT", "promptBody": "hi"},
            {"slug": "a", "kind": "LLM", "config": {"promptBody": "hi"}},
        ),
        (
            {"slug": "a", "kind": "EXECUTION", "config": {"serviceBridgeRef": "erp", "endpointName": "post"}},
            {
                "slug": "a",
                "kind": "BRIDGE_CALL",
                "config": {"serviceBridgeRef": "erp", "endpointName": "post"},
            },
        ),
        (
            {"slug": "a", "kind": "AGENT", "config": {"agentRuntimeId": "r"}},
            {"slug": "a", "kind": "AGENT", "config": {"agentRuntimeRef": "r"}},
        ),
        (
            {**EXECUTION, "config": {"moduleRef": "acme/work", "joinPolicy": "all_complete"}},
            {**EXECUTION, "config": {"moduleRef": "acme/work", "joinPolicy": "ALL_COMPLETED"}},
        ),
        ({**EXECUTION, "onError": {"action": "terminate"}}, {**EXECUTION, "onError": {"action": "fail"}}),
        (
            {**EXECUTION, "onError": {"action": "useDefault", "defaultValue": None}},
            {**EXECUTION, "onError": {"action": "continue", "defaultOutput": None}},
        ),
        (
            {**EXECUTION, "onError": {"action": "use_default", "default_output": 1}},
            {**EXECUTION, "onError": {"action": "continue", "defaultOutput": 1}},
        ),
        (
            {**EXECUTION, "input": {"k": {"$from": {"step": "b"}, "onSkip": {"action": "useDefault"}}}},
            {
                **EXECUTION,
                "input": {"k": {"$from": {"step": "b"}, "$on_skip": "use_default", "$default": None}},
            },
        ),
        (
            {**EXECUTION, "input": [{"$from": {"step": "b"}, "onSkip": {"action": "skip"}}]},
            {**EXECUTION, "input": [{"$from": {"step": "b"}, "$on_skip": "skip_step"}]},
        ),
        (
            {**EXECUTION, "input": {"$literal": {"$from": "kept", "onSkip": 1}}},
            {**EXECUTION, "input": {"$literal": {"$from": "kept", "onSkip": 1}}},
        ),
        (
            {**EXECUTION, "input": {"$if": {"$input": "f"}, "then": {"$step": "b", "path": "x"}}},
            {**EXECUTION, "input": {"$if": {"$input": "f"}, "then": {"$step": "b", "path": "x"}}},
        ),
    ],
)
def test_each_spelling_is_read_as_the_normal_form(typed: dict[str, Any], normal: dict[str, Any]) -> None:
    step, found = read_step(typed)

    assert step == normal
    assert found == []


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ({"slug": "needs-review"}, {"slug": "needs-review"}),
        ({"uuid": "c0ffee"}, {"slug": "c0ffee", "uuid": "c0ffee"}),
        ({"name": "Needs review!"}, {"slug": "needs-review", "name": "Needs review!"}),
        ({"slug": "x", "uuid": "y", "name": "Z"}, {"slug": "x", "uuid": "y", "name": "Z"}),
    ],
)
def test_an_action_is_named_by_slug_else_uuid_else_name(
    typed: dict[str, Any], normal: dict[str, Any]
) -> None:
    plan, found = read(
        {"steps": [{"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "x", "scriptActions": [typed]}}]}
    )
    (action,) = write(plan)["steps"][0]["config"]["scriptActions"]

    assert ({key: action[key] for key in normal}, found) == (normal, [])


WRONG_STEPS: list[tuple[dict[str, Any], Finding]] = [
    (
        {**EXECUTION, "dependencies": ["b"]},
        Finding("unknown-key", "error", 'step "a" has unknown key "dependencies" (did you mean "dependsOn"?)',
                "a", "dependencies"),
    ),
    (
        {"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "m", "modulOptions": {}}},
        Finding("unknown-key", "error", 'step "a" has unknown key "modulOptions" (did you mean "moduleOptions"?)',
                "a", "config.modulOptions"),
    ),
    (
        {**EXECUTION, "onError": {"action": "retry", "retries": 2}},
        Finding("unknown-key", "error", 'step "a" has unknown key "retries" (did you mean "maxRetries"?)',
                "a", "onError.retries"),
    ),
    (
        {**EXECUTION, "input": {"k": {"$from": {"step": "b"}, "pth": "x"}}},
        Finding("unknown-key", "error", 'step "a" has unknown key "pth" (did you mean "path"?)',
                "a", "input.k.pth"),
    ),
    (
        {**EXECUTION, "input": {"$from": "input"}},
        Finding("invalid-value", "error",
                'step "a" has an invalid "input.$from": write {step: slug}, {workflow: input} or {variable: name}',
                "a", "input.$from"),
    ),
    (
        {"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "m", "maxParallel": "5"}},
        Finding("invalid-value", "error", 'step "a" has an invalid "config.maxParallel": it must be a whole number',
                "a", "config.maxParallel"),
    ),
    (
        {**EXECUTION, "dependsOn": ["b:"]},
        Finding("invalid-value", "error",
                'step "a" has an invalid "dependsOn[0]": "b:" is no dependency; write a step slug, then "?" and '
                '":action" as needed', "a", "dependsOn[0]"),
    ),
    (
        {**EXECUTION, "dependsOn": 7},
        Finding("invalid-value", "error", 'step "a" has an invalid "dependsOn": it must be a list', "a", "dependsOn"),
    ),
    (
        {**EXECUTION, "conditionExpr": {"expr": ""}},
        Finding("condition.malformed", "error", 'step "a" has a conditionExpr without a text "expr"',
                "a", "conditionExpr"),
    ),
    (
        {**EXECUTION, "type": "SCRIPT"},
        Finding("kind-and-type-disagree", "error", 'step "a": kind and type disagree', "a", "type"),
    ),
    (
        {"slug": "a", "kind": "EXECUTION", "moduleRef": "m", "config": {"moduleRef": "n"}},
        Finding("invalid-value", "error",
                'step "a" has an invalid "moduleRef": it says something else than "moduleRef", which is used',
                "a", "moduleRef"),
    ),
    (
        {"slug": "a"},
        Finding("step-missing-slug-or-kind", "error", "step missing required slug or kind", "a", "kind"),
    ),
    (
        {"kind": "SCRIPT", "uuid": "1111"},
        Finding("step-missing-slug-or-kind", "error", "step missing required slug or kind", None, "slug"),
    ),
    (
        {"slug": "a", "kind": "SPLIT"},
        Finding("unknown-kind", "error", 'unknown step kind "SPLIT"', "a", "kind"),
    ),
    (
        {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "x", "scriptActions": [{}]}},
        Finding("invalid-value", "error",
                'step "a" has an invalid "config.scriptActions[0]": an action needs a slug or a name',
                "a", "config.scriptActions[0]"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "finding"), WRONG_STEPS)
def test_what_is_wrong_in_a_step_is_found_and_kept_as_typed(typed: dict[str, Any], finding: Finding) -> None:
    plan, found = read({"steps": [typed]})
    again, found_again = read(write(plan))

    assert found == [finding]
    assert (again, found_again) == (plan, found)
    assert _leaves(typed) <= _leaves(write(plan)["steps"][0]) | _leaves(typed.get("type"))


def test_a_step_that_is_no_object_keeps_its_place() -> None:
    plan, found = read({"steps": ["a", EXECUTION, {"slug": "b"}]})

    assert [(finding.code, finding.field) for finding in found] == [
        ("steps.parse-error", "steps[0]"),
        ("step-missing-slug-or-kind", "kind"),
    ]
    assert [broken.slug for broken in plan.broken] == [None, "b"]
    assert write(plan)["steps"] == ["a", EXECUTION, {"slug": "b"}]


def test_a_dependency_by_legacy_uuid_is_read_as_the_slug() -> None:
    plan, found = read(
        {"steps": [{**EXECUTION, "uuid": "1111"}, {**EXECUTION, "slug": "b", "dependsOn": ["1111?:x"]}]}
    )

    assert plan.steps[1].depends_on == (Dependency("a", await_only=True, action="x"),)
    assert plan.steps[1].depends_on[0].legacy == "1111"
    assert (plan.steps[0].uuid, found) == ("1111", [])


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (
            {"stps": []},
            ("unknown-key", "error", 'plan has unknown key "stps" (did you mean "steps"?)', "stps"),
        ),
        ({"extends": "x"}, ("unknown-key", "warning", None, "extends")),
        ({"failureHandler": {}}, ("unknown-key", "warning", None, "failureHandler")),
        (
            {"steps": {}},
            (
                "steps.parse-error",
                "error",
                "cannot read steps: it is a list of steps, not an object",
                "steps",
            ),
        ),
        ({"failurePolicy": "some"}, ("invalid-value", "error", None, "failurePolicy")),
        ({"inputOptions": {}}, ("input-options.parse-error", "error", None, "inputOptions")),
        ({"inputOptions": ["a"]}, ("input-options.parse-error", "error", None, "inputOptions[0]")),
        (
            {"inputOptions": [{"name": "n", "lable": "N"}]},
            (
                "unknown-key",
                "warning",
                'input option "n" has unknown key "lable" (did you mean "label"?)',
                "inputOptions[0].lable",
            ),
        ),
        ({"output": {"$step": 5}}, ("invalid-value", "error", None, "output.$step")),
        (
            {"steps": [{**EXECUTION, "slug": f"s{number}"} for number in range(2001)]},
            ("too-large", "error", "plan has 2001 steps; at most 2000 are allowed", "steps"),
        ),
        (
            {"steps": [{**EXECUTION, "description": "x" * 5 * 1024 * 1024}]},
            ("too-large", "error", "plan has more than 5 MiB of steps", "steps"),
        ),
        (
            {"inputOptions": [{"name": f"n{number}"} for number in range(501)]},
            ("too-large", "error", "plan has 501 input options; at most 500 are allowed", "inputOptions"),
        ),
    ],
)
def test_what_is_wrong_in_a_plan_is_found_and_kept_as_typed(
    document: dict[str, Any], finding: tuple[str, str, str | None, str]
) -> None:
    plan, found = read(document)
    code, severity, message, field = finding

    assert [(it.code, it.severity, it.field) for it in found] == [(code, severity, field)]
    assert message is None or found[0].message == message
    assert read(write(plan)) == (plan, found)
    assert _leaves(document) <= _leaves(write(plan))


@pytest.mark.parametrize("document", [None, [], 5, "plan", True])
def test_a_document_that_is_no_object_is_a_finding(document: object) -> None:
    plan, found = read(document)

    assert (plan, [finding.code for finding in found]) == (Plan(), ["invalid-value"])


def test_a_document_nested_too_deep_is_a_finding() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"input": deep}

    plan, found = read(deep)

    assert (plan, [finding.code for finding in found]) == (Plan(), ["too-large"])


def test_numbers_and_key_order_survive() -> None:
    options = {"z": 1, "a": 1.0, "m": [10**30, -0.5]}
    plan, _ = read({"steps": [{**EXECUTION, "config": {"moduleRef": "m", "moduleOptions": options}}]})

    assert json.dumps(write(plan)["steps"][0]["config"]["moduleOptions"]) == json.dumps(options)


@pytest.mark.parametrize(
    ("typed", "inputs", "input"),
    [
        ({"inputs": {"n": "inputs.n"}}, {"n": "inputs.n"}, None),
        ({"inputs": {"n": "inputs.n", "a": {"$step": "b"}}}, {"n": "inputs.n"}, {"a": {"$step": "b"}}),
        ({"inputs": {"a": [{"b": {"$input": "x"}}]}}, None, {"a": [{"b": {"$input": "x"}}]}),
        ({"inputs": {"$from": {"workflow": "input"}}}, None, {"$from": {"workflow": "input"}}),
        ({"inputs": {"a": {"$input": "x"}}, "input": {"c": 1}}, None, {"c": 1, "a": {"$input": "x"}}),
        ({"inputs": {"a": {"$input": "x"}}, "input": {"$input": "y"}}, {"a": {"$input": "x"}}, {"$input": "y"}),
    ],
)  # fmt: skip
def test_inputs_of_a_plan_step_that_are_trees_are_its_input(
    typed: dict[str, Any], inputs: Any, input: Any
) -> None:
    step, found = read_step({"slug": "a", "kind": "PLAN", "activityPlanRef": "p", **typed})

    assert (step["config"].get("inputs"), step.get("input"), found) == (inputs, input, [])
    assert read_step(step) == (step, [])


@pytest.mark.parametrize(
    ("typed", "ref"),
    [
        ("/builtin/eval", "builtin/eval"),
        ("/builtins/eval", "builtin/eval"),
        ("builtin://eval", "builtin/eval"),
        ("/builtin/http/get", "builtin/http/get"),
        ("/data/load", "data/load"),
        ("acme/work", "acme/work"),
        ("module://acme/work", "acme/work"),
        ("module:///builtins/eval", "builtin/eval"),
    ],
)
def test_modules_have_one_spelling(typed: str, ref: str) -> None:
    assert module_ref(typed) == ref


@settings(max_examples=400)
@given(DOCUMENTS)
def test_any_json_is_read_and_the_normal_form_is_stable(document: object) -> None:
    plan, _ = read(document)
    normal = write(plan)

    again, found_again = read(normal)

    assert again == plan
    assert write(again) == normal
    assert read(write(again))[1] == found_again
    json.dumps(normal)


def _leaves(value: object) -> set[str]:
    if isinstance(value, dict):
        return {leaf for item in value.values() for leaf in _leaves(item)} | {str(key) for key in value} - {
            "type"
        }
    if isinstance(value, list):
        return {leaf for item in value for leaf in _leaves(item)}
    return {repr(value)}
