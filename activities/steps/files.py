"""`builtin/load_file`: files below one folder, and nothing outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from activities.modules import ModuleFailed
from activities.modules.builtin.stores import LoadFileOptions
from activities.steps import Completed, Failed, StepCall
from activities.steps.failures import system
from plans.language.source import SourceError, parse_source

MAX_BYTES: Final = 16 * 1024 * 1024
FORMATS: Final = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}

_folder: ContextVar[Path | None] = ContextVar("folder of load_file", default=None)


@contextmanager
def files_below(folder: Path) -> Iterator[None]:
    """Let steps of this context load files below another folder: that of the plan that is tried."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def load_file(call: StepCall, wanted: LoadFileOptions) -> Completed | Failed:
    """Give `{data, metadata: {resolved_path, size_bytes, format}}`; the path is told from the folder on."""
    folder = _folder.get() or (Path(settings.PLAN_FILES) if settings.PLAN_FILES else None)
    if folder is None:
        message = (
            "builtin/load_file reads below the folder that the setting PLAN_FILES names, and it names none"
        )
        return system("NoPlanFiles", message)
    folder = folder.resolve()
    path = _below(folder, wanted.path)
    content = _read(path, wanted.path)
    form = wanted.format or FORMATS.get(path.suffix.lower(), "text")
    metadata = {
        "resolved_path": path.relative_to(folder).as_posix(),
        "size_bytes": len(content),
        "format": form,
    }
    return Completed({"data": _data(content, form, wanted.path), "metadata": metadata})


def _below(folder: Path, typed: str) -> Path:
    try:
        path = (folder / typed).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise ModuleFailed("invalid-path", f'"{typed}" is no path') from error
    # Resolved first: neither `..` nor a link leads out.
    if not path.is_relative_to(folder):
        raise ModuleFailed(
            "path-refused", f'"{typed}" leads out of the folder of the files; name one below it'
        )
    return path


def _read(path: Path, typed: str) -> bytes:
    try:
        if path.is_file() and path.stat().st_size <= MAX_BYTES:
            return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ModuleFailed("unreadable", f'"{typed}" can\'t be read: {error}') from error
    if path.is_file():
        raise ModuleFailed("too-large", f'"{typed}" is larger than {MAX_BYTES // 1024 // 1024} MiB')
    raise ModuleFailed("not-found", f'there is no file "{typed}"')


def _data(content: bytes, form: str, typed: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
        return text if form == "text" else parse_source(text, filename=f"file.{form}")
    except UnicodeDecodeError as error:
        raise ModuleFailed("unreadable", f'"{typed}" is no text in UTF-8') from error
    except SourceError as error:
        raise ModuleFailed("unreadable", f'"{typed}" is no {form.upper()}: {error}') from error
