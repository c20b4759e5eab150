"""Templates: `{{ path }}`, titles and prompt names."""

from __future__ import annotations

import pytest

from plans.language.expressions import (
    TemplateError,
    fill_names,
    interpolate,
    render_title,
    template_error,
    template_paths,
)

ROOT: dict[str, object] = {
    "inputs": {"n": 41, "po": "PO & 1", "list": [1, {"a": None}], "none": None, "text": "{{inputs.n}}"},
    "steps": {"post-bill": {"_statusCode": 200}},
    "documentPath": "in/box/bill.pdf",
    "documentNames": ["a.pdf", "b.pdf"],
    "documentCount": 2,
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("{{inputs.n}}", 41),
        ("{{ .inputs.n }}", 41),
        ("PO {{inputs.n}}", "PO 41"),
        (" {{inputs.n}}", " 41"),
        ("{{inputs.n}}{{inputs.n}}", "4141"),
        ("{{ inputs.list }}", [1, {"a": None}]),
        ("l={{ inputs.list }}", 'l=[1,{"a":null}]'),
        ("{{ inputs.po }}!", "PO & 1!"),
        ("{{ inputs.none }}", None),
        ("x{{ inputs.none }}", "x"),
        ("{{ inputs.text }}", "{{inputs.n}}"),
        ("{{ steps.post-bill._statusCode }}", 200),
        ('{{ inputs.list[1]["a"] }}', None),
        ({"a": ["{{inputs.n}}", 1, None], "{{inputs.n}}": True}, {"a": [41, 1, None], "{{inputs.n}}": True}),
        ('{{ inputs.nope | default "d" }}', "d"),
    ],
)
def test_placeholders_are_filled(value: object, expected: object) -> None:
    assert interpolate(value, ROOT) == (expected, ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{ inputs.nope }}", None),
        ("a{{ inputs.nope }}b", "ab"),
        ("{{ secrets.x }}", None),
        ("{{ range }}-", "-"),
    ],
)
def test_a_missing_value_leaves_a_warning(value: str, expected: object) -> None:
    filled, warnings = interpolate(value, ROOT)

    assert filled == expected
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Invoice {{ .inputs.n }}", "Invoice 41"),
        ("Invoice {{ inputs.nope }}.", "Invoice ."),
        ("{{ .documentCount }} document(s)", "2 document(s)"),
        ("{{ filename .documentPath }}", "bill.pdf"),
        ("{{ .documentPath | filename }}", "bill.pdf"),
        ('{{ join .documentNames ", " }}', "a.pdf, b.pdf"),
        ('{{ .documentNames | join " + " }}', "a.pdf + b.pdf"),
        ('{{ .inputs.nope | default "none" }}', "none"),
        ('{{ default "none" .inputs.n }}', "41"),
        ('{{ default .inputs.nope "none" }}', "none"),
        ('{{ default "x" (filename .documentPath) }}', "bill.pdf"),
        ("a {{- .inputs.n -}} b", "a41b"),
        ("a{{/* note */}}b", "ab"),
        ("", ""),
        ("<{{ .inputs.po }}>", "<PO & 1>"),
    ],
)
def test_titles_are_rendered(template: str, expected: str) -> None:
    assert render_title(template, ROOT) == expected


@pytest.mark.parametrize(
    ("template", "line", "column"),
    [
        ("{{ if .x }}", 1, 4),
        ("a\n {{ .x | shout }}", 2, 10),
        ("{{ .x", 1, 1),
        ("{{ filename }}", 1, 4),
        ("{{ .a .b }}", 1, 4),
        ("{{ }}", 1, 4),
        ("ab {{ (.x }}", 1, 7),
        ("{{ .x % 2 }}", 1, 7),
    ],
)
def test_a_broken_title_tells_the_place(template: str, line: int, column: int) -> None:
    error = template_error(template)

    assert error is not None
    assert (error.line, error.column) == (line, column)
    with pytest.raises(TemplateError):
        render_title(template, ROOT)


def test_the_paths_of_a_title_are_listed() -> None:
    assert template_paths('{{ .inputs.a | default "x" }} {{ filename documentPath }}') == (
        "inputs.a",
        "documentPath",
    )


def test_names_in_a_prompt_are_filled_and_unknown_ones_stay() -> None:
    assert (
        fill_names('{vendor}: {"a": {x}} {list}', {"vendor": "ACME", "list": [1]}) == 'ACME: {"a": {x}} [1]'
    )
