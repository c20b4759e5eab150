"""Who is in a plan, and word of what they save: hints through the channel layer, kept nowhere.

Each open editor tells the others of its plan that it is there, again and again; who falls silent is gone. A hint may be
lost: the next one heals it, and a save that nobody heard of is found by the save that comes after it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from typing import Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer

from plans.models import Person, Plan, PlanVersion

logger = logging.getLogger("throughline.presence")
_server_loop: asyncio.AbstractEventLoop | None = None
_own_loop: tuple[int, asyncio.AbstractEventLoop] | None = None  # with the process that made it
_guard: Final = threading.Lock()


def group(plan_id: int) -> str:
    """Return the name of the plan's group."""
    return f"plan.{plan_id}"


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the loop that sockets live on: an in-memory layer must be spoken to from there."""
    global _server_loop
    _server_loop = loop


def announce_saved(plan: Plan, version: PlanVersion, *, by: Person | None) -> None:
    """Tell the open editors of a new version. Never waits, never raises: whoever missed it sees it when saving."""
    message = {
        "type": "plan.saved",
        "versionNumber": version.number,
        "changeSequence": plan.change_sequence,
        "by": by.name if by is not None else "",
        "username": by.username if by is not None else "",
    }
    layer = get_channel_layer()
    loop = None if layer is None else _loop_of(layer)
    if loop is not None:
        asyncio.run_coroutine_threadsafe(_tell(layer, group(plan.pk), message), loop)


async def _tell(layer: Any, name: str, message: dict[str, Any]) -> None:
    try:
        await layer.group_send(name, message)
    except Exception as error:  # noqa: BLE001  whatever the layer raises, there is nobody to tell
        logger.warning("word of a save in %s was lost: %s", name, error)


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
            threading.Thread(target=loop.run_forever, name="presence", daemon=True).start()
            _own_loop = (os.getpid(), loop)
        return _own_loop[1]
