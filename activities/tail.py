"""One tail per activity and process: hears hints, reads new events once, fans them out in memory."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from activities import live, messages
from activities.models import Activity

logger = logging.getLogger("throughline.tail")
QUEUE = 5000
LOOK_SECONDS = 5.0


class Tail:
    """Follows one activity for all sockets of this process."""

    def __init__(self, activity_id: UUID, seq: int) -> None:
        self.activity_id = activity_id
        self.seq = seq
        self.sockets: set[asyncio.Queue[messages.EventMessage]] = set()
        self.task: asyncio.Task[None] | None = None

    def subscribe(self) -> asyncio.Queue[messages.EventMessage]:
        """Return a queue that gets every event from now on; a reader that is too slow loses some and sees the gap."""
        queue: asyncio.Queue[messages.EventMessage] = asyncio.Queue(maxsize=QUEUE)
        self.sockets.add(queue)
        return queue

    async def follow(self, channel: str) -> None:
        """Read whenever there is a hint; without hints, look every few seconds."""
        layer = get_channel_layer()
        while True:
            try:
                await asyncio.wait_for(layer.receive(channel), LOOK_SECONDS)
            except TimeoutError:
                pass
            except (OSError, ConnectionError) as error:
                logger.warning("the channel layer of activity %s is out: %s", self.activity_id, error)
                await asyncio.sleep(1.0)
            await self._read()

    async def _read(self) -> None:
        while events := await database_sync_to_async(live.events_after)(self.activity_id, self.seq):
            self.seq = events[-1].seq
            for queue in self.sockets:
                for event in events:
                    if not queue.full():
                        queue.put_nowait(event)


class Tails:
    """The tails of this process, by event loop and activity."""

    def __init__(self) -> None:
        self._tails: dict[tuple[int, UUID], tuple[Tail, str]] = {}
        self._guards: dict[int, asyncio.Lock] = {}

    def _guard(self) -> asyncio.Lock:
        return self._guards.setdefault(id(asyncio.get_running_loop()), asyncio.Lock())

    async def join(self, activity_id: UUID) -> Tail:
        """Return the activity's tail, started if this is its first socket. The group is joined before `seq` is read."""
        async with self._guard():
            key = (id(asyncio.get_running_loop()), activity_id)
            if key not in self._tails:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(live.group(activity_id), channel)
                tail = Tail(activity_id, await _seq(activity_id))
                tail.task = asyncio.create_task(tail.follow(channel))
                self._tails[key] = (tail, channel)
            return self._tails[key][0]

    async def leave(self, tail: Tail, queue: asyncio.Queue[messages.EventMessage]) -> None:
        """Drop a socket, and the tail with its last one."""
        async with self._guard():
            tail.sockets.discard(queue)
            key = (id(asyncio.get_running_loop()), tail.activity_id)
            known = self._tails.get(key)
            if tail.sockets or known is None or known[0] is not tail:
                return
            del self._tails[key]
            if tail.task is not None:
                tail.task.cancel()
            await get_channel_layer().group_discard(live.group(tail.activity_id), known[1])


@database_sync_to_async
def _seq(activity_id: UUID) -> int:
    return int(Activity.objects.values_list("seq", flat=True).get(pk=activity_id))


tails = Tails()
