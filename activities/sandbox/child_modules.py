"""Runs modules in a child: options checked, output caught, every way to fail turned into an error."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from activities.modules import DocumentHandle, Module, ModuleCall, ModuleFailed, find_module, modules
from activities.sandbox.child import limit_memory
from activities.sandbox.frames import Frame, Pipe
from activities.sandbox.outcomes import error_of

_MAX_LOGS: Final = 1000
_MAX_LOG_CHARACTERS: Final = 262_144

# Found while the process warms up, not on the clock of the first call.
modules()


@dataclass(slots=True)
class _Result:
    payload: bytes = b""
    error: dict[str, Any] | None = None
    system: bool = False
    retire: bool = False


@dataclass(slots=True)
class _Logs:
    """Lines of one call, cut where they become too many."""

    lines: list[dict[str, str]] = field(default_factory=list)
    characters: int = 0
    cut: bool = False

    def add(self, level: str, text: str) -> None:
        self.characters += len(text)
        if self.cut:
            return
        if len(self.lines) == _MAX_LOGS or self.characters > _MAX_LOG_CHARACTERS:
            self.cut = True
            level, text = "warn", "… the log was cut here"
        self.lines.append({"level": level, "text": text})

    def write(self, text: str) -> int:
        """Take what a module prints, as a stream does."""
        for line in text.splitlines():
            if line.strip():
                self.add("info", line)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


class _LogHandler(logging.Handler):
    def __init__(self, logs: _Logs) -> None:
        super().__init__(logging.INFO)
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        level = {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower())
        self._logs.add(level, record.getMessage())


def run(frame: Frame, pipe: Pipe) -> None:
    """Run one module and answer `{"error", "system", "logs", "retire"}` with the JSON of its value as payload."""
    request = frame.header
    limit_memory(request["memory"])
    logs = _Logs()
    with _caught(logs):
        result = _run(request["ref"], frame.payload)
    if len(result.payload) > request["output"]:
        message = f"module {request['ref']} returned more than {request['output']:,} bytes"
        result = _Result(error=error_of("output-too-large", message, class_name="OutputTooLarge"))
    header = {"error": result.error, "system": result.system, "logs": logs.lines, "retire": result.retire}
    pipe.write(header, result.payload)


def _run(ref: str, payload: bytes) -> _Result:
    module = find_module(ref)
    if module is None:
        return _failed(
            "unknown-module", f'no module "{ref}" is installed', class_name="UnknownModule", system=True
        )
    try:
        call = _call(module, json.loads(payload))
    except ValidationError as error:
        message = f"options of module {ref}: {_first_line(error)}"
        return _failed("invalid-options", message, class_name="InvalidOptions", system=True)
    return _value(module, call)


def _value(module: Module, call: ModuleCall) -> _Result:
    try:
        value = module.run(call)
    except ModuleFailed as failure:
        return _failed(failure.code, failure.message, class_name="ModuleFailed")
    except MemoryError:
        message = f"module {module.ref} needs more memory than it may take"
        return _failed("out-of-memory", message, class_name="OutOfMemory", retire=True)
    except (Exception, SystemExit) as error:
        logging.getLogger(__name__).exception("module %s", module.ref)
        message = str(error) or type(error).__name__
        return _failed("module-error", message, class_name=type(error).__name__, place=_place(error))
    try:
        return _Result(json.dumps(value, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        message = f"module {module.ref} returned what is not JSON: {error}"
        return _failed("not-json", message, class_name=type(error).__name__)


def _call(module: Module, data: dict[str, Any]) -> ModuleCall:
    call = ModuleCall(**data)
    return replace(
        call,
        options=module.options.model_validate(call.options).model_dump(),
        documents=[DocumentHandle(**document) for document in data["documents"]],
    )


def _failed(
    code: str,
    message: str,
    *,
    class_name: str,
    place: str | None = None,
    system: bool = False,
    retire: bool = False,
) -> _Result:
    error = error_of(code, message, class_name=class_name, place=place)
    return _Result(error=error, system=system, retire=retire)


def _place(error: BaseException) -> str | None:
    """Name the file and line of the module that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None


def _first_line(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


@contextlib.contextmanager
def _caught(logs: _Logs) -> Iterator[None]:
    handler = _LogHandler(logs)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with contextlib.redirect_stdout(logs):
            yield
    finally:
        root.removeHandler(handler)
