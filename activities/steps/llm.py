"""The handler of LLM: one prompt to one language model, its reply mapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.conf import settings

from activities import ai
from activities.steps import Completed, ErrorInfo, Failed, LogLine, Outcome, StepCall, logs
from activities.steps.failures import system
from activities.steps.llm_prompt import Prompt, resolve_prompt
from activities.steps.llm_reply import map_reply, wanted_keys
from activities.steps.model_use import Record, keep_use
from plans.language.schema import LlmConfig
from plans.language.schema import Step as PlanStep

NO_MODEL: Final = "{label}: no language model answered ({why}); the reply is a fixed text"


class Llm:
    """Make the prompt, ask the model, map the reply. `record` keeps what the model took."""

    def __init__(self, *, record: Record = keep_use) -> None:
        self._record = record

    def pure(self, step: PlanStep) -> bool:
        """Tell that it touches the outside."""
        return False

    def run(self, call: StepCall) -> Outcome:
        """Ask; a model that is not there is a system error, one that gives no reply a business failure."""
        config = call.step.config
        assert isinstance(config, LlmConfig)
        try:
            chosen = ai.choose(config.llm_model_name)
        except ai.ModelProblem as problem:
            return system("ModelProblem", str(problem))
        prompt = resolve_prompt(call)
        if isinstance(prompt, Failed):
            return prompt
        return self._asked(call, config, chosen, prompt)

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Nothing waits."""

    def _asked(
        self, call: StepCall, config: LlmConfig, chosen: ai.Chosen, prompt: Prompt
    ) -> Completed | Failed:
        try:
            reply = ai.ask(
                chosen,
                prompt.text,
                seconds=min(call.timeout_seconds or settings.MODEL_SECONDS, settings.MODEL_SECONDS),
                stand_in_keys=wanted_keys(config, ai.LABEL),
                on_start=call.on_start,
            )
        except ai.ModelFailed as failed:
            return failure(failed, told=prompt.logs)
        self._record(call, reply)
        told = [*prompt.logs, *reply_lines(chosen, reply)]
        outcome = map_reply(config, reply.text)
        return replace(outcome, logs=logs.capped([*told, *outcome.logs]))


def failure(failed: ai.ModelFailed, *, told: Sequence[LogLine] = ()) -> Failed:
    """Return the step's failure for a model that gave no reply."""
    error = ErrorInfo(failed.code, str(failed), "ModelError")
    return Failed(error, kind=failed.kind, logs=logs.capped(told), retry_after=failed.retry_after)


def reply_lines(chosen: ai.Chosen, reply: ai.Reply) -> list[LogLine]:
    """Say which model replied and what it took, never what was asked or said."""
    if reply.stand_in:
        return logs.warnings([NO_MODEL.format(label=ai.LABEL, why=chosen.why)])
    cost = "" if reply.cost is None else f", {reply.cost:.6f} USD"
    told = logs.line(
        "info",
        f"{reply.provider} {reply.model} replied in {reply.seconds:.2f} s: "
        f"{reply.input_tokens} tokens in, {reply.output_tokens} out{cost}",
    )
    cut = ["the reply was cut off at the limit of its tokens"] if reply.cut else []
    return [told, *logs.warnings(cut)]
