"""Every spelling of a path leads to the same place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.expressions import Found, PathSyntaxError, lookup

VALUE = {
    "a.b": 1,
    "a": {"b": 2},
    "c": {"d": [3, 4]},
    "k k": {"a.b": 5},
    "nothing": None,
    "m~n": {"o/p": 6},
    "/x": 7,
    "t": "text",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, VALUE),
        ("", VALUE),
        ("$", VALUE),
        ("a.b", 1),
        ("$.a.b", 2),
        ("c.d[1]", 4),
        ("$.c.d[0]", 3),
        ("c.d.1", 4),
        ('$["k k"]["a.b"]', 5),
        ("$['k k'][\"a.b\"]", 5),
        ('["c"].d[ 0 ]', 3),
        ("/c/d/1", 4),
        ("/m~0n/o~1p", 6),
        ("/x", 7),
        ("nothing", None),
    ],
)
def test_a_path_leads_to_its_value(path: str | None, expected: object) -> None:
    assert lookup(VALUE, path) == Found(expected)


@pytest.mark.parametrize(
    "path", ["x", "a.b.c", "c.d[2]", "c.d.x", "/c/d/-1", "nothing.x", "t.length", "t[0]", "$.a.b.c", "$x"]
)
def test_a_path_into_nothing_finds_nothing(path: str) -> None:
    assert lookup(VALUE, path) is None


@pytest.mark.parametrize("path", ["a..b", "c.d[-1]", "c.d[*]", "$.", "a[", "c.d[0]x", "$[k]", ".a"])
def test_a_path_that_cannot_be_read_says_where(path: str) -> None:
    with pytest.raises(PathSyntaxError, match=r'^path ".+"'):
        lookup(VALUE, path)


@given(st.dictionaries(st.text(min_size=1), st.integers(), min_size=1))
def test_any_key_is_reached_by_its_own_text_and_by_a_pointer(value: dict[str, int]) -> None:
    for key, item in value.items():
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        assert lookup({"in": value}, "/in" + pointer) == Found(item)
        if key != "$":
            assert lookup(value, key) == Found(item)
