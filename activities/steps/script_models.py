"""What a script asks of language models: `llm.invoke` and `llm.invokeWithPromptRef`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from activities import ai
from activities.sandbox import HostError
from activities.steps import StepCall
from activities.steps.bridges import bare_slug
from activities.steps.model_use import Record, keep_use
from plans.language.expressions import fill_names

MAX_CALLS: Final = 10
CALL_SECONDS: Final = 60.0
KEYS: Final = frozenset({"prompt", "model"})


class ScriptModels:
    """Answer `llm.invoke(prompt | {prompt, model})` and `llm.invokeWithPromptRef(ref, variables?)` with a text."""

    def __init__(self, call: StepCall, *, record: Record = keep_use) -> None:
        self._call = call
        self._record = record
        self._calls = 0

    def __call__(self, name: str, arguments: list[Any]) -> str:
        """Answer a host call; raise HostError, which is thrown in the script."""
        match name:
            case "llm.invoke":
                return self._ask(*_asked(arguments))
            case "llm.invokeWithPromptRef":
                return self._ask(self._filled(*(*arguments, None, None)[:2]), "SMALL")
            case _:
                raise HostError(f"{name} is not available here", class_name="ReferenceError")

    def _ask(self, prompt: str, model: str) -> str:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise HostError(
                f"a script may ask models {MAX_CALLS} times; this is one more", class_name="RangeError"
            )
        seconds = min(CALL_SECONDS, settings.MODEL_SECONDS)
        try:
            reply = ai.ask(ai.choose(model), prompt, seconds=seconds)
        except (ai.ModelFailed, ai.ModelProblem) as error:
            raise HostError(str(error), class_name="ModelError") from error
        self._record(self._call, reply)
        return reply.text

    def _filled(self, reference: Any, variables: Any) -> str:
        known = self._call.definitions.get("promptTemplates", {}).get(bare_slug(str(reference)))
        if known is None:
            raise HostError(f'prompt "{reference}" not found', class_name="ModelError")
        return fill_names(str(known.get("prompt") or ""), variables if isinstance(variables, Mapping) else {})


def _asked(arguments: list[Any]) -> tuple[str, str]:
    """Return prompt and model of `llm.invoke`'s argument."""
    given = arguments[0] if arguments else None
    typed = given if isinstance(given, dict) and not set(given) - KEYS else {"prompt": given}
    prompt = typed.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise HostError("llm.invoke takes a prompt, or an object of prompt and model", class_name="TypeError")
    return prompt, str(typed.get("model") or "SMALL")
