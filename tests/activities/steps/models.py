"""A language model on this machine: a real HTTP server that speaks the chat completions protocol of OpenAI."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Answer = Callable[[dict[str, Any]], tuple[int, dict[str, str], bytes]]


def completion(
    text: str | None = None,
    *,
    calls: list[tuple[str, dict[str, Any]]] | None = None,
    model: str = "tiny-1",
    finish: str = "stop",
    tokens: tuple[int, int] = (21, 5),
) -> dict[str, Any]:
    """Make the body of an answer: a text, or calls of tools."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        finish = "tool_calls"
        message["tool_calls"] = [
            {
                "id": f"call-{number}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for number, (name, arguments) in enumerate(calls, start=1)
        ]
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }


def answers(*bodies: dict[str, Any]) -> Answer:
    """Answer with these bodies in order, the last for good."""
    left = list(bodies)

    def answer(request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        body = left.pop(0) if len(left) > 1 else left[0]
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    return answer


def sent(request: dict[str, Any]) -> dict[str, Any]:
    """Read the body of a request."""
    body: dict[str, Any] = json.loads(request["body"])
    return body


def serve_model(service: Any, settings: Any, *bodies: dict[str, Any]) -> None:
    """Let the service answer as a model, and the settings name it."""
    service.answer = answers(*bodies)
    settings.MODEL_PROVIDER, settings.MODEL_SMALL, settings.MODEL_LARGE = "", "tiny", "big"
    settings.MODEL_BASE_URL, settings.MODEL_API_KEY = f"{service.url}/v1", "sk-tests-only"
