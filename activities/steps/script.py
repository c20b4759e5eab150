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
from activities.steps.script_bridges import ScriptBridges
from plans.language.schema import ScriptConfig
from plans.language.schema import Step as PlanStep

Host = Callable[[str, list[Any]], Any]
_OUTSIDE: Final = re.compile(r"serviceBridge|llm")


class Script:
    """Run the body, match the action it returns. `host` makes what answers the script's calls to the outside."""

    def __init__(self, host: Callable[[StepCall], Host] = ScriptBridges) -> None:
        self._host = host

    def pure(self, step: PlanStep) -> bool:
        """Tell if the text mentions nothing outside; a mention that is never reached only costs a commit."""
        config = step.config
        assert isinstance(config, ScriptConfig)
        return not _OUTSIDE.search(config.script_body)

    def run(self, call: StepCall) -> Outcome:
        """Run the script; a throw, a cut-off and an undeclared action are business failures with the author's place."""
        config = call.step.config
        assert isinstance(config, ScriptConfig)
        if config.script_sidecars:
            named = ", ".join(config.script_sidecars)
            return system("UnknownSidecar", f'step "{call.step.slug}" names unknown script sidecar {named}')
        host = None if self.pure(call.step) else self._host(call)
        outcome = sandbox.run_script(
            config.script_body, script_root(call), limits=_limits(call), host=host, on_start=call.on_start
        )
        kept = logs.capped(outcome.logs)
        if outcome.error:
            return _failed(outcome.error, logs=kept)
        return replace(_ended(config, outcome.value), logs=kept)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Nothing waits."""


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
