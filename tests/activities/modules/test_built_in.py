"""The built-in modules, called directly."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen import canvas

from activities.modules import (
    DocumentHandle,
    ModuleCall,
    ModuleFailed,
    canonical_ref,
    find_module,
    modules,
    options_schema,
    waiting_seconds,
)


def pdf(*pages: str) -> bytes:
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer)
    for page in pages:
        sheet.drawString(72, 720, page)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("secret"))))
    writer.encrypt("password", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.fixture
def document(tmp_path: Path) -> Any:
    def make(name: str, data: bytes | str, **more: Any) -> DocumentHandle:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return DocumentHandle(name, name, str(path), **more)

    return make


def run(ref: str, **call: Any) -> Any:
    module = find_module(ref)
    assert module is not None
    return module.run(ModuleCall(**call))


def failure(ref: str, **call: Any) -> str:
    with pytest.raises(ModuleFailed) as caught:
        run(ref, **call)
    assert caught.value.message
    return caught.value.code


def test_the_built_in_modules_are_registered_with_a_schema() -> None:
    assert {
        "builtin/pdf-text",
        "builtin/csv-rows",
        "builtin/regex-extract",
        "builtin/noop",
        "builtin/sleep",
    } <= set(modules())
    schema = options_schema("builtin/pdf-text")
    assert schema is not None
    assert "maxPages" in schema["properties"]
    assert options_schema("acme/none") is None


@pytest.mark.parametrize("ref", ["builtin/noop", "/builtin/noop", "builtins/noop", "/builtins/noop"])
def test_a_ref_may_be_spelled_as_a_component_path(ref: str) -> None:
    assert canonical_ref(ref) == "builtin/noop"
    assert find_module(ref) is find_module("builtin/noop")


def test_a_pdf_gives_the_text_of_its_pages(document: Any) -> None:
    result = run("builtin/pdf-text", documents=[document("a.pdf", pdf("one", "two"))])

    assert [page.strip() for page in result["pages"]] == ["one", "two"]
    assert result["pageCount"] == 2
    assert result["text"] == "\n".join(result["pages"])


def test_pages_may_be_limited_and_text_files_are_accepted(document: Any) -> None:
    text = document("a.txt", "é one\ftwo")

    assert run("builtin/pdf-text", documents=[text]) == {
        "pages": ["é one", "two"],
        "text": "é one\ntwo",
        "pageCount": 2,
    }
    assert run("builtin/pdf-text", documents=[text], options={"maxPages": 1})["pages"] == ["é one"]


def test_several_documents_are_told_apart_by_name(document: Any) -> None:
    result = run("builtin/pdf-text", documents=[document("a.txt", "A"), document("b.txt", "B")])

    assert result == {
        "documents": {
            "a.txt": {"pages": ["A"], "text": "A", "pageCount": 1},
            "b.txt": {"pages": ["B"], "text": "B", "pageCount": 1},
        },
        "text": "A\nB",
        "pageCount": 2,
    }


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-1.4 broken", "unreadable"),
        ("a.pdf", pdf("x")[:400], "unreadable"),
        ("a.pdf", encrypted_pdf(), "encrypted"),
        ("a.pdf", pdf(""), "no-text"),
        ("a.bin", b"\x00\x01\x02", "unreadable"),
        ("a.txt", b"  \n", "no-text"),
    ],
)
def test_a_document_that_cannot_be_read_fails_with_a_reason(
    document: Any, name: str, data: bytes, code: str
) -> None:
    assert failure("builtin/pdf-text", documents=[document(name, data)]) == code


def test_a_missing_document_fails_with_a_reason() -> None:
    assert failure("builtin/pdf-text") == "no-document"
    assert (
        failure("builtin/pdf-text", documents=[DocumentHandle("1", "gone.pdf", "/nowhere/gone.pdf")])
        == "unreadable"
    )
    assert failure("builtin/csv-rows") == "no-document"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n3,4\n", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        ("a;b\n1,5;2\n", [{"a": "1,5", "b": "2"}]),
        ("\ufeffa\tb\r\n1\t2\r\n", [{"a": "1", "b": "2"}]),
        ('a,b\n"x, y","line\nbreak"\n', [{"a": "x, y", "b": "line\nbreak"}]),
        ("a,,a\n1,2\n\n3,4,5,6\n", [
            {"a": "1", "column 2": "2", "a 2": "", "column 4": ""},
            {"a": "3", "column 2": "4", "a 2": "5", "column 4": "6"},
        ]),
        ("a\n1\n", [{"a": "1"}]),
    ],
)  # fmt: skip
def test_rows_of_a_csv_are_objects(document: Any, text: str, rows: list[dict[str, str]]) -> None:
    result = run("builtin/csv-rows", documents=[document("a.csv", text)])

    assert result == {"rows": rows, "columns": list(rows[0]), "rowCount": len(rows)}


def test_a_csv_may_come_as_input_without_a_header() -> None:
    result = run("builtin/csv-rows", input={"text": "1|2"}, options={"header": False})

    assert result["rows"] == [{"column 1": "1", "column 2": "2"}]


def test_a_csv_in_windows_1252_is_read(document: Any) -> None:
    assert run("builtin/csv-rows", documents=[document("a.csv", "n\nMüller\n".encode("cp1252"))])["rows"] == [
        {"n": "Müller"}
    ]


def test_fields_are_extracted_and_the_missing_named() -> None:
    text = "Invoice No. R-17\nDate: 31.12.2026\nTotal: EUR 1.234,56\n"
    options = {
        "patterns": {
            "number": r"invoice no\.\s*(\S+)",
            "date": [r"issued (\S+)", r"date:\s*(\S+)"],
            "total": r"total:\s*(.+)",
            "vat": r"vat:\s*(.+)",
        },
        "types": {"total": "number", "date": "date"},
    }

    assert run("builtin/regex-extract", options=options, input={"text": text}) == {
        "fields": {"number": "R-17", "date": "2026-12-31", "total": 1234.56, "vat": None},
        "missing": ["vat"],
    }


def test_the_text_comes_from_an_earlier_step_of_the_document(document: Any) -> None:
    one = document("a.txt", "n=9", results={"read": {"text": "n=1"}, "other": {"text": "n=2"}})

    def number(**more: Any) -> Any:
        options = {"patterns": {"n": r"n=(\d)"}, "types": {"n": "integer"}, **more.pop("options", {})}
        return run("builtin/regex-extract", options=options, **more)["fields"]["n"]

    assert number(documents=[one], options={"from": "read"}) == 1
    assert number(documents=[one]) == 2
    assert number(documents=[document("b.txt", "n=9")]) == 9
    assert number(steps={"read": {"text": "n=3"}}, options={"from": "read"}) == 3
    assert number(steps={"read": {"documents": {"a": {"text": "n=4"}}}}, options={"from": "read"}) == 4
    assert failure("builtin/regex-extract", options={"patterns": {"n": "x"}, "from": "none"}) == "no-text"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"patterns": {}},
        {"patterns": {"a": "("}},
        {"patterns": {"a": "x"}, "types": {"b": "date"}},
        {"patterns": {"a": "x"}, "typo": 1},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        run("builtin/regex-extract", options=options, input="x")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("1.234,56", 1234.56),
            ("1,234.56", 1234.56),
            ("1 234,56 €", 1234.56),
            ("1'234.56", 1234.56),
            ("12,5", 12.5),
        ),
        *(
            ("1.234", 1234),
            ("1,234", 1234),
            ("0.123", 0.123),
            ("1.234.567", 1234567),
            ("$ 7", 7),
            ("-7.50", -7.5),
        ),
        *(
            ("7,50-", -7.5),
            ("(7.50)", -7.5),
            ("EUR 12,-", 12),
            ("-EUR 3", -3),
            ("- Total: 3", 3),
            ("12.3456", 12.3456),
            ("none", None),
            ("1,2,3.4", 123.4),
        ),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float | None) -> None:
    result = run(
        "builtin/regex-extract", options={"patterns": {"n": "(.+)"}, "types": {"n": "number"}}, input=text
    )

    assert repr(result["fields"]["n"]) == repr(number)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        *(("2026-12-31", "2026-12-31"), ("2026/1/2", "2026-01-02"), ("2026-12-31T10:00:00Z", "2026-12-31")),
        *(
            ("31.12.2026", "2026-12-31"),
            ("1/2/2026", "2026-02-01"),
            ("12/31/2026", "2026-12-31"),
            ("5.1.26", "2026-01-05"),
        ),
        *(("31. Dezember 2026", "2026-12-31"), ("3 March 2026", "2026-03-03"), ("Mar 3, 2026", "2026-03-03")),
        *(("3-Okt-2026", "2026-10-03"), ("31.2.2026", None), ("soon", None)),
    ],
)
def test_dates_become_iso(text: str, iso: str | None) -> None:
    result = run(
        "builtin/regex-extract", options={"patterns": {"d": "(.+)"}, "types": {"d": "date"}}, input=text
    )

    assert result["fields"]["d"] == iso


def test_noop_gives_its_input_back() -> None:
    assert run("builtin/noop", input={"a": [1]}) == {"a": [1]}


@pytest.mark.parametrize(
    ("options", "given", "seconds"),
    [
        ({"seconds": 2}, None, 2.0),
        ({"durationMs": 10}, {}, 0.01),
        ({"seconds": 2}, {"duration_ms": 500}, 0.5),
        ({}, None, 0.0),
    ],
)
def test_sleep_tells_how_long_it_waits(options: dict[str, Any], given: Any, seconds: float) -> None:
    assert waiting_seconds("builtin/sleep", options, given) == seconds


def test_only_sleep_waits() -> None:
    assert waiting_seconds("builtin/noop", {}, None) is None
    with pytest.raises(ValueError, match="number from 0 up"):
        waiting_seconds("builtin/sleep", {"seconds": "soon"}, None)
    assert run("builtin/sleep", input={"passthrough": {"a": 1}}) == {"a": 1}
