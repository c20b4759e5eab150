"""The websocket of a plan in the editor: who else is in it and where, and word of what they save."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any, Final
from uuid import uuid4

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from plans import hints, presence
from plans.models import Person, Plan

logger = logging.getLogger("throughline.consumers")
HEARTBEAT_SECONDS = 5.0
SILENT_BEATS: Final = 2.5  # who was not heard for so many heartbeats is gone
PAUSE_SECONDS = (
    0.1  # between two words of one editor: whoever runs through a plan is not followed step by step
)
BROKEN: Final = 1011
NOT_FOUND: Final = 4404
SIGNED_OUT: Final = 4401
LONGEST_SLUG: Final = 200


class PlanConsumer(AsyncJsonWebsocketConsumer):
    """One open editor. It ends when the person's session or membership ends."""

    plan_id: int | None = None
    beat: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Authorise, then say hello to the others and hear theirs."""
        await self.accept()
        person = self.scope.get("user")
        if not isinstance(person, Person):
            await self.close(SIGNED_OUT)
            return
        plan_id = await self._visible_plan()
        if plan_id is None:
            await self.close(NOT_FOUND)
            return
        hints.serve_from(asyncio.get_running_loop())
        self.plan_id = plan_id
        self.others: dict[str, tuple[dict[str, Any], float]] = {}
        self.moved = asyncio.Event()
        self.me = {
            "id": uuid4().hex,
            "username": person.username,
            "name": person.name,
            "at": None,
            "since": timezone.now().isoformat(),
        }
        await self.channel_layer.group_add(presence.group(plan_id), self.channel_name)
        await self._send_people()
        await self._tell({"type": "plan.who", "id": self.me["id"]})
        self.beat = asyncio.create_task(self._run())

    async def disconnect(self, code: int) -> None:
        """Say goodbye."""
        if self.beat is None or self.plan_id is None:
            return
        self.beat.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.beat
        with contextlib.suppress(Exception):  # without the layer, silence says it too
            await self._tell({"type": "plan.gone", "id": self.me["id"]})
            await self.channel_layer.group_discard(presence.group(self.plan_id), self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Take `{"type": "at", "step": slug or null}`; nothing else comes up this way."""
        try:
            sent = json.loads(text_data or "")
        except (ValueError, RecursionError):
            return
        if not isinstance(sent, dict) or sent.get("type") != "at" or self.beat is None:
            return
        step = sent.get("step")
        if step is None or (isinstance(step, str) and len(step) <= LONGEST_SLUG):
            self.me["at"] = step
            self.moved.set()

    async def plan_who(self, event: dict[str, Any]) -> None:
        """Somebody came: say hello."""
        if event["id"] != self.me["id"]:
            self.moved.set()

    async def plan_here(self, event: dict[str, Any]) -> None:
        """Somebody is there, or went to another step."""
        person = event["person"]
        if person["id"] == self.me["id"]:
            return
        before = self.others.get(person["id"])
        self.others[person["id"]] = (person, time.monotonic())
        if before is None or before[0] != person:
            await self._send_people()

    async def plan_gone(self, event: dict[str, Any]) -> None:
        """Somebody left."""
        if self.others.pop(event["id"], None) is not None:
            await self._send_people()

    async def plan_saved(self, event: dict[str, Any]) -> None:
        """Somebody saved a version."""
        told = {key: event[key] for key in ("versionNumber", "changeSequence", "by", "username")}
        await self.send_json({"type": "saved", **told})

    async def _run(self) -> None:
        try:
            await self._keep_telling()
        except Exception:
            logger.exception("the socket of plan %s broke; its browser comes back", self.plan_id)
            await self.close(BROKEN)

    async def _keep_telling(self) -> None:
        """Tell where this editor is, at once when it moves; see with every heartbeat that the person may be here."""
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            await self._tell({"type": "plan.here", "person": dict(self.me)})
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.moved.wait(), max(0.0, beat_at - time.monotonic()))
            self.moved.clear()
            if time.monotonic() >= beat_at:
                if await self._visible_plan() != self.plan_id:
                    await self.close(NOT_FOUND)
                    return
                await self._forget_the_silent()
                await self.send_json({"type": "heartbeat"})
                beat_at = time.monotonic() + HEARTBEAT_SECONDS

    async def _forget_the_silent(self) -> None:
        heard = time.monotonic() - SILENT_BEATS * HEARTBEAT_SECONDS
        silent = [key for key, (_person, at) in self.others.items() if at < heard]
        for key in silent:
            del self.others[key]
        if silent:
            await self._send_people()

    async def _send_people(self) -> None:
        people = sorted((person for person, _at in self.others.values()), key=lambda each: str(each["since"]))
        await self.send_json({"type": "people", "people": people})

    async def _tell(self, message: dict[str, Any]) -> None:
        await self.channel_layer.group_send(presence.group(self.plan_id or 0), message)

    @database_sync_to_async
    def _visible_plan(self) -> int | None:
        """Return the plan's key while the person may see it, and is signed in."""
        person: Person = self.scope["user"]
        names = self.scope["url_route"]["kwargs"]
        fresh = Person.objects.filter(pk=person.pk, is_active=True).first()
        if fresh is None or not self._session_lives():
            return None
        plans = Plan.objects.visible_to(fresh).filter(
            organization__slug=names["organization"], slug=names["slug"]
        )
        return plans.values_list("pk", flat=True).first()

    def _session_lives(self) -> bool:
        session = self.scope.get("session")
        return session is None or session.session_key is None or session.exists(session.session_key)
