"""Text of a call or a file, whatever its encoding; shared by the modules that read text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from activities.modules.calls import DocumentHandle, ModuleCall, ModuleFailed


def read_bytes(document: DocumentHandle) -> bytes:
    """Read a document; raises ModuleFailed when its file is gone or empty."""
    try:
        data = Path(document.path).read_bytes()
    except OSError as error:
        raise ModuleFailed("unreadable", f"{document.name} cannot be read: {error.strerror}") from error
    if not data:
        raise ModuleFailed("empty", f"{document.name} is empty")
    return data


def decode(data: bytes, *, encoding: str | None = None) -> str:
    """Decode by the given encoding, else a byte order mark, UTF-8 or Windows-1252, the one that fits."""
    if encoding is not None:
        return data.decode(encoding, errors="replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def text_in(value: Any) -> str | None:
    """Find the text of a value: itself, or what it holds under `text`."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("text"), str):
        return str(value["text"])
    return None


def only_document(call: ModuleCall) -> DocumentHandle:
    """Give the document to work on; raises ModuleFailed unless there is exactly one."""
    if not call.documents:
        raise ModuleFailed(
            "no-document", "there is no document to read; add one, or give the step a text as input"
        )
    if len(call.documents) > 1:
        message = (
            f"there are {len(call.documents)} documents; set perDocument on the step to read each of them"
        )
        raise ModuleFailed("several-documents", message)
    return call.documents[0]
