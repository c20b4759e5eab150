"""Handlers of the step kinds that wait for people: CREATE_TASK and APPROVAL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from activities import services as runs
from activities.models import Step
from activities.sandbox import Evaluation, evaluate
from activities.steps import Completed, ErrorInfo, Failed, LogLine, Outcome, StepCall, Waiting, WorkLink
from plans.language.schema import ApprovalConfig, CreateTaskConfig
from plans.language.schema import Step as PlanStep
from plans.services.pinning import reference_slug
from tasks import opening, services
from tasks.definitions import form_problem, read_template
from tasks.models import Task
from tasks.texts import Texts
from tasks.time import dues

CRITERIA_SECONDS = 1.0


class CreateTask:
    """CREATE_TASK: a form for a person, made from a task template; it completes when the person finishes it."""

    def pure(self, step: PlanStep) -> bool:
        """A task is visible to people: never pure."""
        return False

    def run(self, call: StepCall) -> Outcome:
        """Open the task; wait for it, unless the step does not."""
        config = call.step.config
        assert isinstance(config, CreateTaskConfig)
        slug = reference_slug(config.task_template_ref)
        templates = call.definitions.get("taskTemplates", {})
        if slug not in templates:
            return _unknown_template(call, slug)
        definition = read_template(slug, templates[slug], call.definitions.get("taskStatuses", {}))
        problem = form_problem(definition.form)
        if problem:
            return _broken_form(slug, problem)
        texts = Texts(call)
        wanted = opening.wanted_task(call, config, definition, texts)
        if config.wait_for_completion:
            return Waiting("TASK", open=partial(opening.open_task, wanted), logs=texts.logs())
        _open_beside(call, wanted)
        return Completed(_unwaited(), logs=texts.logs())

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Withdraw the step's open tasks."""
        services.withdraw(activity_id, position, reason=reason)

    def time_came(self, activity_id: UUID, position: int, *, kind: str, at: datetime) -> None:
        """Remind of the task, or hand it on."""
        dues.time_came(activity_id, position, kind=kind, at=at)

    def work(self, activity_id: UUID, position: int) -> WorkLink | None:
        """Return the step's newest task."""
        return _newest(activity_id, position)


class Approval:
    """APPROVAL: a decision of people; it completes when enough of them decided."""

    def pure(self, step: PlanStep) -> bool:
        """An approval is visible to people: never pure."""
        return False

    def run(self, call: StepCall) -> Outcome:
        """Open the approval and wait, unless its criteria say that it is not required."""
        config = call.step.config
        assert isinstance(config, ApprovalConfig)
        required, logs = _is_required(call, config.approval_criteria)
        if not required:
            return Completed({"outcome": "AUTO", "decisions": []}, action="approved", logs=logs)
        texts = Texts(call)
        wanted = opening.wanted_approval(call, config, texts)
        return Waiting("APPROVAL", open=partial(opening.open_task, wanted), logs=[*logs, *texts.logs()])

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Withdraw the step's open approval."""
        services.withdraw(activity_id, position, reason=reason)

    def time_came(self, activity_id: UUID, position: int, *, kind: str, at: datetime) -> None:
        """End the approval as its step says, or hand it on."""
        dues.time_came(activity_id, position, kind=kind, at=at)

    def work(self, activity_id: UUID, position: int) -> WorkLink | None:
        """Return the step's newest approval."""
        return _newest(activity_id, position)


def _is_required(call: StepCall, criteria: Mapping[str, Any]) -> tuple[bool, list[LogLine]]:
    """Only a condition that is exactly false lets an approval pass by itself; no result or an error does not."""
    condition = criteria.get("condition")
    if condition is None or condition is True:
        return True, []
    if condition is False:
        return False, [_line("info", "not required: the criteria are false")]
    if not isinstance(condition, str):
        return True, [
            _line("warning", "approvalCriteria.condition is no expression; the approval is required")
        ]
    verdict = evaluate([Evaluation(condition, call.expression_root())], seconds=CRITERIA_SECONDS)[0]
    if verdict.error is not None:
        text = f"approvalCriteria.condition failed ({verdict.error['message']}); the approval is required"
        return True, [_line("warning", text)]
    if verdict.has_value and verdict.value is False:
        return False, [_line("info", f"not required: {condition} is false")]
    return True, []


def _newest(activity_id: UUID, position: int) -> WorkLink | None:
    task = (
        Task.objects.filter(activity=activity_id, position=position).order_by("-run", "-created_at").first()
    )
    return WorkLink(reverse("tasks:task", args=[task.pk]), task.title, task.status) if task else None


def _open_beside(call: StepCall, wanted: opening.Wanted) -> None:
    """Open a task that nobody waits for, once a run, unless the step was taken from this worker meanwhile."""
    with runs.locked(call.activity_id):
        mine = Step.objects.filter(
            activity=call.activity_id,
            position=call.position,
            run=call.run,
            attempt=call.attempt,
            status="RUNNING",
        )
        known = Task.objects.filter(activity=call.activity_id, position=call.position, run=call.run)
        if mine.exists() and not known.exists():
            opening.open_task(wanted)


def _unwaited() -> dict[str, Any]:
    return {"action": None, "data": {}, "comment": "", "by": None, "at": timezone.now().isoformat()}


def _unknown_template(call: StepCall, slug: str) -> Failed:
    message = f'step "{call.step.slug}" names unknown task template "{slug}"'
    return Failed(ErrorInfo("unknown-task-template", message), kind="system")


def _broken_form(slug: str, problem: str) -> Failed:
    message = f'the form of task template "{slug}" is no JSON Schema of an object: {problem}'
    return Failed(ErrorInfo("invalid-form-schema", message), kind="system")


def _line(level: str, text: str) -> LogLine:
    return {"level": level, "text": text}
