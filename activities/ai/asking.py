"""One prompt to one model, one reply: bounded in time, asked once; who asks decides about another try."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.conf import settings

from activities.ai.choosing import Chosen
from activities.ai.failing import failure
from activities.ai.stand_in import SENTENCE, stand_in_reply
from activities.ai.stopping import run_killable

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.settings import ModelSettings

    from activities.steps import Killable

TEMPERATURE: Final = 0.1
Message = tuple[str, str]  # role (system, user, assistant) and text


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, and what that took. `cost` is in US dollars, None where the price is not known."""

    text: str
    provider: str
    model: str
    stand_in: bool = False
    requests: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    seconds: float = 0.0
    cut: bool = False  # the model ran into the limit of its reply


def ask(
    chosen: Chosen,
    prompt: str | Sequence[Message],
    *,
    seconds: float,
    stand_in_keys: Mapping[str, str] | None = None,
    limits: Mapping[str, float] | None = None,
    on_start: Callable[[Killable], None] | None = None,
) -> Reply:
    """Ask once; raise ModelFailed. `on_start` gets what can be killed from another thread.

    `stand_in_keys` are what the caller reads from a JSON reply; without them the stand-in gives a sentence.
    `limits` may lower `max_tokens` and set `temperature`.
    """
    if chosen.model is None:
        text = SENTENCE if stand_in_keys is None else stand_in_reply(stand_in_keys)
        return Reply(text, chosen.provider, chosen.name, stand_in=True)
    began = time.monotonic()
    response = run_killable(_response(chosen, _talk(prompt), seconds, limits or {}), on_start=on_start)
    usage = response.usage
    return Reply(
        text=response.text or "",
        provider=chosen.provider,
        model=response.model_name or chosen.name,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=price_of(response),
        seconds=time.monotonic() - began,
        cut=response.finish_reason == "length",
    )


def model_settings(seconds: float) -> ModelSettings:
    """Return what every request carries: one try, a deadline, a temperature that wanders little."""
    return {
        "timeout": seconds,
        "request_timeout": seconds,
        "max_retries": 0,
        "max_tokens": settings.MODEL_MAX_TOKENS,
        "temperature": TEMPERATURE,
    }


def price_of(response: ModelResponse) -> Decimal | None:
    """Return the price of a response in US dollars; None where the list of prices does not know it."""
    if response.usage.cost is not None:
        return response.usage.cost
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):
        return None


def _talk(prompt: str | Sequence[Message]) -> list[ModelMessage]:
    """Return what the model is sent: one prompt of a user, or the messages of a chat in their roles."""
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    said: Sequence[Message] = [("user", prompt)] if isinstance(prompt, str) else prompt
    talk: list[ModelMessage] = []
    for role, text in said:
        match role:
            case "assistant":
                talk.append(ModelResponse(parts=[TextPart(text)]))
            case "system":
                talk.append(ModelRequest(parts=[SystemPromptPart(text)]))
            case _:
                talk.append(ModelRequest(parts=[UserPromptPart(text)]))
    return talk


async def _response(
    chosen: Chosen, talk: list[ModelMessage], seconds: float, limits: Mapping[str, float]
) -> ModelResponse:
    from pydantic_ai.direct import model_request
    from pydantic_ai.exceptions import AgentRunError

    assert chosen.model is not None
    wanted = model_settings(seconds)
    wanted["max_tokens"] = int(min(limits.get("max_tokens", wanted["max_tokens"]), wanted["max_tokens"]))
    wanted["temperature"] = limits.get("temperature", TEMPERATURE)
    try:
        async with chosen.model:
            return await model_request(chosen.model, talk, model_settings=wanted)
    except AgentRunError as error:
        raise failure(error, target=f"{chosen.provider} {chosen.name}", secrets=chosen.secrets) from None
