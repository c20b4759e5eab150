"""The websocket of an inbox: what it counts, when it counts again, for whom, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from config.asgi import application
from plans import hints
from plans.models import Membership, Person, Project
from tasks import consumers, delegation, services
from tests import builders
from tests.tasks import running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
HOST = "testserver"
LONG = 15.0


@pytest.fixture(autouse=True)
def _loop_of_this_test(monkeypatch: Any) -> None:
    """No loop of an earlier test is spoken to."""
    monkeypatch.setattr(hints, "_server_loop", None)


@pytest.fixture
def only_hints(monkeypatch: Any) -> None:
    """No heartbeat looks: what is heard was told."""
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 3600.0)
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def only_heartbeats(monkeypatch: Any) -> None:
    """Every hint is lost; heartbeats follow one another at once."""
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(hints, "send", lambda *_arguments: None)


@asynccontextmanager
async def socket(project_id: int, person: Person | None) -> AsyncIterator[WebsocketCommunicator]:
    """Open the socket as the person's browser does; close it afterwards."""
    headers = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())]
    if person is not None:
        client = Client()
        await in_thread(client.force_login)(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    communicator = WebsocketCommunicator(application, f"/ws/inbox/{project_id}/", headers)
    connected, _subprotocol = await communicator.connect(timeout=LONG)
    assert connected
    try:
        yield communicator
    finally:
        await communicator.disconnect()


async def counts_when(communicator: WebsocketCommunicator, **expected: int) -> dict[str, Any]:
    """Return the first message whose counts are as expected."""
    while True:
        message: dict[str, Any] = await communicator.receive_json_from(timeout=LONG)
        if expected.items() <= message["counts"].items():
            return message


async def closed_with(communicator: WebsocketCommunicator) -> int:
    """Return the code with which the server closes the socket, sooner or later."""
    while True:
        output = await communicator.receive_output(timeout=LONG)
        if output["type"] == "websocket.close":
            return int(output["code"])


async def test_a_new_a_claimed_and_a_finished_task_are_told(
    project: Project, ann: Person, rita: Person, only_hints: None
) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching, all=0, unassigned=0)
        task = await in_thread(running.review_task)(by=ann)
        opened = await counts_when(watching, all=1, unassigned=1)
        claimed = await in_thread(services.claim)(task, by=ann)
        await counts_when(watching, all=0)
        await in_thread(services.release)(claimed, by=ann)
        await counts_when(watching, all=1)
        await in_thread(services.complete)(task, by=ann, action="approve", data={"supplier": "A", "total": 1})
        await counts_when(watching, all=0)

    assert opened["changed"] is True
    assert "everybody" not in opened["counts"]


async def test_a_delegation_and_its_end_are_told(
    project: Project, ann: Person, rita: Person, only_hints: None
) -> None:
    deputy = await in_thread(builders.person)("dora", "reviewer", project=project)
    task = await in_thread(services.claim)(await in_thread(running.review_task)(by=ann), by=rita)

    async with socket(project.pk, deputy) as watching:
        await counts_when(watching, all=0)
        await in_thread(delegation.delegate)(task, by=rita, to=deputy)
        await counts_when(watching, all=1, mine=1)
        await in_thread(delegation.recall)(task, by=rita)
        await counts_when(watching, all=0)


async def test_what_is_rolled_back_is_not_told(
    project: Project, ann: Person, rita: Person, only_hints: None, monkeypatch: Any
) -> None:
    sent: list[str] = []
    task = await in_thread(running.review_task)(by=ann)
    monkeypatch.setattr(hints, "send", lambda group, _message: sent.append(group))

    def undone() -> None:
        from django.db import transaction

        with transaction.atomic():
            services.claim(task, by=rita)
            assert sent == []
            transaction.set_rollback(True)
        services.claim(task, by=rita)

    await in_thread(undone)()

    assert sent == [f"inbox.{project.pk}"]


async def test_a_lost_hint_costs_a_heartbeat(
    project: Project, ann: Person, rita: Person, only_heartbeats: None
) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching, all=0)
        await in_thread(running.review_task)(by=ann)
        told = await counts_when(watching, all=1)

    assert told["changed"] is False


async def test_an_operator_hears_of_everybodys(project: Project, ann: Person, only_hints: None) -> None:
    await in_thread(running.review_task)(by=ann)

    async with socket(project.pk, ann) as watching:
        assert (await counts_when(watching))["counts"]["everybody"] == 1


async def test_it_is_for_members_who_are_signed_in(project: Project, ben: Person, cy: Person) -> None:
    async with socket(project.pk, None) as nobody, socket(project.pk, cy) as stranger:
        assert await closed_with(nobody) == consumers.SIGNED_OUT
        assert await closed_with(stranger) == consumers.NOT_FOUND
    async with socket(project.pk + 1000, ben) as forged:
        assert await closed_with(forged) == consumers.NOT_FOUND


async def test_it_ends_with_the_membership(project: Project, rita: Person, only_heartbeats: None) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching)
        await in_thread(Membership.objects.filter(person=rita).delete)()

        assert await closed_with(watching) == consumers.NOT_FOUND


async def test_it_ends_with_the_session(project: Project, rita: Person, only_heartbeats: None) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching)
        await in_thread(Session.objects.all().delete)()

        assert await closed_with(watching) == consumers.NOT_FOUND


async def test_what_comes_up_is_ignored(
    project: Project, ann: Person, rita: Person, only_hints: None
) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching, all=0)
        for text in ("[", '{"type": "inbox.changed"}', "null"):
            await watching.send_to(text_data=text)
        await in_thread(running.review_task)(by=ann)

        await counts_when(watching, all=1)


async def test_two_inboxes_of_two_projects_hear_of_their_own(
    project: Project, ann: Person, rita: Person, only_hints: None
) -> None:
    other = await in_thread(builders.project)("elsewhere")
    await in_thread(builders.person)("rita", "reviewer", project=other)

    async with socket(other.pk, rita) as elsewhere, socket(project.pk, rita) as here:
        await counts_when(elsewhere, all=0)
        await counts_when(here, all=0)
        await in_thread(running.review_task)(by=ann)
        await counts_when(here, all=1)

        assert await elsewhere.receive_nothing(timeout=0.05)


async def test_the_loop_of_the_sockets_is_spoken_to(project: Project, rita: Person, only_hints: None) -> None:
    async with socket(project.pk, rita) as watching:
        await counts_when(watching)

        assert hints._server_loop is asyncio.get_running_loop()
