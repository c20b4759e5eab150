"""One tail per activity and process: hears hints, reads new events once, fans them out in memory."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from activities import live, messages
from activities.models import Activity

logger = logging.getLogger("throughline.tail")
QUEUE = 5000
AT_ONCE = 500
LOOK_SECONDS = 5.0
JOIN_SECONDS = 2.0
AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """An event as it goes over the wire, encoded once for all sockets."""

    seq: int
    text: str


class Tail:
    """Follows one activity for all sockets of this process."""

    def __init__(self, activity_id: UUID) -> None:
        self.activity_id = activity_id
        self.seq = 0
        self.sockets: set[asyncio.Queue[Line]] = set()
        self.joined = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self._hinted = asyncio.Event()
        self._stopped = False

    async def start(self) -> None:
        """Join the group, then read where the activity is; where the channel layer is out, looking must do."""
        self.tasks.append(asyncio.create_task(self._listen()))
        with suppress(TimeoutError):
            await asyncio.wait_for(self.joined.wait(), JOIN_SECONDS)
        self.seq = await _seq(self.activity_id)
        self.tasks.append(asyncio.create_task(self._follow()))

    async def stop(self) -> None:
        """Leave the group."""
        self._stopped = True
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def subscribe(self) -> asyncio.Queue[Line]:
        """Return a queue that gets every event from now on; a reader that is too slow loses some and sees the gap."""
        queue: asyncio.Queue[Line] = asyncio.Queue(maxsize=QUEUE)
        self.sockets.add(queue)
        return queue

    async def _listen(self) -> None:
        while not self._stopped:
            try:
                await self._take_hints()
            except Exception:
                logger.exception("no hints for activity %s; looking every few seconds", self.activity_id)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _take_hints(self) -> None:
        """Join the group and hear it until the end: a `receive` that is cancelled gives its channel up."""
        layer, group = get_channel_layer(), live.group(self.activity_id)
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        try:
            self.joined.set()
            while True:
                self._hinted.set()
                await layer.receive(channel)
        finally:
            await layer.group_discard(group, channel)

    async def _follow(self) -> None:
        """Read whenever there is a hint; without hints, look every few seconds."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hinted.wait(), LOOK_SECONDS)
            self._hinted.clear()
            try:
                await self._read()
            except Exception:
                logger.exception(
                    "the events of activity %s could not be read; looking again", self.activity_id
                )
                await asyncio.sleep(AGAIN_SECONDS)

    async def _read(self) -> None:
        full = True
        while full:
            lines = await _lines_after(self.activity_id, self.seq)
            full = len(lines) == AT_ONCE
            for line in lines:
                self.seq = line.seq
                for queue in self.sockets:
                    if not queue.full():
                        queue.put_nowait(line)


class Tails:
    """The tails of this process, by event loop and activity."""

    def __init__(self) -> None:
        self._tails: dict[tuple[int, UUID], Tail] = {}
        self._guards: dict[int, asyncio.Lock] = {}

    def _guard(self) -> asyncio.Lock:
        return self._guards.setdefault(id(asyncio.get_running_loop()), asyncio.Lock())

    async def join(self, activity_id: UUID) -> Tail:
        """Return the activity's tail, started if this is its first socket."""
        async with self._guard():
            key = (id(asyncio.get_running_loop()), activity_id)
            if key not in self._tails:
                tail = Tail(activity_id)
                try:
                    await tail.start()
                except BaseException:
                    await tail.stop()
                    raise
                self._tails[key] = tail
            return self._tails[key]

    async def leave(self, tail: Tail, queue: asyncio.Queue[Line]) -> None:
        """Drop a socket, and the tail with its last one."""
        async with self._guard():
            tail.sockets.discard(queue)
            key = (id(asyncio.get_running_loop()), tail.activity_id)
            if not tail.sockets and self._tails.get(key) is tail:
                del self._tails[key]
                await tail.stop()


@database_sync_to_async
def _seq(activity_id: UUID) -> int:
    return int(Activity.objects.values_list("seq", flat=True).get(pk=activity_id))


@database_sync_to_async
def _lines_after(activity_id: UUID, seq: int) -> list[Line]:
    return [line_of(event) for event in live.events_after(activity_id, seq, limit=AT_ONCE)]


def line_of(event: messages.EventMessage) -> Line:
    """Encode an event."""
    return Line(event.seq, event.model_dump_json(by_alias=True))


tails = Tails()
