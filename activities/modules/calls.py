"""What a module is given and how it says that it cannot: standard library alone, shared with the child processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class ModuleFailed(Exception):
    """A business failure: the step fails with this code and message, and its `onError` applies."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class DocumentHandle:
    """One document of the activity; `path` is a file that may be read, `results` are {step: its result for it}."""

    id: str
    name: str
    path: str
    mime: str = "application/octet-stream"
    size: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One call: options checked by the module's model, the resolved `input`, and what the activity knows.

    `documents` holds one handle in a per-document step, else all of them; `steps` are {slug: result}.
    """

    options: dict[str, Any] = field(default_factory=dict)
    input: Any = None
    inputs: dict[str, Any] = field(default_factory=dict)
    documents: list[DocumentHandle] = field(default_factory=list)
    steps: dict[str, Any] = field(default_factory=dict)
