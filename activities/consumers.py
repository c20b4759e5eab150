"""The websocket of an activity: subscribe first, then read; then every later event in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from activities import live, messages
from activities.models import Activity
from activities.tail import Line, Tail, tails
from plans.models import Person

logger = logging.getLogger("throughline.consumers")
HEARTBEAT_SECONDS = 5.0
BROKEN = 1011
NOT_FOUND = 4404
SIGNED_OUT = 4401
TOO_FAR_BEHIND = 2000
SEQUENCE_DIGITS = 15  # of a longer number no database could count


class ActivityConsumer(AsyncJsonWebsocketConsumer):
    """One browser, watching one activity. It ends when the person's session or membership ends."""

    activity_id: UUID
    tail: Tail | None = None
    pump: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Authorise, subscribe, then send the snapshot or what was missed."""
        person = self.scope.get("user")
        self.activity_id = self.scope["url_route"]["kwargs"]["activity_id"]
        await self.accept()
        if not isinstance(person, Person):
            await self.close(SIGNED_OUT)
            return
        if not await self._may_see():
            await self.close(NOT_FOUND)
            return
        self.tail = await tails.join(self.activity_id)
        queue = self.tail.subscribe()
        self.pump = asyncio.create_task(self._run(queue))

    async def disconnect(self, code: int) -> None:
        """Let go."""
        if self.pump is not None:
            self.pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.pump

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Nothing comes up this way, whatever it is: what a person does is an HTTP request."""

    async def _run(self, queue: asyncio.Queue[Line]) -> None:
        assert self.tail is not None
        try:
            await self._stream(queue, await self._first())
        except Exception:
            logger.exception("a socket of activity %s broke; its browser comes back", self.activity_id)
            await self.close(BROKEN)
        finally:
            await tails.leave(self.tail, queue)

    async def _stream(self, queue: asyncio.Queue[Line], seq: int) -> None:
        """Send what comes after `seq`, and see with every heartbeat that the person may still see it."""
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            line = await _next(queue, until=beat_at)
            if line is not None:
                seq = await self._send_after(seq, line)
                continue
            if not await self._may_see():
                await self.close(NOT_FOUND)
                return
            seq = await self._catch_up(seq)
            await self._beat(seq)
            beat_at = time.monotonic() + HEARTBEAT_SECONDS

    async def _send_after(self, seq: int, line: Line) -> int:
        """Send the line if it is the next; where some are missing, look for oneself. Return the last number sent."""
        if line.seq <= seq:
            return seq
        if line.seq > seq + 1:
            return await self._catch_up(seq)
        await self.send(text_data=line.text)
        return line.seq

    async def _first(self) -> int:
        """Send what the browser has missed, or all there is; return the last number sent."""
        since = parse_qs(self.scope["query_string"].decode(errors="replace")).get("since", [""])[0]
        if since.isascii() and since.isdigit() and len(since) <= SEQUENCE_DIGITS:
            missed = await self._missed(int(since))
            if missed is not None:
                for event in missed:
                    await self.send_json(messages.wire(event))
                last = missed[-1].seq if missed else int(since)
                await self._beat(last)
                return last
        snapshot = await database_sync_to_async(live.snapshot)(self.activity_id)
        await self.send_json(messages.wire(snapshot))
        return snapshot.seq

    async def _missed(self, since: int) -> list[messages.EventMessage] | None:
        """Return the events after `since`; None if there are too many, or if there was no such number."""
        found = await database_sync_to_async(live.events_after)(
            self.activity_id, since - 1, limit=TOO_FAR_BEHIND
        )
        if len(found) == TOO_FAR_BEHIND or not found or found[0].seq != max(since, 1):
            return None
        return [event for event in found if event.seq > since]

    async def _catch_up(self, seq: int) -> int:
        for event in await database_sync_to_async(live.events_after)(
            self.activity_id, seq, limit=TOO_FAR_BEHIND
        ):
            await self.send_json(messages.wire(event))
            seq = event.seq
        return seq

    async def _beat(self, seq: int) -> None:
        await self.send_json(messages.wire(messages.Heartbeat(seq=seq, at=timezone.now().isoformat())))

    @database_sync_to_async
    def _may_see(self) -> bool:
        person: Person = self.scope["user"]
        fresh = Person.objects.filter(pk=person.pk, is_active=True).first()
        if fresh is None or not self._session_lives():
            return False
        return Activity.objects.visible_to(fresh).filter(pk=self.activity_id).exists()

    def _session_lives(self) -> bool:
        session = self.scope.get("session")
        return session is None or session.session_key is None or session.exists(session.session_key)


class NowhereConsumer(AsyncJsonWebsocketConsumer):
    """An address at which nothing is: accepted, so that the code is heard, and closed."""

    async def connect(self) -> None:
        """Say that nothing is here."""
        await self.accept()
        await self.close(NOT_FOUND)


async def _next(queue: asyncio.Queue[Line], *, until: float) -> Line | None:
    """Return the next line; None when the time has come first."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        return None
    if not queue.empty():
        return queue.get_nowait()
    try:
        return await asyncio.wait_for(queue.get(), seconds)
    except TimeoutError:
        return None
