"""The handler of SCRIPT: JavaScript of the author, run in a process that can be killed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from activities import sandbox
from activities.steps import Completed, ErrorInfo, Failed, Outcome, StepCall, logs
from activities.steps.actions import describe, match_action
from activities.steps.failures import business, system
from activities.steps.roots import script_root
from activities.steps.script_host import ScriptHost
from activities.steps.script_result import problem_of, warnings_of, without_follow_ups
from plans.language.schema import ScriptConfig
from plans.language.schema import Step as PlanStep

Host = Callable[[str, list[Any]], Any]
# A mention that is never reached only costs a commit. `documents` alone are those that the script is given.
_OUTSIDE: Final = re.compile(
    r"serviceBridge|llm|\btasks\b|loadDocument|\bdocuments\s*(\?\.|\.)\s*(get|load|list)\b"
)
SIDECAR: Final = re.compile(r"(?:module://)?[a-z0-9-]+/[a-z0-9-]+")


class Script:
    """Run the body, match the action it returns. `host` makes what answers the script's calls to the outside."""

    def __init__(self, host: Callable[[StepCall], Host] = ScriptHost) -> None:
        self._host = host

    def pure(self, step: PlanStep) -> bool:
        """Tell if the text mentions nothing outside; what sidecars do is not read for it."""
        config = step.config
        assert isinstance(config, ScriptConfig)
        return not config.script_sidecars and not _OUTSIDE.search(config.script_body)

    def run(self, call: StepCall) -> Outcome:
        """Run the script; a throw, a cut-off and an undeclared action are business failures with the author's place."""
        config = call.step.config
        assert isinstance(config, ScriptConfig)
        sidecars = _sidecars(call, config)
        if isinstance(sidecars, Failed):
            return sidecars
        outcome = sandbox.run_script(
            config.script_body,
            script_root(call),
            limits=_limits(call),
            host=None if self.pure(call.step) else self._host(call),
            sidecars=sidecars,
            on_start=call.on_start,
        )
        if outcome.error:
            return _failed(outcome.error, logs=logs.capped(outcome.logs))
        value, warned = without_follow_ups(outcome.value, per_document=call.document is not None)
        return replace(
            _ended(config, value),
            logs=logs.capped([*outcome.logs, *logs.warnings([*warned, *warnings_of(value)])]),
        )

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Nothing waits."""


def _sidecars(call: StepCall, config: ScriptConfig) -> list[tuple[str, str]] | Failed:
    """Return names and sources of the step's script modules, as they were pinned at the start."""
    known = call.definitions.get("scriptModules", {})
    found: list[tuple[str, str]] = []
    for reference in config.script_sidecars:
        if not SIDECAR.fullmatch(reference):
            message = f'step "{call.step.slug}": script sidecar "{reference}" must be \'orgSlug/moduleSlug\''
            return system("InvalidSidecar", message)
        module = known.get(reference.rpartition("/")[2])
        if module is None:
            return system(
                "UnknownSidecar", f'step "{call.step.slug}" names unknown script sidecar "{reference}"'
            )
        found.append((reference, module["script"]))
    return found


def _limits(call: StepCall) -> sandbox.Limits:
    return replace(sandbox.SCRIPT_LIMITS, seconds=call.timeout_seconds or sandbox.SCRIPT_LIMITS.seconds)


def _failed(error: dict[str, Any], *, logs: Any) -> Failed:
    info = ErrorInfo(error["code"], error["message"], error["class"], error["place"] or "")
    return Failed(info, kind="timeout" if error["code"] == "timeout" else "business", logs=logs)


def _ended(config: ScriptConfig, value: Any) -> Completed | Failed:
    """Judge what was returned: an object, with an action if the script declares some."""
    result = {} if value is None else value
    if not isinstance(result, dict):
        return business(
            "script-result", "TypeError", f"the script returned {_shown(value)}; it must return an object"
        )
    if problem := problem_of(result):
        return business("script-result", "TypeError", problem)
    wanted, declared = result.get("action"), config.script_actions
    if wanted is None:
        if not declared:
            return Completed(result)
        return business(
            "script-no-action",
            "ActionError",
            f"the script returned no action; return one of {describe(declared)}",
        )
    action = match_action(wanted, declared)
    if action is None:
        known = describe(declared)
        return business(
            "script-action",
            "ActionError",
            f"the script returned action {_shown(wanted)}, which is not declared (actions: {known})",
        )
    return Completed(result, action)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:80] + "…"
