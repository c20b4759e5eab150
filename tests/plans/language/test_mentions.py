"""Where texts mention a step, by their tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.mentions import (
    rename_in_jsonata,
    rename_in_prompt,
    rename_in_script,
    rename_in_template,
    steps_in_condition,
)

NAMES = {"a": "z", "a-b": "y-y"}


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("steps.a", "steps.z"),
        ("$.steps.a.x", "$.steps.z.x"),
        ("$$.steps . a", "$$.steps . z"),
        ("steps.`a-b`.x", "steps.`y-y`.x"),
        ("steps.`a`.x", "steps.z.x"),
        ('steps."a-b"', "steps.`y-y`"),
        ("steps.a-b.x", "steps.`y-y`.x"),
        ("steps.a-1", "steps.z-1"),
        ("$lookup(steps, 'a')", "$lookup(steps, 'z')"),
        ("(steps.a = 1) and steps.ab", "(steps.z = 1) and steps.ab"),
        ("my.steps.a", "my.steps.a"),
        ("mysteps.a", "mysteps.a"),
        ("'steps.a'", "'steps.a'"),
        ("/* steps.a */ steps.a", "/* steps.a */ steps.z"),
        ("`steps.a`", "`steps.a`"),
        ("'it\\'s steps.a' & steps.a", "'it\\'s steps.a' & steps.z"),
        ("steps.a and (", "steps.z and ("),
    ],
)
def test_a_step_is_renamed_in_jsonata(text: str, renamed: str) -> None:
    assert rename_in_jsonata(text, NAMES.get) == renamed


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("steps.a.x", "steps.z.x"),
        ("steps['a-b']", "steps['y-y']"),
        ("steps?.a", "steps?.z"),
        ("`${steps.a}`", "`${steps.z}`"),
        ("// steps.a", "// steps.a"),
        ("'steps.a'", "'steps.a'"),
        ("x.steps.a", "x.steps.a"),
        ("{body: ctx.steps.a.x}", "{body: ctx.steps.z.x}"),
        ("ctx . steps?.['a-b']", "ctx . steps?.['y-y']"),
    ],
)
def test_a_step_is_renamed_in_javascript(text: str, renamed: str) -> None:
    assert rename_in_script(text, NAMES.get) == renamed


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("{{steps.a.x}} steps.a", "{{steps.z.x}} steps.a"),
        ("{{ .steps.a-b.x }}", "{{ .steps.y-y.x }}"),
        ("{{ inputs.steps.a }}", "{{ inputs.steps.a }}"),
    ],
)
def test_a_step_is_renamed_in_templates(text: str, renamed: str) -> None:
    assert rename_in_template(text, NAMES.get) == renamed


def test_a_mention_tells_whether_it_was_quoted() -> None:
    assert steps_in_condition("steps.a.x = steps.`b-c`.y and steps.d-e") == (
        ("a", False),
        ("b-c", True),
        ("d-e", False),
    )


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("{{steps.a.x}} {steps.a.x} {steps.a-b}", "{{steps.z.x}} {steps.z.x} {steps.y-y}"),
        ("{a} steps.a {my.steps.a} {steps}", "{a} steps.a {my.steps.a} {steps}"),
    ],
)
def test_a_step_is_renamed_in_both_braces_of_a_prompt(text: str, renamed: str) -> None:
    assert rename_in_prompt(text, NAMES.get) == renamed


@given(st.text(alphabet="steps.ab-`'\"/*$([{} ", max_size=40))
def test_a_text_without_the_step_stays_as_it_is(text: str) -> None:
    for rename in (rename_in_jsonata, rename_in_script, rename_in_template):
        assert rename(text, {}.get) == text
