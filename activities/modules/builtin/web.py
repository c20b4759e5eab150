"""`http/get`: a document of the web; `builtin/openai`: a chat with a language model."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from activities.modules.in_worker import InWorker
from activities.modules.registry import Options


class HttpGetOptions(Options):
    """An address that an operator allows, or a public one."""

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    query: dict[str, Any] = Field(default_factory=dict)


class ChatMessage(BaseModel):
    """What somebody says in a chat."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "user", "assistant"]
    content: str


class ChatOptions(Options):
    """The model is `SMALL`, `LARGE` or an id; the key is that of the settings, never one of the input."""

    messages: list[ChatMessage] = Field(min_length=1)
    model: str = "SMALL"
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)


MODULES = (
    InWorker("http/get", "Get a web address", HttpGetOptions, pure=False),
    InWorker("builtin/openai", "Ask a language model", ChatOptions, pure=False),
)
