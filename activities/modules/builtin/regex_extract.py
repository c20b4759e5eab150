"""`builtin/regex-extract`: fields of a text by patterns, numbers and dates in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Self

import regex
from pydantic import Field, model_validator

from activities.modules.builtin.normal_values import DecimalMark, date_of, number_of
from activities.modules.builtin.texts import decode, only_document, read_bytes, text_in
from activities.modules.calls import ModuleCall, ModuleFailed
from activities.modules.registry import Options

FieldType = Literal["text", "number", "integer", "date"]

_PATTERN_SECONDS: Final = 5.0
_FLAGS: Final = regex.MULTILINE | regex.VERSION0


class RegexExtractOptions(Options):
    """Patterns by field; of several the first that matches counts, of a match its first group."""

    patterns: dict[str, str | list[str]] = Field(min_length=1, title="Patterns by field")
    types: dict[str, FieldType] = Field(default_factory=dict, title="Types by field")
    source: str | None = Field(default=None, alias="from", title="Step whose text is read")
    ignore_case: bool = Field(default=True, title="Ignore case")
    decimal: DecimalMark = Field(default="auto", title="Decimal mark")
    day_first: bool = Field(default=True, title="31/12, not 12/31")

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        for field, patterns in self.patterns.items():
            for pattern in _listed(patterns):
                try:
                    regex.compile(pattern, _FLAGS)
                except regex.error as error:
                    raise ValueError(f'pattern of "{field}" cannot be read: {error}') from error
        unknown = sorted(set(self.types) - set(self.patterns))
        if unknown:
            raise ValueError(f"types name fields without a pattern: {', '.join(unknown)}")
        return self


class RegexExtract:
    """Result {fields: {name: value or null}, missing: [name]}.

    The text is `input` (or `input.text`), else the result of the step named by `from` (of this document, or as a
    whole), else the newest text among the results of the document, else the document itself as a text file.
    """

    ref = "builtin/regex-extract"
    title = "Extract fields by patterns"
    options = RegexExtractOptions
    pure = True

    def run(self, call: ModuleCall) -> Any:
        """Extract; fails with `no-text`, `pattern-timeout`, or what reading the document fails with."""
        options = RegexExtractOptions.model_validate(call.options)
        text = _source(call, options)
        fields = {field: _extract(field, text, options) for field in options.patterns}
        return {"fields": fields, "missing": [field for field, value in fields.items() if value is None]}


def _source(call: ModuleCall, options: RegexExtractOptions) -> str:
    text = text_in(call.input)
    if text is None and options.source is not None:
        text = _text_of_step(call, options.source)
        if text is None:
            raise ModuleFailed("no-text", f'step "{options.source}" has no result with a text')
    if text is not None:
        return text
    document = only_document(call)
    for result in reversed(list(document.results.values())):
        text = text_in(result)
        if text is not None:
            return text
    data = read_bytes(document)
    if b"%PDF-" in data[:1024]:
        message = (
            f'{document.name} is a PDF; read it with builtin/pdf-text first, and name that step in "from"'
        )
        raise ModuleFailed("no-text", message)
    return decode(data)


def _text_of_step(call: ModuleCall, step: str) -> str | None:
    for document in call.documents if len(call.documents) == 1 else []:
        text = text_in(document.results.get(step))
        if text is not None:
            return text
    result = call.steps.get(step)
    text = text_in(result)
    if text is None and isinstance(result, Mapping) and isinstance(result.get("documents"), Mapping):
        # Seen from a step that is not per document, the texts of all documents stand one after the other.
        texts = [text_in(each) for each in result["documents"].values()]
        return "\n".join(each for each in texts if each is not None) or None
    return text


def _extract(field: str, text: str, options: RegexExtractOptions) -> str | int | float | None:
    normal = _normaliser(options, options.types.get(field, "text"))
    flags = _FLAGS | (regex.IGNORECASE if options.ignore_case else 0)
    for pattern in _listed(options.patterns[field]):
        try:
            match = regex.search(pattern, text, flags, timeout=_PATTERN_SECONDS)
        except TimeoutError as error:
            message = f'the pattern of "{field}" ran longer than {_PATTERN_SECONDS:g} s; make it more exact'
            raise ModuleFailed("pattern-timeout", message) from error
        value = None if match is None else normal(_group(match))
        if value is not None:
            return value
    return None


def _normaliser(options: RegexExtractOptions, kind: FieldType) -> Callable[[str], str | int | float | None]:
    match kind:
        case "text":
            return lambda text: text or None
        case "number":
            return lambda text: number_of(text, decimal=options.decimal)
        case "integer":
            return lambda text: _whole(number_of(text, decimal=options.decimal))
        case "date":
            return lambda text: date_of(text, day_first=options.day_first)


def _whole(number: int | float | None) -> int | None:
    return int(number) if number is not None and number == int(number) else None


def _group(match: Any) -> str:
    """Give the first group that took part, else the whole match."""
    return str(next((group for group in match.groups() if group is not None), match[0])).strip()


def _listed(patterns: str | list[str]) -> list[str]:
    return [patterns] if isinstance(patterns, str) else patterns


MODULE = RegexExtract()
