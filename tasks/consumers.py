"""The websocket of an inbox: how many tasks are on each list, again whenever a task of the project has changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from plans import hints
from plans.models import Person, Project
from tasks import live

logger = logging.getLogger("throughline.consumers")
HEARTBEAT_SECONDS = 5.0
PAUSE_SECONDS = 0.2  # between two looks: a burst of changes is one change for whoever reads
BROKEN: Final = 1011
NOT_FOUND: Final = 4404
SIGNED_OUT: Final = 4401


class InboxConsumer(AsyncJsonWebsocketConsumer):
    """One page with an inbox. It ends when the person's session or membership ends."""

    group: str | None = None
    pump: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Authorise, subscribe, then count."""
        await self.accept()
        if not isinstance(self.scope.get("user"), Person):
            await self.close(SIGNED_OUT)
            return
        hints.serve_from(asyncio.get_running_loop())
        self.changed = asyncio.Event()
        self.group = live.group(self.scope["url_route"]["kwargs"]["project_id"])
        try:
            await self.channel_layer.group_add(self.group, self.channel_name)
        except Exception as error:  # noqa: BLE001  whatever the layer raises: the heartbeat looks, too
            logger.warning("no hints for %s: %s", self.group, error)
        self.pump = asyncio.create_task(self._run())

    async def disconnect(self, code: int) -> None:
        """Let go."""
        if self.pump is None or self.group is None:
            return
        self.pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.pump
        with contextlib.suppress(Exception):  # without the layer there is no group to leave
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, *args: Any, **kwargs: Any) -> None:
        """Nothing comes up this way, whatever it is: what a person does is an HTTP request."""

    async def inbox_changed(self, event: dict[str, Any]) -> None:
        """Some task of the project has changed: look again."""
        self.changed.set()

    async def _run(self) -> None:
        try:
            await self._keep_counting()
        except Exception:
            logger.exception("the socket of %s broke; its browser comes back", self.group)
            await self.close(BROKEN)

    async def _keep_counting(self) -> None:
        """Count at once, after every hint and with every heartbeat; see each time that the person may be here."""
        changed = False
        while True:
            counted = await self._counted(changed)
            if counted is None:
                await self.close(NOT_FOUND)
                return
            await self.send_json(counted)
            beat_at = time.monotonic() + HEARTBEAT_SECONDS
            await asyncio.sleep(PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), max(0.0, beat_at - time.monotonic()))
            changed = self.changed.is_set()
            self.changed.clear()

    @database_sync_to_async
    def _counted(self, changed: bool) -> dict[str, Any] | None:  # noqa: FBT001
        """Return what to send; None when the person may no longer see it."""
        person: Person = self.scope["user"]
        fresh = Person.objects.filter(pk=person.pk, is_active=True).first()
        if fresh is None or not self._session_lives():
            return None
        project_id = self.scope["url_route"]["kwargs"]["project_id"]
        project = Project.objects.visible_to(fresh).filter(pk=project_id).first()
        return None if project is None else live.counted(fresh, project, changed=changed)

    def _session_lives(self) -> bool:
        session = self.scope.get("session")
        return session is None or session.session_key is None or session.exists(session.session_key)
