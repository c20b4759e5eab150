"""How a model that was asked can fail, in the words of steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from plans.secrets import redact

if TYPE_CHECKING:
    from pydantic_ai.exceptions import AgentRunError

MAX_SAID: Final = 300


class ModelFailed(Exception):
    """No reply came, or none that can be used: a business failure, or a timeout."""

    def __init__(
        self,
        message: str,
        *,
        code: str | int,
        kind: Literal["business", "timeout"] = "business",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.retry_after = retry_after


def failure(error: AgentRunError, *, target: str, secrets: Sequence[str]) -> ModelFailed:
    """Return what an error of the library means; of the provider's answer only a short sentence is kept."""
    from pydantic_ai import exceptions

    match error:
        case exceptions.ModelRequestTimeout() | exceptions.ModelTimeoutError():
            return ModelFailed(f"{target} gave no complete reply in time", code="timeout", kind="timeout")
        case exceptions.ModelHTTPError():
            said = redact(_said(error.body), secrets)
            message = f"{target} answered {error.status_code}" + (f": {said}" if said else "")
            return ModelFailed(message, code=error.status_code, retry_after=error.retry_after)
        case exceptions.ModelConnectionError():
            return ModelFailed(f"{target} can't be reached", code="model-unreachable")
        case exceptions.UsageLimitExceeded():
            return ModelFailed(f"{target}: the run asked more often than it may", code="model-limit")
        case exceptions.UnexpectedModelBehavior():
            return ModelFailed(f"{target} gave a reply that can't be used", code="model-reply")
        case _:
            return ModelFailed(f"{target} failed: {type(error).__name__}", code="model-error")


def _said(body: Any) -> str:
    """Return the sentence in an error answer: `{"error": {"message"}}`, `{"message"}`, or nothing."""
    inner = body.get("error", body) if isinstance(body, dict) else None
    text = inner.get("message") if isinstance(inner, dict) else inner
    shown = text if isinstance(text, str) else ""
    return shown if len(shown) <= MAX_SAID else shown[:MAX_SAID] + "…"
