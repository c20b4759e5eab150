"""What steps are given and give, against the schemas of their plan (plan language 2.2: enforced where not null).

A value that does not fit is a business failure: it depends on data, so `onError` and retries are for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from activities.steps import Completed, ErrorInfo, Failed, Outcome, StepCall, Waiting
from plans.language.findings import schema_errors
from plans.language.schema import Step as PlanStep

SHOWN: Final = 10


def refused_input(call: StepCall) -> Failed | None:
    """Return the failure of a step whose resolved input does not fit its `inputSchema`."""
    if not call.has_input or call.step.input_schema is None:
        return None
    return _failure("invalid-input", "input", call.step.input_schema, call.input)


def judged(step: PlanStep, outcome: Outcome) -> Outcome:
    """Return the outcome, or the failure of a result that does not fit the step's `outputSchema`."""
    if step.output_schema is None:
        return outcome
    ends = isinstance(outcome, Completed) or (isinstance(outcome, Waiting) and outcome.until is not None)
    if not ends:
        return outcome
    assert isinstance(outcome, Completed | Waiting)
    failure = _failure("invalid-output", "result", step.output_schema, outcome.result)
    return outcome if failure is None else replace(failure, logs=outcome.logs)


def output_error(schema: Any, value: Any) -> dict[str, Any] | None:
    """Return the error of an activity whose output does not fit the plan's `outputSchema`.

    Flows in the wild describe the value, or the outcome that holds it: `{result: …}` around what is no object.
    """
    failure = _failure("invalid-output", "output", schema, value)
    if failure is None or (_describes_outcome(schema, value) and not _fails(schema, {"result": value})):
        return None
    return failure.error.as_json()


def _describes_outcome(schema: Any, value: Any) -> bool:
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return not isinstance(value, Mapping) and isinstance(properties, Mapping) and "result" in properties


def _fails(schema: Any, value: Any) -> bool:
    return next(iter(schema_errors(schema, value)), None) is not None


def _failure(code: str, what: str, schema: Any, value: Any) -> Failed | None:
    problems = [
        {"pointer": pointer, "message": message}
        for (pointer, message), _number in zip(schema_errors(schema, value), range(SHOWN), strict=False)
    ]
    if not problems:
        return None
    first = problems[0]
    message = f"{what} {first['pointer'] or '/'}: {first['message'][:500]}"
    return Failed(ErrorInfo(code, message, "SchemaViolation", data={"problems": problems}))
