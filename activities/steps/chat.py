"""`builtin/openai`: a chat with whichever language model the settings name, as LLM steps have it."""

from __future__ import annotations

from django.conf import settings

from activities import ai
from activities.modules.builtin.web import ChatOptions
from activities.steps import Completed, Failed, StepCall, logs
from activities.steps.failures import system
from activities.steps.llm import failure, reply_lines
from activities.steps.model_use import keep_use


def chat(call: StepCall, wanted: ChatOptions) -> Completed | Failed:
    """Give `{response}`; without a model set up it is the labelled stand-in that speaks, and says so."""
    try:
        chosen = ai.choose(wanted.model)
    except ai.ModelProblem as problem:
        return system("ModelProblem", str(problem))
    limits = {"max_tokens": wanted.max_tokens, "temperature": wanted.temperature}
    try:
        reply = ai.ask(
            chosen,
            [(message.role, message.content) for message in wanted.messages],
            seconds=min(call.timeout_seconds or settings.MODEL_SECONDS, settings.MODEL_SECONDS),
            limits={name: value for name, value in limits.items() if value is not None},
            on_start=call.on_start,
        )
    except ai.ModelFailed as failed:
        return failure(failed)
    keep_use(call, reply)
    result = {"response": reply.text} | ({"standIn": True} if reply.stand_in else {})
    return Completed(result, logs=logs.capped(reply_lines(chosen, reply)))
