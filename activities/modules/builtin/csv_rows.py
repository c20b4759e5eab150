"""`builtin/csv-rows`: the rows of a CSV file as objects."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from pydantic import Field

from activities.modules.builtin.texts import decode, only_document, read_bytes, text_in
from activities.modules.calls import ModuleCall, ModuleFailed
from activities.modules.registry import Options

_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 16_384


class CsvRowsOptions(Options):
    """How the file is written; what is left out is found out."""

    delimiter: str | None = Field(default=None, min_length=1, max_length=1, title="Delimiter")
    encoding: str | None = Field(default=None, title="Encoding")
    header: bool = Field(default=True, title="The first row holds the names of the columns")
    max_rows: int | None = Field(default=None, ge=1, title="Rows at most")


class CsvRows:
    """Result {rows: [{column: text}], columns, rowCount}; a text as `input` (or `input.text`) goes before the file."""

    ref = "builtin/csv-rows"
    title = "Read the rows of a CSV file"
    options = CsvRowsOptions
    pure = True

    def run(self, call: ModuleCall) -> Any:
        """Read the rows; fails with `unreadable`, `empty`, `no-document` or `several-documents`."""
        options = CsvRowsOptions.model_validate(call.options)
        text, name = _source(call, options)
        lines = _lines(text, name, options)
        if not lines:
            raise ModuleFailed("empty", f"{name} holds no rows")
        width = max(len(line) for line in lines)
        columns = _columns(lines[0] if options.header else [], width)
        body = lines[1:] if options.header else lines
        rows = [_row(columns, line) for line in body[: options.max_rows]]
        return {"rows": rows, "columns": columns, "rowCount": len(body)}


def _source(call: ModuleCall, options: CsvRowsOptions) -> tuple[str, str]:
    text = text_in(call.input)
    if text is not None:
        return text.removeprefix("\ufeff"), "the input"
    document = only_document(call)
    try:
        return decode(read_bytes(document), encoding=options.encoding), document.name
    except LookupError as error:
        raise ModuleFailed("unreadable", f"there is no encoding {options.encoding}") from error


def _lines(text: str, name: str, options: CsvRowsOptions) -> list[list[str]]:
    delimiter = options.delimiter or _delimiter(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        return [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise ModuleFailed("unreadable", f"{name} is not a CSV file that can be read: {error}") from error


def _delimiter(text: str) -> str:
    sample = text[:_SAMPLE]
    try:
        return csv.Sniffer().sniff(sample, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        # One column, or too few rows to tell: the delimiter that the first line holds most often.
        first = sample.partition("\n")[0]
        return max(_DELIMITERS, key=first.count)


def _columns(names: Sequence[str], width: int) -> list[str]:
    """Name every column: a missing name is `column 3`, a second `Total` is `Total 2`."""
    columns: list[str] = []
    for index in range(width):
        name = names[index].strip() if index < len(names) else ""
        name = name or f"column {index + 1}"
        unique, number = name, 1
        while unique in columns:
            number += 1
            unique = f"{name} {number}"
        columns.append(unique)
    return columns


def _row(columns: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    cells = [*line, *[""] * (len(columns) - len(line))]
    return dict(zip(columns, cells, strict=True))


MODULE = CsvRows()
