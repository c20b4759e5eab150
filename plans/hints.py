"""Word through the channel layer that something has changed: a hint, kept nowhere, that never waits or raises."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger("throughline.hints")
_server_loop: asyncio.AbstractEventLoop | None = None
_own_loop: tuple[int, asyncio.AbstractEventLoop] | None = None  # with the process that made it
_guard: Final = threading.Lock()


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the loop that sockets live on: an in-memory layer must be spoken to from there."""
    global _server_loop
    _server_loop = loop


def send(group: str, message: Mapping[str, Any]) -> None:
    """Tell the group, from any thread; whoever does not hear it looks by itself."""
    layer = get_channel_layer()
    loop = None if layer is None else _loop_of(layer)
    if loop is not None:
        asyncio.run_coroutine_threadsafe(_tell(layer, group, dict(message)), loop)


async def _tell(layer: Any, group: str, message: dict[str, Any]) -> None:
    try:
        await layer.group_send(group, message)
    except Exception as error:  # noqa: BLE001  whatever the layer raises, there is nobody to tell
        logger.warning("a hint for %s was lost: %s", group, error)


def _loop_of(layer: Any) -> asyncio.AbstractEventLoop | None:
    """Return the loop to speak from: the sockets', else one of our own that keeps its connection open."""
    global _own_loop
    if _server_loop is not None and _server_loop.is_running():
        return _server_loop
    if isinstance(layer, InMemoryChannelLayer):
        return None  # without a socket in this process nobody listens
    with _guard:
        if _own_loop is None or _own_loop[0] != os.getpid():  # a fork has the loop, and not its thread
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="hints", daemon=True).start()
            _own_loop = (os.getpid(), loop)
        return _own_loop[1]
