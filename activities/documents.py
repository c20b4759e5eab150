"""Documents: taking files in, keeping each sequence of bytes once, giving them out.

A file is believed for its bytes, not for its name or what the browser says: what it claims to be is checked here,
by its structure only. Parsing is the business of modules, in processes that can be killed.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final
from zipfile import is_zipfile

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from activities.models import DocumentFamily, DocumentStore
from plans.access import require
from plans.errors import Refused
from plans.models import Person, Project

PEEK: Final = 64 * 1024
NAME_LENGTH: Final = 200
CHUNK: Final = 256 * 1024


class DocumentRefused(Refused):
    """A file that is not taken in; `code` says why in one word, the message what to do."""

    code = "invalid-document"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken in. `check` sees its first and last bytes; `inline`: a browser may show it."""

    mime: str
    check: Callable[[bytes, bytes], bool]
    inline: bool = True


def _is_text(head: bytes, _tail: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head


def _is_pdf(head: bytes, tail: bytes) -> bool:
    return head.startswith(b"%PDF-") and b"obj" in head + tail and (b"%%EOF" in tail or b"startxref" in tail)


def _starts(*signatures: bytes) -> Callable[[bytes, bytes], bool]:
    return lambda head, _tail: head.startswith(signatures)


_ZIP = _starts(b"PK\x03\x04")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
TYPES: Final[dict[str, FileType]] = {
    "pdf": FileType("application/pdf", _is_pdf),
    "txt": FileType("text/plain", _is_text),
    "md": FileType("text/markdown", _is_text),
    "csv": FileType("text/csv", _is_text),
    "json": FileType("application/json", _is_text),
    "xml": FileType("application/xml", _is_text),
    "yaml": FileType("application/yaml", _is_text),
    "yml": FileType("application/yaml", _is_text),
    "eml": FileType("message/rfc822", _is_text, inline=False),
    "png": FileType("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "gif": FileType("image/gif", _starts(b"GIF87a", b"GIF89a")),
    "tif": FileType("image/tiff", _starts(b"II*\0", b"MM\0*"), inline=False),
    "tiff": FileType("image/tiff", _starts(b"II*\0", b"MM\0*"), inline=False),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _ZIP, inline=False),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _ZIP, inline=False),
    "pptx": FileType(f"{_OFFICE}.presentationml.presentation", _ZIP, inline=False),
    "zip": FileType("application/zip", _ZIP, inline=False),
}
ACCEPT: Final = ",".join(f".{extension}" for extension in TYPES)


def upload(
    project: Project, *, name: str, file: File[bytes], by: Person | None, store: DocumentStore | None = None
) -> DocumentFamily:
    """Take a file into the project (by None: the program itself); raise DocumentRefused for what it is not."""
    if by is not None:
        require(by, "start", project)
    clean = clean_name(name)
    kind, extension = _type_of(clean)
    with tempfile.TemporaryFile() as copy:
        digest, size = _copy(file, copy, clean)
        _check(copy, kind, extension, clean, size=size)
        stored = _store(
            copy, f"documents/{project.organization.slug}/{digest[:2]}/{digest}.{extension}", size
        )
    return DocumentFamily.objects.create(
        organization=project.organization,
        project=project,
        store=store or default_store(project),
        name=clean,
        mime=kind.mime,
        size=size,
        digest=digest,
        file=stored,
        created_by=by,
    )


def default_store(project: Project) -> DocumentStore:
    """Return the store that takes what names no other, made at first use."""
    store, _made = DocumentStore.objects.get_or_create(
        project=project,
        slug="documents",
        defaults={"organization": project.organization, "name": _("Documents")},
    )
    return store


def clean_name(name: str) -> str:
    """Return the last part of the name as a harmless file name: no folders, no control characters, not too long."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    # Format characters (Cf) could turn the reading direction, so that "fdp.exe" reads as a PDF.
    text = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"})
    text = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "_", text)).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if not dot:
        return (text or "document")[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - 1 - len(extension)] or 'document'}.{extension}"


def is_inline(document: DocumentFamily) -> bool:
    """Tell if a browser may show the document itself."""
    return any(kind.inline for kind in TYPES.values() if kind.mime == document.mime)


def _type_of(name: str) -> tuple[FileType, str]:
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    kind = TYPES.get(extension)
    if kind is None:
        raise DocumentRefused(
            _("%(name)s is of a type that is not taken here; take one of %(types)s")
            % {"name": name, "types": ", ".join(TYPES)},
            code="document-type",
        )
    return kind, extension


def _copy(file: File[bytes], copy: IO[bytes], name: str) -> tuple[str, int]:
    """Copy the file within the size limit; return digest and size."""
    total = hashlib.sha256()
    size = 0
    for chunk in file.chunks(CHUNK):
        size += len(chunk)
        if size > settings.DOCUMENT_MAX_BYTES:
            raise _too_large(name)
        total.update(chunk)
        copy.write(chunk)
    return total.hexdigest(), size


def _too_large(name: str) -> DocumentRefused:
    refused = DocumentRefused(
        _("%(name)s is larger than %(limit)s; make it smaller or split it")
        % {"name": name, "limit": filesizeformat(settings.DOCUMENT_MAX_BYTES)},
        code="document-too-large",
    )
    refused.status = 413
    return refused


def _check(copy: IO[bytes], kind: FileType, extension: str, name: str, *, size: int) -> None:
    if not size:
        raise DocumentRefused(
            _("%(name)s is empty; choose the file again once it is complete") % {"name": name},
            code="document-empty",
        )
    copy.seek(0)
    head = copy.read(PEEK)
    copy.seek(max(0, size - PEEK))
    tail = copy.read(PEEK)
    if kind.check(head, tail) and (kind.check is not _ZIP or is_zipfile(copy)):
        return
    raise DocumentRefused(
        _(
            "%(name)s is called .%(extension)s, but its content is no complete %(type)s; "
            "open it in the program that made it and save it again"
        )
        % {"name": name, "extension": extension, "type": extension.upper()},
        code="document-content",
    )


def _store(copy: IO[bytes], path: str, size: int) -> str:
    """Keep the bytes under their digest, once; a file of another size is the rest of a write that broke off."""
    if default_storage.exists(path):
        if default_storage.size(path) == size:
            return path
        default_storage.delete(path)
    copy.seek(0)
    return str(default_storage.save(path, File(copy)))
