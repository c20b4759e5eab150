"""The grammar of one entry of dependsOn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.dependencies import Dependency, DependencySyntaxError, parse_dependency

IDENTIFIERS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "dependency", "canonical"),
    [
        ("a", Dependency("a"), "a"),
        ("a?", Dependency("a", await_only=True), "a?"),
        ("a:x", Dependency("a", action="x"), "a:x"),
        ("a?:x", Dependency("a", await_only=True, action="x"), "a?:x"),
        ("a:x?", Dependency("a", await_only=True, action="x"), "a?:x"),
        ("a?:x?", Dependency("a", await_only=True, action="x"), "a?:x"),
        (" a ", Dependency("a"), "a"),
        ("1111-11:c0f-fee", Dependency("1111-11", action="c0f-fee"), "1111-11:c0f-fee"),
    ],
)
def test_every_form_is_read_and_written_canonically(
    text: str, dependency: Dependency, canonical: str
) -> None:
    assert parse_dependency(text) == dependency
    assert str(parse_dependency(text)) == canonical


@pytest.mark.parametrize("text", ["", "?", ":x", "a:", "a:?", "a??", "a b", "a:b:c", "a?b"])
def test_a_text_that_is_no_dependency_is_refused_by_name(text: str) -> None:
    with pytest.raises(DependencySyntaxError, match="is no dependency"):
        parse_dependency(text)


@given(IDENTIFIERS, st.booleans(), st.none() | IDENTIFIERS)
def test_reading_what_was_written_gives_the_same(step: str, await_only: bool, action: str | None) -> None:
    dependency = Dependency(step, await_only=await_only, action=action)

    assert parse_dependency(str(dependency)) == dependency


def test_the_uuid_an_author_wrote_takes_no_part_in_comparisons() -> None:
    assert Dependency("a", legacy="1111") == Dependency("a")
