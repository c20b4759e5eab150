"""`tasks.*` of scripts: the tasks of the project, and their statuses."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from activities.sandbox import HostError
from activities.steps import StepCall
from activities.steps.script_host import bounded, limit_of, options_of
from plans.errors import Refused
from plans.models import TaskStatus
from tasks.models import Task
from tasks.statuses import set_status

MOST_LISTED: Final = 100
FILTERS: Final = frozenset({"status", "statusSlug", "activityId", "template", "limit"})


class ScriptTasks:
    """Answer `tasks.get(id)`, `.list({…})`, `.statuses()` and `.setStatus(id, slug)` of one run of a script."""

    def __init__(self, call: StepCall) -> None:
        self._call = call

    def __call__(self, name: str, arguments: list[Any]) -> Any:
        """Answer a host call; raise HostError, which is thrown in the script."""
        match name:
            case "tasks.get":
                task = self._find(arguments)
                return None if task is None else bounded(name, shown(task))
            case "tasks.list":
                return bounded(name, self._list(name, arguments))
            case "tasks.statuses":
                return self._statuses()
            case "tasks.setStatus":
                return self._set_status(arguments)
            case _:
                raise HostError(f"{name} is not available here", class_name="ReferenceError")

    def _find(self, arguments: list[Any]) -> Task | None:
        try:
            wanted = UUID(str(arguments[0] if arguments else ""))
        except ValueError:
            return None
        rows = Task.objects.with_context().filter(project_id=self._call.project_id, pk=wanted)
        return rows.first()

    def _list(self, name: str, arguments: list[Any]) -> list[dict[str, Any]]:
        given = options_of(name, arguments, FILTERS)
        found = Task.objects.with_context().filter(project_id=self._call.project_id)
        for key, column in (("status", "status"), ("statusSlug", "status_slug"), ("template", "template")):
            if given.get(key) is not None:
                found = found.filter(**{column: str(given[key])})
        if given.get("activityId") is not None:
            try:
                found = found.filter(activity=UUID(str(given["activityId"])))
            except ValueError:
                return []
        limit = limit_of(name, given, most=MOST_LISTED)
        return [shown(task) for task in found.order_by("-created_at", "pk")[:limit]]

    def _statuses(self) -> list[dict[str, Any]]:
        rows = TaskStatus.objects.filter(organization_id=self._call.organization_id)
        return [
            {"slug": row.slug, "name": row.name, "statusType": row.status_type}
            for row in rows.order_by("sequence", "slug")
        ]

    def _set_status(self, arguments: list[Any]) -> dict[str, Any]:
        task = self._find(arguments)
        if task is None:
            named = arguments[0] if arguments else None
            raise HostError(f"project {self._call.project_slug} has no task {named}", class_name="RangeError")
        slug = str(arguments[1]) if len(arguments) > 1 and arguments[1] is not None else ""
        try:
            return shown(set_status(task, slug))
        except Refused as refused:
            raise HostError(refused.message, class_name="TaskError") from refused


def shown(task: Task) -> dict[str, Any]:
    """Return a task as scripts see it."""
    return {
        "id": str(task.pk),
        "title": task.title,
        "description": task.description,
        "kind": task.kind,
        "status": task.status,
        "statusSlug": task.status_slug or None,
        "priority": task.priority,
        "dueAt": task.due_at.isoformat() if task.due_at else None,
        "assignee": task.assignee.username if task.assignee else None,
        "template": task.template or None,
        "activityId": str(task.activity_id),
        "step": task.step_slug,
        "data": task.data,
        "properties": task.given,
        "action": task.action or None,
        "createdAt": task.created_at.isoformat(),
        "doneAt": task.done_at.isoformat() if task.done_at else None,
    }
