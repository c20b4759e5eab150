"""The websocket of an activity: who may listen, what comes first, what is missed, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async as in_thread
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from activities import consumers, live, services, tail
from activities.models import Activity
from config.asgi import application
from plans.models import Membership, Person, Project
from tests import builders
from tests.activities.running import WAITS, World, chain, complete, fresh

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
HOST = "testserver"
LONG = 15.0


@pytest.fixture(autouse=True)
def _hints_of_this_loop(monkeypatch: Any) -> None:
    """No hint comes from anywhere but where a test lets it."""
    monkeypatch.setattr(live, "_server_loop", None)


@pytest.fixture
def ann(transactional_db: None) -> Person:
    """The person who may."""
    return builders.ann()


@pytest.fixture
def quick_heart(monkeypatch: Any) -> None:
    """Heartbeats follow one another at once, and only they look."""
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(tail, "LOOK_SECONDS", 3600)


@asynccontextmanager
async def socket(
    activity_id: Any, person: Person | None, *, query: str = "", origin: str | None = f"http://{HOST}"
) -> AsyncIterator[WebsocketCommunicator]:
    """Open the socket as the person's browser does; close it afterwards."""
    headers = [(b"host", HOST.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if person is not None:
        client = Client()
        await in_thread(client.force_login)(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    communicator = WebsocketCommunicator(application, f"/ws/activities/{activity_id}/{query}", headers)
    try:
        yield communicator
    finally:
        await communicator.disconnect()


async def opened(communicator: WebsocketCommunicator) -> None:
    """Connect."""
    connected, _subprotocol = await communicator.connect(timeout=LONG)
    assert connected


async def next_of(communicator: WebsocketCommunicator, *kinds: str) -> dict[str, Any]:
    """Return the next message of one of the kinds."""
    while True:
        message: dict[str, Any] = await communicator.receive_json_from(timeout=LONG)
        if message["kind"] in kinds:
            return message


async def closed_with(communicator: WebsocketCommunicator) -> int:
    """Return the code with which the server closes the socket, sooner or later."""
    while True:
        output = await communicator.receive_output(timeout=LONG)
        if output["type"] == "websocket.close":
            return int(output["code"])


def started(world: World, length: int = 3) -> Activity:
    """Start a chain whose first step waits for a person."""
    world.answers["s0"] = WAITS
    return world.play(world.start(*chain(length)))


def go_on(world: World, activity: Activity) -> Activity:
    """Let the person finish and the rest run."""
    assert complete(activity, "s0")
    return world.play(activity)


async def test_a_snapshot_comes_first_and_then_every_event_in_order(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)
    live.serve_from(asyncio.get_running_loop())

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        first = await watching.receive_json_from(timeout=LONG)
        ended = await in_thread(go_on)(world, activity)
        heard = [await next_of(watching, "event") for _ in range(ended.seq - activity.seq)]

    assert (first["kind"], first["seq"]) == ("snapshot", activity.seq)
    assert [event["seq"] for event in heard] == list(range(activity.seq + 1, ended.seq + 1))
    assert heard[-1]["activity"]["status"] == "COMPLETED"


async def test_what_was_missed_comes_first_with_since(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)
    ended = await in_thread(go_on)(world, activity)

    async with socket(activity.pk, ann, query=f"?since={activity.seq}") as watching:
        await opened(watching)
        heard = [await watching.receive_json_from(timeout=LONG) for _ in range(ended.seq - activity.seq)]
        beat = await watching.receive_json_from(timeout=LONG)

    assert [event["seq"] for event in heard] == list(range(activity.seq + 1, ended.seq + 1))
    assert (beat["kind"], beat["seq"]) == ("heartbeat", ended.seq)


async def test_the_very_beginning_can_be_asked_for(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann, query="?since=0") as watching:
        await opened(watching)
        heard = [await next_of(watching, "event") for _ in range(activity.seq)]

    assert heard[0]["type"] == "ActivityStarted"


@pytest.mark.parametrize("since", ["", "abc", "-1", "²", "1.5", "9" * 40, "%ff"])
async def test_a_number_that_is_none_gets_a_snapshot(world: World, ann: Person, since: str) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann, query=f"?since={since}") as watching:
        await opened(watching)
        first = await watching.receive_json_from(timeout=LONG)

    assert first["kind"] == "snapshot"


async def test_a_number_that_was_never_given_gets_a_snapshot(world: World, ann: Person) -> None:
    """A browser that is ahead of the database, after a restore: it must not wait for numbers it has had."""
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann, query=f"?since={activity.seq + 50}") as watching:
        await opened(watching)
        first = await watching.receive_json_from(timeout=LONG)

    assert (first["kind"], first["seq"]) == ("snapshot", activity.seq)


async def test_a_browser_that_is_too_far_behind_gets_a_snapshot(
    world: World, ann: Person, monkeypatch: Any
) -> None:
    monkeypatch.setattr(consumers, "TOO_FAR_BEHIND", 3)
    activity = await in_thread(started)(world, 10)
    ended = await in_thread(go_on)(world, activity)

    async with socket(activity.pk, ann, query="?since=1") as watching:
        await opened(watching)
        first = await watching.receive_json_from(timeout=LONG)

    assert (first["kind"], first["seq"]) == ("snapshot", ended.seq)


async def test_a_lost_hint_is_healed_by_a_heartbeat(
    world: World, ann: Person, quick_heart: None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(live, "hint", lambda activity_id, seq: None)
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await next_of(watching, "snapshot")
        ended = await in_thread(go_on)(world, activity)
        heard = [await next_of(watching, "event") for _ in range(ended.seq - activity.seq)]

    assert [event["seq"] for event in heard] == list(range(activity.seq + 1, ended.seq + 1))


async def test_heartbeats_carry_the_number_of_the_database(
    world: World, ann: Person, quick_heart: None
) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        beat = await next_of(watching, "heartbeat")

    assert beat["seq"] == (await in_thread(fresh)(activity)).seq


async def test_two_browsers_hear_the_same(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)
    live.serve_from(asyncio.get_running_loop())

    async with socket(activity.pk, ann) as one, socket(activity.pk, ann) as other:
        for watching in (one, other):
            await opened(watching)
            await next_of(watching, "snapshot")
        ended = await in_thread(go_on)(world, activity)
        numbers = range(ended.seq - activity.seq)
        heard = [[await next_of(watching, "event") for _ in numbers] for watching in (one, other)]

    assert heard[0] == heard[1]


async def test_the_last_socket_takes_its_tail_with_it(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await next_of(watching, "snapshot")
        assert tail.tails._tails

    assert not tail.tails._tails


async def test_nothing_comes_up_the_socket(world: World, ann: Person, quick_heart: None) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await watching.send_json_to({"kind": "cancel"})
        await next_of(watching, "heartbeat")

    assert (await in_thread(fresh)(activity)).status == "RUNNING"


@pytest.mark.parametrize(
    "frame", [{"text_data": "no json"}, {"text_data": '"x"'}, {"bytes_data": b"\x00\xff"}]
)
async def test_a_frame_that_is_no_json_does_not_end_it(
    world: World, ann: Person, quick_heart: None, frame: Any
) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await watching.send_to(**frame)
        assert (await next_of(watching, "heartbeat"))["kind"] == "heartbeat"


# -- who may listen ----------------------------------------------------------------------------------------------------


async def test_nobody_is_told_to_sign_in(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, None) as watching:
        await opened(watching)
        assert await closed_with(watching) == consumers.SIGNED_OUT == 4401


async def test_a_stranger_is_told_that_there_is_nothing(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)
    stranger = await in_thread(builders.cy)()

    async with socket(activity.pk, stranger) as watching:
        await opened(watching)
        assert await closed_with(watching) == consumers.NOT_FOUND == 4404


async def test_an_activity_that_does_not_exist_is_not_there(ann: Person) -> None:
    async with socket(uuid4(), ann) as watching:
        await opened(watching)
        assert await closed_with(watching) == 4404


async def test_a_viewer_may_watch(world: World, ann: Person) -> None:
    activity = await in_thread(started)(world)
    viewer = await in_thread(builders.ben)()

    async with socket(activity.pk, viewer) as watching:
        await opened(watching)
        assert (await next_of(watching, "snapshot"))["seq"] == activity.seq


def leaves(person: Person) -> None:
    Membership.objects.filter(person=person).delete()


def is_dismissed(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def signs_out(person: Person) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


@pytest.mark.parametrize("end", [leaves, is_dismissed, signs_out])
async def test_it_ends_with_the_membership_the_person_and_the_session(
    world: World, ann: Person, quick_heart: None, end: Any
) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await next_of(watching, "snapshot")
        await in_thread(end)(ann)
        assert await closed_with(watching) == 4404


async def test_it_ends_even_while_there_is_much_to_hear(
    world: World, ann: Person, quick_heart: None, project: Project
) -> None:
    """An activity that never rests must not keep whoever has left."""
    activity = await in_thread(started)(world)
    live.serve_from(asyncio.get_running_loop())

    async def never_rests() -> None:
        while True:
            await in_thread(services.pause)(activity.pk, by=None)
            await in_thread(services.resume)(activity.pk, by=None)

    async with socket(activity.pk, ann) as watching:
        await opened(watching)
        await next_of(watching, "snapshot")
        busy = asyncio.create_task(never_rests())
        await in_thread(leaves)(ann)
        try:
            assert await closed_with(watching) == 4404
        finally:
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)


@pytest.mark.parametrize("origin", ["https://evil.example", f"http://{HOST}.evil.example", "null", None])
async def test_pages_of_other_sites_cannot_listen(world: World, ann: Person, origin: str | None) -> None:
    activity = await in_thread(started)(world)

    async with socket(activity.pk, ann, origin=origin) as watching:
        connected, _code = await watching.connect(timeout=LONG)

    assert not connected


@pytest.mark.parametrize("path", ["/ws/", "/ws/activities/", "/ws/activities/nope/", "/ws/tasks/1/", "/"])
async def test_an_address_at_which_nothing_is_closes_quietly(
    path: str, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"host", HOST.encode()), (b"origin", f"http://{HOST}".encode())]
    communicator = WebsocketCommunicator(application, path, headers)

    await opened(communicator)

    assert await closed_with(communicator) == consumers.NOT_FOUND
    assert caplog.text == ""
