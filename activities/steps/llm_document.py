"""The document of a per-document LLM step, as its prompt sees it: text, path, what earlier steps read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Final

from activities import sandbox
from activities.modules import ModuleCall
from activities.steps import DocumentView, Failed, StepCall
from activities.steps.execution import document_handle
from activities.steps.failures import business
from plans.language.schema import LlmConfig

READER: Final = "builtin/pdf-text"

Json = Any


@dataclass(frozen=True, slots=True)
class Included:
    """How a document is put in: `types` are file suffixes, media types or labels; bounds that are None do not bind."""

    types: tuple[str, ...] = ()
    extracted_data: bool = True
    max_pages: int | None = None
    max_characters: int | None = None


def included(config: LlmConfig) -> Included | None:
    """Read `includeDocument`; None where no document is put in."""
    typed = config.include_document
    if not isinstance(typed, Mapping):
        return Included() if typed else None
    return Included(
        types=tuple(str(each).casefold().lstrip(".") for each in typed.get("documentTypes") or ()),
        extracted_data=bool(typed.get("includeExtractedData", True)),
        max_pages=_bound(typed.get("maxPages")),
        max_characters=_bound(typed.get("maxCharacters")),
    )


def document_names(call: StepCall, document: DocumentView, wanted: Included) -> dict[str, Json] | Failed:
    """Return `documentText`, `documentPath`, `extractedData`; a document beyond the bounds, or unreadable, fails."""
    if wanted.types and not _is_of(document, wanted.types):
        return {"documentPath": document.name}
    read = _earlier_text(document) or _read(call, document, wanted)
    if isinstance(read, Failed):
        return read
    text, pages = str(read["text"]), int(read.get("pageCount") or len(read.get("pages") or ()))
    if wanted.max_pages is not None and pages > wanted.max_pages:
        return _too_large(f"{document.name} has {pages} pages; includeDocument allows {wanted.max_pages}")
    if wanted.max_characters is not None and len(text) > wanted.max_characters:
        return _too_large(
            f"{document.name} has {len(text)} characters; includeDocument allows {wanted.max_characters}"
        )
    names: dict[str, Json] = {"documentText": text, "documentPath": document.name}
    if wanted.extracted_data:
        names["extractedData"] = {
            slug: result for slug, result in document.results.items() if not _is_text(result)
        }
    return names


def _is_of(document: DocumentView, types: tuple[str, ...]) -> bool:
    known = {PurePath(document.name).suffix.lstrip("."), document.mime, *document.labels}
    return any(each.casefold() in types for each in known)


def _earlier_text(document: DocumentView) -> Mapping[str, Json] | None:
    return next((result for result in document.results.values() if _is_text(result)), None)


def _is_text(result: Json) -> bool:
    return isinstance(result, Mapping) and isinstance(result.get("text"), str)


def _read(call: StepCall, document: DocumentView, wanted: Included) -> Mapping[str, Json] | Failed:
    options = {"max_pages": wanted.max_pages} if wanted.max_pages else {}
    request = ModuleCall(options=options, documents=[document_handle(document)])
    seconds = call.timeout_seconds or sandbox.MODULE_LIMITS.seconds
    outcome = sandbox.run_module(
        READER, request, limits=replace(sandbox.MODULE_LIMITS, seconds=seconds), on_start=call.on_start
    )
    if outcome.error is None:
        return dict(outcome.value or {})
    return business(outcome.error["code"], outcome.error["class"], outcome.error["message"])


def _too_large(message: str) -> Failed:
    return business("document-too-large", "DocumentTooLarge", message)


def _bound(value: Json) -> int | None:
    return (
        int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    )
