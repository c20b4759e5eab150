"""The frozen types of the normal form."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from plans.language.schema import KINDS, STEP_TYPES, Dependency, Plan, ScriptStep


def test_a_plan_is_read_by_its_wire_names() -> None:
    plan = Plan.model_validate(
        {
            "slug": "p",
            "name": "P",
            "failurePolicy": "output",
            "steps": [{"slug": "a", "kind": "SCRIPT", "dependsOn": ["b?:x"], "config": {"scriptBody": "x"}}],
        }
    )

    (step,) = plan.steps
    assert isinstance(step, ScriptStep)
    assert step.config.script_body == "x"
    assert step.depends_on == (Dependency("b", await_only=True, action="x"),)
    assert plan.by_slug == {"a": step}


def test_each_kind_has_its_type_and_its_defaults() -> None:
    assert {kind: STEP_TYPES[kind](slug="a").kind for kind in KINDS} == {kind: kind for kind in KINDS}


def test_a_written_null_is_told_from_nothing() -> None:
    silent = ScriptStep.model_validate({"slug": "a"})
    explicit = ScriptStep.model_validate({"slug": "a", "input": None, "onError": {"defaultOutput": None}})

    assert (silent.has_input, silent.on_error.has_default) == (False, False)
    assert (explicit.has_input, explicit.on_error.has_default) == (True, True)


def test_a_plan_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Plan(slug="a").slug = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    "config",
    [
        {"maxParallel": 0},
        {"maxParallel": "5"},
        {"perDocument": "yes"},
        {"maxFailed": "110%"},
        {"moduleRef": 5},
    ],
)
def test_values_of_another_type_are_refused_not_guessed(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        STEP_TYPES["EXECUTION"].model_validate({"slug": "a", "config": config})


def test_whole_numbers_stay_whole() -> None:
    step = STEP_TYPES["EXECUTION"].model_validate({"slug": "a", "executionPolicy": {"timeoutSeconds": 900}})

    assert repr(step.execution_policy.timeout_seconds) == "900"


def test_an_unknown_join_policy_behaves_as_all_settled() -> None:
    step = ScriptStep.model_validate({"slug": "a", "config": {"joinPolicy": "SOMETIMES"}})

    assert (step.config.join_policy, step.join_policy) == ("SOMETIMES", "ALL_SETTLED")


def test_the_json_schema_shows_authors_nothing_internal() -> None:
    schema = Plan.model_json_schema()

    for part in [schema, *schema["$defs"].values()]:
        assert not {"kept", "broken", "legacy"} & part["properties"].keys()
