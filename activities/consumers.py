"""The websocket of an activity: subscribe first, then read; then every later event in order."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from activities import live, messages
from activities.models import Activity
from activities.tail import Tail, tails
from plans.models import Person

HEARTBEAT_SECONDS = 5.0
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

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing comes up this way: what a person does is an HTTP request."""

    async def _run(self, queue: asyncio.Queue[messages.EventMessage]) -> None:
        assert self.tail is not None
        try:
            seq = await self._first()
            while True:
                seq = await self._next(queue, seq)
                if seq < 0:
                    return
        finally:
            await tails.leave(self.tail, queue)

    async def _first(self) -> int:
        since = parse_qs(self.scope["query_string"].decode()).get("since", [""])[0]
        if since.isascii() and since.isdigit() and len(since) <= SEQUENCE_DIGITS:
            missed = await database_sync_to_async(live.events_after)(
                self.activity_id, int(since), limit=TOO_FAR_BEHIND
            )
            gapless = not missed or missed[0].seq == int(since) + 1
            if gapless and len(missed) < TOO_FAR_BEHIND:
                for event in missed:
                    await self.send_json(messages.wire(event))
                await self._beat(missed[-1].seq if missed else int(since))
                return missed[-1].seq if missed else int(since)
        snapshot = await database_sync_to_async(live.snapshot)(self.activity_id)
        await self.send_json(messages.wire(snapshot))
        return snapshot.seq

    async def _next(self, queue: asyncio.Queue[messages.EventMessage], seq: int) -> int:
        """Send what comes; after a quiet heartbeat's time, look for oneself. Return the last number sent, -1 to end."""
        try:
            event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            if not await self._may_see():
                await self.close(NOT_FOUND)
                return -1
            seq = await self._catch_up(seq)
            await self._beat(seq)
            return seq
        if event.seq > seq + 1:
            return await self._catch_up(seq)
        if event.seq == seq + 1:
            await self.send_json(messages.wire(event))
            return event.seq
        return seq

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
