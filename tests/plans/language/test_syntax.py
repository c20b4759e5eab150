"""What surely is JSONata, told without the parser: never wrong, and of use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.expressions import parse_error
from plans.language.findings.syntax import MAX_TOKENS, surely_jsonata

PIECES = (
    *(
        "a",
        "inputs.n",
        "steps.`x-y`",
        "$",
        "$$.a",
        "$sum",
        "'t'",
        '"t"',
        "1",
        "0",
        "01",
        "2.5",
        "true",
        "null",
    ),
    *(
        "and",
        "or",
        "in",
        "function",
        ".",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        ":",
        "?",
        "+",
        "-",
        "*",
        "/",
    ),
    *("=", "!=", "<", ">=", "&", "%", "..", "~>", ":=", "^", "@", "#", "|", "!", " ", "\n", "\f", "\u00a0"),
    *("/*", "*/", "'", "`", "\\"),
)
EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "a.b", "`x-y`", "$v", "$", "1", "'t'", "true", "null"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", " = ", " and ", " in ", ".", "&", "/"]), inner).map("".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(inner, inner).map("{0[0]}[{0[1]}]".format),
        st.tuples(inner, inner).map("[{0[0]}, {0[1]}]".format),
        st.tuples(inner, inner).map("({0[0]}; {0[1]})".format),
        st.tuples(inner, inner).map("$f({0[0]}, {0[1]})".format),
        st.tuples(inner, inner, inner).map("{0[0]} ? {0[1]} : {0[2]}".format),
        st.tuples(inner, inner).map("{{{0[0]}: {0[1]}}}".format),
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | EXPRESSIONS)
def test_what_is_accepted_the_parser_accepts(text: str) -> None:
    assert not surely_jsonata(text) or parse_error(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "inputs.total > 1000 and steps.`post-bill`.action = 'ok'",
        "$count(steps.a.items[price > 5]) > 3",
        "$exists(inputs.x) ? inputs.x : null",
        '{"a": inputs.b, "c": [1, 2, $sum(x.y)]}',
        "(a; b)[0].c & -1",
        "a ? b",
        "$lookup(steps, 'a').result.(x + y)",
    ],
)
def test_what_authors_mostly_write_needs_no_parser(text: str) -> None:
    assert surely_jsonata(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a b", "a +", "(a", "a)", "a[1", "1.b", "a.1", "a..b", "[1..2]", "$map(a, function($x){$x})"),
        *("a^(b)", "a{b: c}", "/x/", "a ~> b", "$x := 1", "*", "a.%", "'a\\nb'", "a : b", "{a ? b : c}", "a /* b */"),
        *("a" + "+a" * MAX_TOKENS, "(" * 40 + "a" + ")" * 40),
    ],
)  # fmt: skip
def test_what_has_rules_of_its_own_is_left_to_the_parser(text: str) -> None:
    assert not surely_jsonata(text)


@pytest.mark.parametrize(
    "text",
    [
        *("'`' a a '`'", "'a' `b", "`a` 'b`'", "007 + a", "1e5 + a", "a 9x", "xé + 1", "orders and"),
        *("a.12", '"`" & b `"`"', "1.2.3", "9999999999999999999 = a b"),
    ],
)  # fmt: skip
def test_names_and_numbers_alike_hide_nothing(text: str) -> None:
    assert not surely_jsonata(text)
