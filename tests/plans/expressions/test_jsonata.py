"""JSONata: plain JSON out, bounds, and which steps an expression reads."""

from __future__ import annotations

import json

import pytest

from plans.language.expressions import (
    NO_RESULT,
    ExpressionError,
    condition_steps,
    evaluate,
    fast,
    hyphen_slug_problem,
    jsonata,
    parse_error,
)

ROOT = {
    "n": 1,
    "f": 1.5,
    "nothing": None,
    "l": [None, 1],
    "o": {"z": 1, "a": 2},
    "items": [{"p": 1}, {"p": 2}],
    "rows": list(range(100_001)),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n + 1", 2),
        ("f * 2", 3),
        ("nothing", None),
        ("l", [None, 1]),
        ("l[0]", None),
        ("o", {"z": 1, "a": 2}),
        ("items.p", [1, 2]),
        ("items[p=2]", {"p": 2}),
        ("[1..3]", [1, 2, 3]),
        ("{'r': [1..2], 'm': missing}", {"r": [1, 2]}),
        ("{'x': nothing}", {"x": None}),
        ("$x := 3", 3),
        ("missing != 1", False),
        ("'kx'", "kx"),
    ],
)
def test_the_result_is_plain_json(text: str, expected: object) -> None:
    assert json.dumps(evaluate(text, ROOT)) == json.dumps(expected)


@pytest.mark.parametrize("text", ["missing", "nothing.x", "missing < 1", "$x", "items[p=9]"])
def test_no_match_is_no_result_and_not_null(text: str) -> None:
    assert evaluate(text, ROOT) is NO_RESULT


def test_a_variable_of_one_evaluation_is_gone_in_the_next() -> None:
    evaluate("$kept := 3", ROOT)

    assert evaluate("$kept", ROOT) is NO_RESULT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 +", "invalid-expression"),
        ("", "invalid-expression"),
        ("1/0", "expression-failed"),
        ("n < 'a'", "expression-failed"),
        ("$uppercase", "expression-failed"),
        ("( $f := function($n){ 1 + $f($n) }; $f(1) )", "expression-too-deep"),
        ("+".join(["1"] * 300), "expression-too-deep"),
        ("(" * 3000 + "1" + ")" * 3000, "expression-too-deep"),
        ("[1..10000000]", "expression-too-large"),
        ("$append([1..90000], [1..90000])", "expression-too-large"),
        ("$count(rows)", "expression-too-large"),
    ],
)
def test_what_fails_or_goes_past_a_bound_is_an_error(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, ROOT)

    assert caught.value.code == code


def test_time_is_bounded() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("( $f := function($n){ $f($n) }; $f(1) )", {}, seconds=0.05)

    assert caught.value.code == "expression-timeout"


def test_a_parse_error_is_told_and_its_absence_too() -> None:
    assert parse_error("steps.a.action = 'x'") is None
    assert parse_error("a = ") == "Unexpected end of expression (line 1, column 5)"
    assert parse_error("a and\n  b cents") == "Syntax error: cents (line 2, column 5)"
    assert parse_error("$f(") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps.a.x = 1", {"a"}),
        ("inputs.x", set()),
        ('steps.`a-b`.x or steps."q".r', {"a-b", "q"}),
        ("$.steps.a = $$.steps.b.c", {"a", "b"}),
        ("$map(inputs.l, function($v){ $v + steps.z.n })", {"z"}),
        ("steps.a ? steps.b : steps.c", {"a", "b", "c"}),
        ("{'a': steps.d.e}", {"d"}),
        ("inputs.items[$ > 1].steps.q", set()),
        ("inputs[$$.steps.b.x=1]", {"b"}),
        ("$now() > inputs.x", set()),
        ("not ( valid", set()),
    ],
)
def test_the_steps_of_an_expression_are_known(text: str, expected: set[str]) -> None:
    assert condition_steps(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "steps",
            "steps.*",
            "**.a",
            "*",
            "$",
            "$$",
            "$keys()",
            "$lookup('steps')",
            "$lookup(steps, 'a')",
            "steps['a']",
        ),
        *("inputs.x[%.y]", "$eval('steps')", "($r := $; $r.steps.a)", "items@$i.steps.a", "steps{ 'a': b }"),
        *("$ ~> |inputs|{}|",),
    ],
)
def test_the_steps_of_an_expression_cannot_be_known(text: str) -> None:
    assert condition_steps(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps.post-bill._statusCode = 200", "post-bill"),
        ("1 = 1 and steps . post-bill-2.x", "post-bill-2"),
        ("steps.post-bill-9", "post-bill"),
        ("steps.`post-bill`.x", None),
        ("'steps.post-bill'", None),
        ("steps.post - bill", None),
        ("steps.a-b", None),
        ("mysteps.post-bill", None),
        ("/* steps.post-bill */ true", None),
    ],
)
def test_a_slug_with_a_hyphen_needs_backticks(text: str, expected: str | None) -> None:
    assert hyphen_slug_problem(text, {"post-bill", "post-bill-2", "post"}) == expected


LONG = {
    "chain": "steps.a.n = 1" + " and steps.a.n = 1" * 6_000,
    "sum": "1" + "+1" * 50_000,
    "hyphens": "steps.a" + "-a" * 50_000,
    "brackets": "(" * 100_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_text_beyond_the_cap_is_parsed_by_nobody(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonata, "Jsonata", None)
    monkeypatch.setattr(fast, "_tokens", None)

    with pytest.raises(ExpressionError, match="more than 10,000 characters"):
        evaluate(text, {})
    assert parse_error(text) == "the expression has more than 10,000 characters"
    assert condition_steps(text) == frozenset()
    assert hyphen_slug_problem(text, {"a-a"}) is None
