"""The handler of EXECUTION: a registered module, run in a process that can be killed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from activities import sandbox
from activities.modules import DocumentHandle, ModuleCall, find_module, waiting_seconds
from activities.modules.in_worker import InWorker
from activities.steps import (
    Completed,
    DocumentView,
    ErrorInfo,
    Failed,
    LogLine,
    Outcome,
    StepCall,
    Waiting,
    logs,
)
from activities.steps.failures import SYSTEM_CODE, system
from activities.steps.own_modules import perform
from activities.steps.roots import project_root, template_root
from plans.language.expressions import interpolate
from plans.language.schema import ExecutionConfig
from plans.language.schema import Step as PlanStep

_PLACEHOLDER: Final = re.compile(r"\$\{([A-Za-z]+)\.([A-Za-z]+)\}")


class Execution:
    """Fill in the options, run the module, or set a timer for one that only waits."""

    def pure(self, step: PlanStep) -> bool:
        """Tell what the module says of itself; an unknown one is not run at all."""
        module = find_module(_config(step).module_ref)
        return module is None or module.pure

    def run(self, call: StepCall) -> Outcome:
        """Run the module; an unknown one and options that do not fit are system errors."""
        ref = _config(call.step).module_ref
        module = find_module(ref)
        if module is None:
            return system(
                "UnknownModule", f'step "{call.step.slug}" names module "{ref}", which nothing provides'
            )
        options, warned = fill_options(call)
        if isinstance(module, InWorker):
            outcome = perform(module, call, options)
            return replace(outcome, logs=logs.capped([*warned, *outcome.logs]))
        request = _request(call, options)
        try:
            seconds = waiting_seconds(ref, options, call.input)
        except ValueError as error:
            return system("InvalidOptions", str(error), logs=warned)
        if seconds:
            until = timezone.now() + timedelta(seconds=seconds)
            return Waiting(on="TIMER", until=until, result=module.run(request), logs=warned)
        ended = sandbox.run_module(module.ref, request, limits=_limits(call), on_start=call.on_start)
        return _outcome(ended, warned)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Withdraw the children of a flow within the step; a timer that comes late changes nothing."""
        from activities.children import withdraw  # which imports what runs steps

        withdraw(activity_id, position, reason=reason)


def fill_options(call: StepCall) -> tuple[dict[str, Any], list[LogLine]]:
    """Return `moduleOptions` with `{{ path }}` and `${project.id}` filled in, and a warning for each without value."""
    warned: list[str] = []
    named = _fill_names(_config(call.step).module_options, {"project": project_root(call)}, warned)
    filled, missing = interpolate(named, template_root(call))
    assert isinstance(filled, dict)
    return filled, logs.warnings([*warned, *(f"moduleOptions: {each}" for each in missing)])


def _fill_names(value: Any, roots: Mapping[str, Mapping[str, Any]], warned: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _fill_names(item, roots, warned) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill_names(item, roots, warned) for item in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        known = roots.get(match[1], {})
        if match[2] in known:
            return str(known[match[2]])
        warned.append(f"moduleOptions: {match[0]} has no value")
        return match[0]

    return _PLACEHOLDER.sub(fill, value)


def _config(step: PlanStep) -> ExecutionConfig:
    assert isinstance(step.config, ExecutionConfig)
    return step.config


def _request(call: StepCall, options: dict[str, Any]) -> ModuleCall:
    documents = (call.document,) if call.document else call.documents
    return ModuleCall(
        options=options,
        input=call.input,
        inputs=dict(call.inputs),
        documents=[document_handle(document) for document in documents],
        steps={slug: view.result for slug, view in call.steps.items()},
    )


def document_handle(document: DocumentView) -> DocumentHandle:
    """Return the document as modules are given it."""
    known = asdict(document)
    return DocumentHandle(
        **{key: known[key] for key in ("id", "name", "path", "mime", "size", "metadata", "results")}
    )


def _limits(call: StepCall) -> sandbox.Limits:
    return replace(sandbox.MODULE_LIMITS, seconds=call.timeout_seconds or sandbox.MODULE_LIMITS.seconds)


def _outcome(outcome: sandbox.ModuleOutcome, warned: list[LogLine]) -> Completed | Failed:
    kept = logs.capped([*warned, *outcome.logs])
    if outcome.error is None:
        return Completed(outcome.value, logs=kept)
    error = outcome.error
    code = SYSTEM_CODE if outcome.system else error["code"]
    info = ErrorInfo(code, error["message"], error["class"], error["place"] or "")
    if outcome.system:
        return Failed(info, kind="system", logs=kept)
    return Failed(info, kind="timeout" if error["code"] == "timeout" else "business", logs=kept)
