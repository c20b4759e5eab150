"""Plan files: JSON, and YAML by the 1.2 core schema."""

from __future__ import annotations

import contextlib
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.source import SourceError, parse_source

# Half characters and NUL are refused: what follows takes everything else.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", {"a": "on"}),
        ("a: yes", {"a": "yes"}),
        ("a: 2024-01-01T00:00:00Z", {"a": "2024-01-01T00:00:00Z"}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: true", {"a": True}),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: 007", {"a": 7}),
        ("a: 0o17", {"a": 15}),
        ("a: 0x1F", {"a": 31}),
        ("a: -1.5e3", {"a": -1500.0}),
        ("a: .5", {"a": 0.5}),
        ("a: '1'", {"a": "1"}),
        ("a: !!str 1", {"a": "1"}),
        ("1: x", {"1": "x"}),
        ("null: x", {"null": "x"}),
        ("dependsOn: [a?, b:x]", {"dependsOn": ["a?", "b:x"]}),
        ("dependsOn: [a:go?, a?:go]", {"dependsOn": ["a:go?", "a?:go"]}),
        ("a: &n {k: 1}\nb: *n", {"a": {"k": 1}, "b": {"k": 1}}),
        ("<<: {k: 1}", {"<<": {"k": 1}}),
        ("{slug: a, steps: []}", {"slug": "a", "steps": []}),
        ("a: >\n  one\n  two\n", {"a": "one two\n"}),
        ("", None),
        ("# nothing", None),
        ("--- \na: 1\n", {"a": 1}),
    ],
)
def test_yaml_is_read_by_the_core_schema(text: str, value: object) -> None:
    assert parse_source(text, filename="plan.yaml") == value


def test_key_order_and_whole_numbers_are_kept() -> None:
    value = parse_source("b: 1\na: 2.0\n", filename="plan.yaml")

    assert json.dumps(value) == '{"b": 1, "a": 2.0}'


@pytest.mark.parametrize(
    ("text", "filename", "message", "place"),
    [
        ("a: [1", "p.yaml", "expected ',' or ']', but got '<stream end>'", (1, 6)),
        ("a: 1\na: 2", "p.yaml", 'key "a" stands twice in one mapping', (2, 1)),
        ('{"a": 1, "a": 2}', "p.json", 'key "a" stands twice in one object', (0, 0)),
        ('{"a": }', "p.json", "Expecting value", (1, 7)),
        ('{"a": NaN}', "p.json", "NaN is not a JSON value", (0, 0)),
        ("a: .nan", "p.yaml", ".nan is not a JSON value", (1, 4)),
        ("a: 1e999", "p.yaml", "1e999 is too large a number", (1, 4)),
        ("a: *b", "p.yaml", 'alias "*b" names nothing before it', (1, 4)),
        ("a: &a [*a]", "p.yaml", 'alias "*a" names nothing before it', (1, 8)),
        ("? {a: 1}\n: b", "p.yaml", "a key must be a text", (1, 3)),
        ("a: 1\n---\nb: 2", "p.yaml", "a plan file holds one document, not several", (2, 1)),
        ("a: !!python/object:os.system x", "p.yaml", '"x" is no python/object:os.system', (1, 4)),
        ('{"a": "\\ud800"}', "p.json", "an escape \\uD800 to \\uDFFF without its other half", (0, 0)),
        ("a: !cmd x", "p.yaml", "tag !cmd means nothing in a plan", (1, 4)),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, filename: str, message: str, place: tuple[int, int]
) -> None:
    with pytest.raises(SourceError) as refused:
        parse_source(text, filename=filename)

    assert refused.value.message == message
    assert (refused.value.line, refused.value.column) == place


@pytest.mark.parametrize(
    "text",
    [
        "a" * (5 * 1024 * 1024 + 1),
        "é" * (5 * 1024 * 1024 // 2 + 1),
        "a: " + "[" * 300 + "]" * 300,
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{k}: &{k} [{','.join([f'*{j}'] * 10)}]\n" for j, k in itertools.pairwise("abcdefg")),
    ],
    ids=["bytes", "bytes-of-utf-8", "depth", "multiplying-aliases"],
)
def test_what_is_too_large_is_refused_before_it_is_built(text: str) -> None:
    with pytest.raises(SourceError) as refused:
        parse_source(text, filename="plan.yaml")

    assert refused.value.code == "too-large"


@given(VALUES)
def test_any_json_reads_back_under_either_name(value: object) -> None:
    text = json.dumps(value)

    assert parse_source(text, filename="p.json") == value
    assert parse_source(text, filename="p.yaml") == value


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_source_error(text: str) -> None:
    with contextlib.suppress(SourceError):
        parse_source(text, filename="plan.yaml")
