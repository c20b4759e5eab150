"""`builtin/pdf-text`: the text of a PDF, page by page; plain text files too."""

from __future__ import annotations

import io
from typing import Any, Final

from pydantic import Field

from activities.modules.builtin.texts import decode, read_bytes
from activities.modules.calls import DocumentHandle, ModuleCall, ModuleFailed
from activities.modules.registry import Options

# What pypdf raises for broken files beside its own errors: it reads whatever the file says.
_SLIPS: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError),
    *(RecursionError, TypeError, ValueError),
)


class PdfTextOptions(Options):
    """How much to read, and whether a document without any text is a failure."""

    max_pages: int | None = Field(default=None, ge=1, title="Pages at most")
    allow_empty: bool = Field(default=False, title="Accept documents without text")
    password: str | None = Field(default=None, title="Password")


class PdfText:
    """Result {pages: [text], text, pageCount}; of several documents {documents: {name: result}, text, pageCount}."""

    ref = "builtin/pdf-text"
    title = "Read the text of PDFs"
    options = PdfTextOptions
    pure = True

    def run(self, call: ModuleCall) -> Any:
        """Read each document; fails with `unreadable`, `encrypted`, `empty`, `no-text` or `no-document`."""
        options = PdfTextOptions.model_validate(call.options)
        if not call.documents:
            raise ModuleFailed("no-document", "there is no document to read")
        results = {document.name: _read(document, options) for document in call.documents}
        if len(results) == 1:
            return next(iter(results.values()))
        return {
            "documents": results,
            "text": "\n".join(result["text"] for result in results.values()),
            "pageCount": sum(result["pageCount"] for result in results.values()),
        }


def _read(document: DocumentHandle, options: PdfTextOptions) -> dict[str, Any]:
    data = read_bytes(document)
    if b"%PDF-" in data[:1024]:
        pages, count = _pages_of_pdf(data, document.name, options)
    elif _is_text(document, data):
        every = decode(data).split("\f")
        pages, count = every[: options.max_pages], len(every)
    else:
        raise ModuleFailed("unreadable", f"{document.name} is neither a PDF nor a text")
    text = "\n".join(pages)
    if not text.strip() and not options.allow_empty:
        raise ModuleFailed("no-text", f"{document.name} holds no text; is it a scan?")
    return {"pages": pages, "text": text, "pageCount": count}


def _pages_of_pdf(data: bytes, name: str, options: PdfTextOptions) -> tuple[list[str], int]:
    # Imported here: it takes a quarter of a second, and the process that serves people never reads a PDF.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(options.password or ""):
            raise ModuleFailed("encrypted", f"{name} is protected by a password")
        count = len(reader.pages)
        if count == 0:
            raise ModuleFailed("empty", f"{name} has no pages")
        wanted = reader.pages[: options.max_pages]
        return [page.extract_text() for page in wanted], count
    except (PyPdfError, *_SLIPS) as error:
        raise ModuleFailed("unreadable", f"{name} is not a PDF that can be read: {error}") from error


def _is_text(document: DocumentHandle, data: bytes) -> bool:
    named = document.mime.startswith("text/") or document.name.lower().endswith(
        (".txt", ".text", ".md", ".csv")
    )
    return (named or document.mime == "application/octet-stream") and b"\0" not in data[:4096]


MODULE = PdfText()
