"""The websocket of the editor: who may listen, who is there and where, what is heard of saves, and when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from config.asgi import application
from plans import consumers, hints
from plans.models import Membership, Person, Plan
from plans.services import save_plan
from tests import builders
from tests.builders import document, script

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
HOST = "testserver"
LONG = 15.0


@pytest.fixture(autouse=True)
def _loop_of_this_test(monkeypatch: Any) -> None:
    """No loop of an earlier test is spoken to."""
    monkeypatch.setattr(hints, "_server_loop", None)


@pytest.fixture
def plan(transactional_db: None) -> Plan:
    """The plan that everybody looks at, with its organization."""
    made = builders.plan(builders.project())
    return Plan.objects.select_related("organization").get(pk=made.pk)


@pytest.fixture
def ann(plan: Plan) -> Person:
    """One author."""
    return builders.ann()


@pytest.fixture
def dora(plan: Plan) -> Person:
    """Another author."""
    return builders.person("dora", "author", project=builders.project())


@pytest.fixture
def quick_heart(monkeypatch: Any) -> None:
    """Heartbeats follow one another quickly."""
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 0.01)


@asynccontextmanager
async def editor(
    person: Person | None, *, slug: str = "invoices", origin: str = f"http://{HOST}"
) -> AsyncIterator[WebsocketCommunicator]:
    """Open the plan as the person's browser does; close it afterwards."""
    headers = [(b"host", HOST.encode()), (b"origin", origin.encode())]
    if person is not None:
        client = Client()
        await in_thread(client.force_login)(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    socket = WebsocketCommunicator(application, f"/ws/plans/northwind/{slug}/", headers)
    try:
        yield socket
    finally:
        await socket.disconnect()


async def opened(socket: WebsocketCommunicator) -> None:
    connected, _subprotocol = await socket.connect(timeout=LONG)
    assert connected


async def people_until(
    socket: WebsocketCommunicator, *wanted: tuple[str, str | None]
) -> list[dict[str, Any]]:
    """Wait until the others are these people, each at that step."""
    while True:
        message: dict[str, Any] = await socket.receive_json_from(timeout=LONG)
        if message["type"] == "people":
            people: list[dict[str, Any]] = message["people"]
            if sorted((each["username"], each["at"]) for each in people) == sorted(wanted):
                return people


async def next_of(socket: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = await socket.receive_json_from(timeout=LONG)
        if message["type"] == kind:
            return message


async def closed_with(socket: WebsocketCommunicator) -> int:
    while True:
        output = await socket.receive_output(timeout=LONG)
        if output["type"] == "websocket.close":
            return int(output["code"])


async def test_two_authors_see_each_other_and_where_they_are(ann: Person, dora: Person) -> None:
    async with editor(ann) as one, editor(dora) as other:
        await opened(one)
        await people_until(one)
        await opened(other)
        (seen,) = await people_until(one, ("dora", None))
        await people_until(other, ("ann", None))
        await one.send_json_to({"type": "at", "step": "first"})
        await people_until(other, ("ann", "first"))

        assert seen.keys() == {"id", "username", "name", "at", "since"}
        await other.disconnect()
        await people_until(one)


async def test_who_falls_silent_is_gone(
    ann: Person, dora: Person, quick_heart: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with editor(ann) as one, editor(dora) as other:
        await opened(one)
        await opened(other)
        await people_until(one, ("dora", None))
        tell = consumers.PlanConsumer._tell

        async def only_ann(self: Any, message: dict[str, Any]) -> None:
            if self.me["username"] == "ann":
                await tell(self, message)

        monkeypatch.setattr(consumers.PlanConsumer, "_tell", only_ann)
        await people_until(one)


async def test_a_save_is_heard_of(plan: Plan, ann: Person, dora: Person) -> None:
    async with editor(ann) as one:
        await opened(one)
        await people_until(one)
        saved = await in_thread(save_plan)(plan.organization, document(script("new")), by=dora)
        heard = await next_of(one, "saved")

    assert heard == {
        "type": "saved",
        "versionNumber": 2,
        "changeSequence": saved.plan.change_sequence,
        "by": "Dora",
        "username": "dora",
    }


async def test_a_save_that_changes_nothing_is_not_told(plan: Plan, ann: Person, quick_heart: None) -> None:
    async with editor(ann) as one:
        await opened(one)
        await in_thread(save_plan)(plan.organization, document(), by=ann)
        await in_thread(save_plan)(plan.organization, document(script("new")), by=ann)

        assert (await next_of(one, "saved"))["versionNumber"] == 2


async def test_heartbeats_come(ann: Person, quick_heart: None) -> None:
    async with editor(ann) as one:
        await opened(one)

        assert await next_of(one, "heartbeat") == {"type": "heartbeat"}


@pytest.mark.parametrize(
    "frame",
    [
        {"text_data": "no json"},
        {"text_data": "[" * 100_000},
        {"text_data": '{"type": "at", "step": 5}'},
        {"text_data": '{"type": "at", "step": "' + "x" * 300 + '"}'},
        {"text_data": '{"type": "plan.gone", "id": "x"}'},
        {"bytes_data": b"\x00\xff"},
    ],
)
async def test_a_frame_that_means_nothing_does_nothing(
    ann: Person, dora: Person, frame: Any, quick_heart: None
) -> None:
    async with editor(ann) as one, editor(dora) as other:
        await opened(one)
        await opened(other)
        await people_until(other, ("ann", None))
        await one.send_to(**frame)
        await one.send_json_to({"type": "at", "step": "first"})

        await people_until(other, ("ann", "first"))


async def test_nobody_is_told_to_sign_in(plan: Plan) -> None:
    async with editor(None) as one:
        await opened(one)
        assert await closed_with(one) == 4401


async def test_to_strangers_there_is_no_plan(plan: Plan) -> None:
    async with editor(await in_thread(builders.cy)()) as one:
        await opened(one)
        assert await closed_with(one) == 4404


async def test_a_plan_that_does_not_exist_is_not_there(ann: Person) -> None:
    async with editor(ann, slug="nothing") as one:
        await opened(one)
        assert await closed_with(one) == 4404


async def test_a_viewer_of_the_project_may_see_who_is_there(plan: Plan) -> None:
    async with editor(await in_thread(builders.ben)()) as one:
        await opened(one)
        await people_until(one)


async def test_another_site_may_not_listen(ann: Person) -> None:
    async with editor(ann, origin="https://elsewhere.example") as one:
        connected, _code = await one.connect(timeout=LONG)
        assert not connected


def leaves(person: Person) -> None:
    Membership.objects.filter(person=person).delete()


def is_dismissed(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def signs_out(person: Person) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


@pytest.mark.parametrize("end", [leaves, is_dismissed, signs_out])
async def test_it_ends_with_the_membership_the_person_and_the_session(
    ann: Person, quick_heart: None, end: Any
) -> None:
    async with editor(ann) as one:
        await opened(one)
        await people_until(one)
        await in_thread(end)(ann)
        assert await closed_with(one) == 4404
