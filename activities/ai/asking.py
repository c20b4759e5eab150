"""One prompt to one model, one reply: bounded in time, asked once; who asks decides about another try."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.conf import settings

from activities.ai.choosing import Chosen
from activities.ai.failing import ModelFailed, failure
from activities.ai.stand_in import SENTENCE, stand_in_reply

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.settings import ModelSettings

    from activities.steps import Killable

TEMPERATURE: Final = 0.1

T = TypeVar("T")


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
    prompt: str,
    *,
    seconds: float,
    stand_in_keys: Mapping[str, str] | None = None,
    on_start: Callable[[Killable], None] | None = None,
) -> Reply:
    """Ask once; raise ModelFailed. `on_start` gets what can be killed from another thread.

    `stand_in_keys` are what the caller reads from a JSON reply; without them the stand-in gives a sentence.
    """
    if chosen.model is None:
        text = SENTENCE if stand_in_keys is None else stand_in_reply(stand_in_keys)
        return Reply(text, chosen.provider, chosen.name, stand_in=True)
    began = time.monotonic()
    response = run_killable(_response(chosen, prompt, seconds), on_start=on_start)
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


class Stop:
    """A way to end a coroutine from another thread; harmless before it began and after it ended."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._cancel: Callable[[], object] | None = None
        self.stopped = False

    def kill(self) -> None:
        """End it."""
        with self._guard:
            self.stopped = True
            if self._cancel is not None:
                self._cancel()

    def bind(self, cancel: Callable[[], object] | None) -> None:
        """Say how to end what runs now; what is stopped already is ended at once."""
        with self._guard:
            self._cancel = cancel
            if self.stopped and cancel is not None:
                cancel()


def run_killable(
    work: Coroutine[Any, Any, T], *, on_start: Callable[[Killable], None] | None, stop: Stop | None = None
) -> T:
    """Run a coroutine in this thread, on a loop of its own; raise ModelFailed where it is killed."""
    stop = stop or Stop()

    async def bound() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        stop.bind(lambda: loop.call_soon_threadsafe(task.cancel))
        try:
            return await task
        finally:
            stop.bind(None)

    if on_start is not None:
        on_start(stop)
    try:
        return asyncio.run(bound())
    except asyncio.CancelledError:
        raise ModelFailed("the model was not waited for any longer", code="cancelled") from None


async def _response(chosen: Chosen, prompt: str, seconds: float) -> ModelResponse:
    from pydantic_ai.direct import model_request
    from pydantic_ai.exceptions import AgentRunError
    from pydantic_ai.messages import ModelRequest

    assert chosen.model is not None
    try:
        async with chosen.model:
            return await model_request(
                chosen.model, [ModelRequest.user_text_prompt(prompt)], model_settings=model_settings(seconds)
            )
    except AgentRunError as error:
        raise failure(error, target=f"{chosen.provider} {chosen.name}", secrets=chosen.secrets) from None
