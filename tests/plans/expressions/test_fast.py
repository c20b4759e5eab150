"""The recogniser of simple conditions answers as JSONata does, or declines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.language.expressions import NO_RESULT, condition_steps, evaluate, parse_error
from plans.language.expressions.fast import DECLINED, decide, recognises

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 0.5, 1.0, -1.5, 2**53, 2**53 + 1]),
    st.sampled_from(["", "a", "b", "1", "true", "é"]),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=2),
    st.dictionaries(
        st.sampled_from(["a", "b", "x-y"]), st.one_of(SCALARS, st.lists(SCALARS, max_size=2)), max_size=3
    ),
)
ROOTS = st.fixed_dictionaries(
    {},
    optional={
        "inputs": VALUES,
        "steps": st.dictionaries(st.sampled_from(["a", "x-y"]), VALUES),
        "n": SCALARS,
    },
)
OPERANDS = st.sampled_from(
    [
        *(
            "inputs",
            "inputs.a",
            "inputs.b",
            "inputs.`x-y`",
            "steps.a.a",
            "steps.`x-y`.b",
            "$.n",
            "$$.n",
            "n",
            "nothing",
        ),
        *("1", "1.0", "0", "-1", "2.50", "9007199254740993", "'a'", '"b"', "''", "true", "false", "null"),
        *("$exists(inputs.a)", "$not(n)", "$exists(steps.a)", "($.n)", "(n=1)", "$not(nothing)"),
    ]
)
COMPARISONS = st.builds(
    lambda a, o, b, s: f"{a}{s}{o}{s}{b}",
    OPERANDS,
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    OPERANDS,
    st.sampled_from([" ", "  ", ""]),
)
TEXTS = st.recursive(
    st.one_of(COMPARISONS, OPERANDS),
    lambda inner: st.one_of(
        st.builds(lambda a, o, b: f"{a} {o} {b}", inner, st.sampled_from(["and", "or"]), inner),
        st.builds(lambda a: f"({a})", inner),
        st.builds(lambda a: f"$not({a})", inner),
    ),
    max_leaves=5,
)


@settings(max_examples=600, deadline=None)
@given(TEXTS, ROOTS)
def test_an_answer_is_the_answer_of_jsonata(text: str, root: dict[str, object]) -> None:
    answer = decide(text, root)

    if answer is DECLINED:
        return
    expected = evaluate(text, root)
    assert (answer, type(answer)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("true", True),
        (" false ", False),
        ("inputs.x = 1", True),
        ("inputs.x = 1 and steps.a.action != 'y'", True),
        ("inputs.x = 2 or steps.`x-y`._statusCode >= 200", True),
        ("steps.b.action = 'x'", False),
        ("steps.b", NO_RESULT),
        ("$exists(steps.b)", False),
        ("inputs.word", "w"),
    ],
)
def test_common_conditions_are_decided_here(text: str, answer: object) -> None:
    root = {"inputs": {"x": 1, "word": "w"}, "steps": {"a": {"action": "x"}, "x-y": {"_statusCode": 201}}}

    assert decide(text, root) == answer


@pytest.mark.parametrize(
    "text",
    [
        *(
            "inputs.x + 1 = 2",
            "1 = 1 = true",
            "steps.a-b = 1",
            "inputs.l[0] = 1",
            "'a\\n' = 'b'",
            "/* c */ true",
            "a.b.",
        ),
        *(
            "a and",
            "$count(x) = 1",
            "x in y",
            "1e3 = 1000",
            "a.1",
            "$x = 1",
            "`a",
            "and = 1",
            "1.x",
            "#",
            "a.true = 1",
        ),
        *("", "x = 1" + " or x = 1" * 90),
    ],
)
def test_all_else_is_declined(text: str) -> None:
    assert decide(text, {"x": 1}) is DECLINED
    assert not recognises(text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_what_is_recognised_is_jsonata(text: str) -> None:
    assert not recognises(text) or parse_error(text) is None


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_the_steps_of_a_recognised_text_are_those_of_its_tree(text: str) -> None:
    if recognises(text):
        # A comment is no simple form, so the same expression is read by the other way.
        assert condition_steps(text) == condition_steps(f"/* c */ {text}")
