"""`http/get`: a document of the web."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from activities.modules.in_worker import InWorker
from activities.modules.registry import Options


class HttpGetOptions(Options):
    """An address that an operator allows, or a public one."""

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    query: dict[str, Any] = Field(default_factory=dict)


MODULES = (InWorker("http/get", "Get a web address", HttpGetOptions, pure=False),)
