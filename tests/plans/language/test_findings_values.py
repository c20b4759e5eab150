"""Inputs and variables of a start are coerced and judged."""

from __future__ import annotations

from typing import Any

import pytest

from plans.language.findings import check_inputs, check_variables
from plans.language.schema import Plan


def plan_with(*options: dict[str, Any], **keys: Any) -> Plan:
    """Make a plan of input options."""
    return Plan.model_validate({"slug": "p", "inputOptions": list(options), **keys})


@pytest.mark.parametrize(
    ("kind", "given", "coerced"),
    [
        ("string", "x", "x"),
        ("string", 5, "5"),
        ("text", "", ""),
        ("integer", "5", 5),
        ("integer", " -5 ", -5),
        ("integer", 5.0, 5),
        ("number", "1.5", 1.5),
        ("number", 7, 7),
        ("boolean", "true", True),
        ("boolean", "No", False),
        ("boolean", 1, True),
        ("date", "2026-11-20", "2026-11-20"),
        ("datetime", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("selection", "anything", "anything"),
        ("object", '{"a": 1}', {"a": 1}),
        ("object", {"a": 1}, {"a": 1}),
        ("array", "[1]", [1]),
        ("cloudModel", "gpt", "gpt"),
        ("unheard-of", [1], [1]),
    ],
)
def test_a_value_takes_the_type_of_its_option(kind: str, given: object, coerced: object) -> None:
    inputs, found = check_inputs(plan_with({"name": "n", "type": kind}), {"n": given, "extra": 1})

    assert (inputs, found) == ({"n": coerced, "extra": 1}, [])
    assert type(inputs["n"]) is type(coerced)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("integer", "abc", "/n: must be a whole number"),
        ("integer", 5.5, "/n: must be a whole number"),
        ("integer", True, "/n: must be a whole number"),
        ("number", "1e999", "/n: must be a number"),
        ("number", [], "/n: must be a number"),
        ("boolean", "perhaps", "/n: must be true or false"),
        ("date", "20.11.2026", "/n: must be a date such as 2026-11-20"),
        ("datetime", 5, "/n: must be a date and time such as 2026-11-20T14:30:00Z"),
        ("object", "[1]", "/n: must be an object"),
        ("array", "x", "/n: must be a list"),
        ("string", {}, "/n: must be a text"),
    ],
)
def test_an_impossible_value_is_found_by_json_pointer(kind: str, given: object, message: str) -> None:
    _, found = check_inputs(plan_with({"name": "n", "type": kind}), {"n": given})

    assert [(finding.code, finding.message) for finding in found] == [("invalid-inputs", message)]


@pytest.mark.parametrize("missing", [{}, {"a": None, "b": ""}, {"a": "", "c": 1}])
def test_required_inputs_that_are_absent_null_or_empty_are_named(missing: dict[str, Any]) -> None:
    plan = plan_with(
        {"name": "a", "required": True}, {"name": "b", "required": True, "type": "integer"}, {"name": "c"}
    )

    _, found = check_inputs(plan, missing)

    assert [(finding.code, finding.message) for finding in found] == [
        ("missing-required-inputs", "missing required inputs: a, b")
    ]


def test_an_empty_field_of_a_form_counts_as_absent_and_a_default_stands_in() -> None:
    plan = plan_with({"name": "n", "type": "integer"}, {"name": "d", "type": "integer", "default": 7})

    assert check_inputs(plan, {"n": ""}) == ({"d": 7}, [])


def test_a_selection_offers_values_or_labelled_values() -> None:
    plan = plan_with({"name": "n", "type": "selection", "options": ["a", {"value": "b", "label": "B"}]})

    assert check_inputs(plan, {"n": "b"})[1] == []
    assert check_inputs(plan, {"n": "c"})[1][0].message == "/n: must be one of a, b"


def test_the_schema_judges_the_coerced_inputs() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 1}, "a/b": {"type": "string"}},
    }
    plan = plan_with({"name": "n", "type": "integer"}, inputsSchema=schema)

    assert check_inputs(plan, {"n": "5"}) == ({"n": 5}, [])
    _, found = check_inputs(plan, {"n": "0", "a/b": 1})

    assert [finding.message for finding in found] == [
        "/a~1b: 1 is not of type 'string'",
        "/n: 0 is less than the minimum of 1",
    ]


@pytest.mark.parametrize("schema", [{"$ref": "http://127.0.0.1:9/x.json"}, {"type": 5}, {"pattern": "("}])
def test_a_schema_that_cannot_be_applied_fetches_nothing_and_is_found(schema: dict[str, Any]) -> None:
    _, found = check_inputs(plan_with(inputsSchema={"properties": {"n": schema}}), {"n": "x"})

    assert [finding.code for finding in found] == ["invalid-inputs"]


@pytest.mark.parametrize("inputs", [None, [], "x", 5])
def test_inputs_are_an_object(inputs: object) -> None:
    assert [finding.message for finding in check_inputs(plan_with(), inputs)[1]] == [
        "/: inputs must be an object"
    ]


def test_a_variable_is_what_was_given_else_its_default() -> None:
    plan = plan_with(variables={"region": {"type": "string", "default": "eu"}, "limit": {"type": "integer"}})

    assert check_variables(plan, None) == ({"region": "eu"}, [])
    assert check_variables(plan, {"region": "us", "limit": 3}) == ({"region": "us", "limit": 3}, [])


def test_variables_are_judged_by_their_schemas_and_must_exist() -> None:
    plan = plan_with(variables={"limit": {"type": "integer"}})

    _, found = check_variables(plan, {"limit": "x", "lost": 1})

    assert [finding.message for finding in found] == [
        '/variables/lost: the plan has no variable "lost"',
        "/variables/limit: 'x' is not of type 'integer'",
    ]
