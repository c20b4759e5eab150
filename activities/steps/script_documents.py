"""`documents.*` and `loadDocument` of scripts: families of the project, and their text."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from activities import sandbox
from activities.models import DocumentFamily
from activities.modules import DocumentHandle, ModuleCall
from activities.sandbox import HostError
from activities.steps import StepCall
from activities.steps.script_host import bounded, limit_of, options_of

MAX_LOADS: Final = 5
MOST_LISTED: Final = 100
READER: Final = "builtin/pdf-text"
LOAD_LIMITS: Final = sandbox.Limits(seconds=30, memory_bytes=512 * 1024 * 1024, output_bytes=1024 * 1024)
FILTERS: Final = frozenset({"status", "label", "name", "limit"})


class ScriptDocuments:
    """Answer for the documents of the project, whether the activity works on them or not."""

    def __init__(self, call: StepCall) -> None:
        self._call = call
        self._loads = 0

    def __call__(self, name: str, arguments: list[Any]) -> Any:
        """Answer `documents.get(id)`, `.list({status, label, name, limit})` and `.load(id)`."""
        match name:
            case "documents.get":
                document = self._find(arguments)
                return None if document is None else bounded(name, shown(document))
            case "documents.list":
                return bounded(name, self._list(name, arguments))
            case "documents.load":
                return self._load(arguments)
            case _:
                raise HostError(f"{name} is not available here", class_name="ReferenceError")

    def _find(self, arguments: list[Any]) -> DocumentFamily | None:
        try:
            wanted = UUID(str(arguments[0] if arguments else ""))
        except ValueError:
            return None
        return DocumentFamily.objects.filter(project_id=self._call.project_id, pk=wanted).first()

    def _list(self, name: str, arguments: list[Any]) -> list[dict[str, Any]]:
        given = options_of(name, arguments, FILTERS)
        limit = limit_of(name, given, most=MOST_LISTED)
        found = DocumentFamily.objects.filter(project_id=self._call.project_id)
        if given.get("status") is not None:
            found = found.filter(status=str(given["status"]))
        if given.get("name") is not None:
            found = found.filter(name__icontains=str(given["name"]))
        rows = found.order_by("-created_at", "pk")
        label = given.get("label")
        if label is None:
            return [shown(row) for row in rows[:limit]]
        # Labels are JSON text: no database could index them anyway.
        return [shown(row) for row in rows.iterator(200) if label in row.labels][:limit]

    def _load(self, arguments: list[Any]) -> dict[str, Any]:
        document = self._find(arguments)
        if document is None:
            named = arguments[0] if arguments else None
            raise HostError(
                f"project {self._call.project_slug} has no document {named}", class_name="RangeError"
            )
        self._loads += 1
        if self._loads > MAX_LOADS:
            raise HostError(
                f"a script may load {MAX_LOADS} documents; this is one more", class_name="RangeError"
            )
        handle = DocumentHandle(
            id=str(document.pk),
            name=document.name,
            path=document.path_on_disk(),
            mime=document.mime,
            size=document.size,
            metadata=document.metadata,
            results={},
        )
        request = ModuleCall(
            options={"allow_empty": True}, input=None, inputs={}, documents=[handle], steps={}
        )
        outcome = sandbox.run_module(READER, request, limits=LOAD_LIMITS, on_start=self._call.on_start)
        if outcome.error is not None:
            raise HostError(f"{document.name}: {outcome.error['message']}", class_name="DocumentError")
        read = outcome.value or {}
        return {"id": str(document.pk), "name": document.name, "pages": read["pages"], "text": read["text"]}


def shown(document: DocumentFamily) -> dict[str, Any]:
    """Return a family as `documents.get` gives it."""
    return {
        "id": str(document.pk),
        "name": document.name,
        "path": document.name,
        "size": document.size,
        "mime": document.mime,
        "metadata": document.metadata,
        "labels": list(document.labels),
        "status": document.status or None,
        "statusLabel": document.status or None,
        "locked": False,
        "createdOn": document.created_at.isoformat(),
    }
