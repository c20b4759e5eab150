"""Opening tasks: from a step's configuration to the rows that people see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils import timezone

from activities import blobs
from activities.models import Activity, Step
from activities.steps import StepCall
from plans.language.schema import ApprovalConfig, CreateTaskConfig
from tasks import live, people
from tasks.definitions import Definition, words
from tasks.forms import defaults
from tasks.models import NORMAL_PRIORITY, Task, TaskEvent
from tasks.notices import telling
from tasks.texts import Texts
from tasks.time import dues
from tasks.time.dates import Due
from tasks.upstream import upstream

RESERVED: Final = frozenset(
    {"title", "description", "priority", "data", "properties", "dueDate", "dueInDays"}
)
PRIORITY_WORDS: Final = {
    "highest": 1,
    "urgent": 1,
    "high": 2,
    "normal": 3,
    "medium": 3,
    "low": 4,
    "lowest": 5,
}
TITLE_LENGTH: Final = 300
MOST_SCRIPTS: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task to open: the fields of its row, and whom it is for."""

    fields: Mapping[str, Any]
    named: people.Named
    due: Due = field(default_factory=Due)
    notes: Sequence[str] = field(default_factory=tuple)


def wanted_task(call: StepCall, config: CreateTaskConfig, definition: Definition, texts: Texts) -> Wanted:
    """Return the task that a CREATE_TASK step asks for."""
    data = texts.fill(dict(config.task_data))
    known, given = _form_values(call, definition, data)
    return Wanted(
        fields=_common(call)
        | {
            "kind": Task.Kind.TASK,
            "waited_for": config.wait_for_completion,
            "title": _title(call, texts, config.title, data.get("title"), definition.title, definition.name),
            "description": texts.text(config.description)
            or _text(data.get("description"))
            or definition.description,
            "template": definition.template,
            "definition": definition.as_json(),
            "status_slug": _status(call, config, texts),
            "priority": _priority(config.priority, data.get("priority"), call.priority, definition.priority),
            "data": known,
            "given": given,
        },
        named=people.Named(**definition.candidates),
        due=Due(
            hours=definition.due_in_hours,
            days=_days(data.get("dueInDays")),
            on=_due_on(data.get("dueDate")),
            working=definition.service.working,
        ),
    )


def wanted_approval(call: StepCall, config: ApprovalConfig, texts: Texts) -> Wanted:
    """Return the approval that an APPROVAL step asks for; what it goes by stays as it is now."""
    name = call.step.name or words(call.step.slug)
    hours = config.due_in_hours
    return Wanted(
        fields=_common(call)
        | {
            "kind": Task.Kind.APPROVAL,
            "title": _title(call, texts, f"{name}: {call.title}" if call.title else name),
            "description": texts.text(call.step.description),
            "rule": _rule(call, config),
            "priority": _priority(call.priority),
        },
        named=people.Named(
            roles=(config.approver_role,) if config.approver_role else (), any_kind=config.approvers
        ),
        due=Due(hours=float(hours) if hours else None),
    )


def open_task(wanted: Wanted) -> None:
    """Make the task and its candidates; for an approval also fix who may decide. In a transaction."""
    now = timezone.now()
    due, problem = dues.due_of(wanted.fields["organization_id"], now, wanted.due)
    task = Task.objects.create(**wanted.fields, due_at=due, created_at=now)
    unknown = people.name_candidates(task, wanted.named)
    notes = [*problem, *(f"nobody answers to the name {name!r}" for name in unknown)]
    TaskEvent.objects.create(task=task, kind=TaskEvent.Kind.OPENED, detail="; ".join(notes)[:500], at=now)
    if task.is_approval:
        people.poll(task, now, opening=True)
    live.announce(task.project_id)
    dues.watch(task)
    telling.opened(task, at=now)


def _common(call: StepCall) -> dict[str, Any]:
    return {
        "organization_id": call.organization_id,
        "project_id": call.project_id,
        "activity_id": call.activity_id,
        "step_slug": call.step.slug,
        "position": call.position,
        "run": call.run,
    }


def _title(call: StepCall, texts: Texts, *candidates: Any) -> str:
    filled = (texts.text(candidate) for candidate in candidates if isinstance(candidate, str))
    found = next((title for title in filled if title), "") or call.step.name or words(call.step.slug)
    return found if len(found) <= TITLE_LENGTH else found[: TITLE_LENGTH - 1] + "…"


def _form_values(
    call: StepCall, definition: Definition, data: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the form's defaults, and what has no field in it. Later ones win: the schema's own defaults, `taskData`,
    its `properties`, what scripts before this step set as `taskProperties`, its `data`, the step's `input`.
    """
    values: dict[str, Any] = {key: value for key, value in data.items() if key not in RESERVED}
    values |= _mapping(data.get("properties"))
    values |= _task_properties(call)
    values |= _mapping(data.get("data"))
    values |= _mapping(call.input) if call.has_input else {}
    if definition.form is None:
        return {}, values
    fields = definition.form.get("properties", {})
    known = defaults(definition.form) | {
        key: value for key, value in values.items() if key in fields and value is not None
    }
    return known, {key: value for key, value in values.items() if key not in fields}


def _task_properties(call: StepCall) -> dict[str, Any]:
    """Return what scripts upstream set for the task; the nearest wins."""
    version = Activity.objects.values_list("version_id", flat=True).get(pk=call.activity_id)
    before = upstream(version, call.step.slug)[:MOST_SCRIPTS]
    scripts = Step.objects.filter(
        activity=call.activity_id, slug__in=before, kind="SCRIPT", status="COMPLETED"
    )
    results = blobs.resolved(call.organization_id, dict(scripts.values_list("slug", "result")))
    found: dict[str, Any] = {}
    for slug in reversed(before):
        found |= _mapping(_mapping(results.get(slug)).get("taskProperties"))
    return found


def _rule(call: StepCall, config: ApprovalConfig) -> dict[str, Any]:
    return {
        "approverRole": config.approver_role or None,
        "approvers": list(config.approvers),
        "quorum": config.quorum,
        "rejectOn": config.reject_on,
        "requireComment": config.require_comment,
        "dueInHours": config.due_in_hours,
        "onDue": config.on_due,
        "escalateTo": config.escalate_to,
        "distinctFrom": list(config.distinct_from),
        "allowOwnRequest": config.allow_own_request,
        "criteria": config.approval_criteria,
        "offersNeedsInfo": "needs-info" in call.taken_actions,
    }


def _status(call: StepCall, config: CreateTaskConfig, texts: Texts) -> str:
    wanted = config.task_status_slug or ""
    if wanted and wanted not in call.definitions.get("taskStatuses", {}):
        texts.warn(f'unknown task status "{wanted}"; the task opens without one')
        return ""
    return wanted


def _priority(*candidates: Any) -> int:
    for candidate in candidates:
        if isinstance(candidate, str):
            text = candidate.strip().lower()
            candidate = int(text) if text.isdecimal() else PRIORITY_WORDS.get(text)
        if isinstance(candidate, int) and not isinstance(candidate, bool) and 1 <= candidate <= 5:
            return candidate
    return NORMAL_PRIORITY


def _days(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 36_500
    return value if known else None


def _due_on(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
