"""A sealed secret goes out to the service it is for, and appears nowhere else, even where the service echoes it."""

from __future__ import annotations

import json
import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.test import Client

from tests import builders
from tests.builders import script

if TYPE_CHECKING:
    from activities.models import Activity
    from plans.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = 'k3y-of-"the"/service+1'
SHAPES = (
    SECRET,
    json.dumps(SECRET)[1:-1],
    quote(SECRET, safe=""),
    b64encode(SECRET.encode()).decode(),
)
READ = {"onError": {"action": "continue"}}


@pytest.fixture
def echo(settings: Any) -> Iterator[tuple[str, list[str]]]:
    """A service that gives back what it was sent, in body and header; its address, and the tokens that came."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            token = self.headers["X-Token"]
            came.append(token)
            said = {"token": token, "list": list(SHAPES), SECRET: body, "message": f"bad token {token}"}
            content = json.dumps(said).encode()
            self.send_response(422 if self.path == "/fail" else 200)
            self.send_header("X-Echo", quote(token))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.EGRESS_ALLOW = [f"127.0.0.1:{server.server_port}"]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()


@pytest.fixture
def activity(echo: tuple[str, list[str]], ann: Person, caplog: pytest.LogCaptureFixture) -> Activity:
    """A run whose steps and scripts call the service, well and badly, and pass its answers on."""
    from plans.models import ServiceBridge
    from plans.secrets import seal
    from tests.tasks.running import review_step, start, template

    caplog.set_level(logging.DEBUG)
    organization = builders.organization()
    seal(organization, "TOKEN", SECRET, by=ann)
    ServiceBridge.objects.create(
        organization=organization, slug="echo", name="Echo",
        definition={
            "baseUrl": echo[0],
            "defaultHeaders": [{"name": "X-Token", "value": "${secrets.TOKEN}"}],
            "endpoints": [{"name": name, "method": "POST", "path": f"/{name}"} for name in ("give", "fail")],
        },
    )  # fmt: skip
    builders.bind(builders.project(), "service-bridge", "echo")
    template(title="Look at {{ steps.give.token }}")
    return start(
        _call("give"),
        _call("fail"),
        script("talk", body=CALLS % "give" + "log.info(JSON.stringify(a)); return a;", **READ),
        script(
            "throw", body=CALLS % "fail" + "log.info(JSON.stringify(a)); throw new Error(String(a));", **READ
        ),
        script("pass", "give", body="log.warn(JSON.stringify(steps.give)); return steps.give;", **READ),
        review_step(
            "review", "give", description="{{ steps.give }}", taskData={"seen": {"$from": "steps.give"}}
        ),
        by=ann,
    )


CALLS = "let a; try { a = serviceBridge.call('echo', '%s', {n: 1}) } catch (e) { a = e.message + e.stack } "


def test_the_service_gets_the_secret_and_nobody_else(
    activity: Activity,
    echo: tuple[str, list[str]],
    ann: Person,
    knock: Callable[[Person], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = knock(ann)
    api = f"/api/activities/{activity.pk}"
    slugs = [step.slug for step in activity.steps.all()]
    task = activity.tasks.get()
    addresses = [
        *(f"{api}{end}" for end in ("", "/snapshot", "/events", "/steps")),
        *(f"{api}/steps/{slug}" for slug in slugs),
        *("/api/service-bridges/echo", "/api/tasks", f"/api/tasks/{task.pk}", "/api/activity-plans/invoices"),
        *(
            f"/activities/{activity.pk}/",
            f"/tasks/{task.pk}/",
            "/inbox/",
            "/activities/",
            "/",
            "/plans/invoices/",
        ),
        *("/settings/secrets/", "/settings/service-bridges/echo/", "/plans/invoices/source.yaml"),
    ]

    said = {address: client.get(address) for address in addresses}
    said_there = {address: answer.content.decode() for address, answer in said.items()}
    said_there |= {"socket": _messages(activity, client), "log": caplog.text, "database": _database()}

    assert echo[1] and set(echo[1]) == {SECRET}
    assert {
        address: answer.status_code for address, answer in said.items() if answer.status_code != 200
    } == {}
    assert "•••" in said_there[f"{api}/steps/give"] and "•••" in said_there[f"{api}/steps/fail"]
    assert [place for place, text in said_there.items() if any(shape in text for shape in SHAPES)] == []


def test_an_echo_of_a_failed_call_still_says_what_was_wrong(activity: Activity) -> None:
    error = activity.steps.get(slug="fail").error

    assert error["message"] == "echo fail answered 422: bad token •••"


def _call(endpoint: str) -> dict[str, Any]:
    config = {"serviceBridgeRef": "echo", "endpointName": endpoint, "requestBody": {"n": 1}}
    return {"slug": endpoint, "kind": "BRIDGE_CALL", "config": config, **READ}


def _messages(activity: Activity, client: Client) -> str:
    """Return what the socket sends to who asks for everything, and to who asks for a snapshot."""
    return "".join(async_to_sync(_received)(activity, client, query) for query in ("?since=0", ""))


async def _received(activity: Activity, client: Client, query: str) -> str:
    from config.asgi import application

    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver"), (b"cookie", cookie)]
    browser = WebsocketCommunicator(application, f"/ws/activities/{activity.pk}/{query}", headers)
    assert (await browser.connect(timeout=15))[0]
    text = ""
    while True:
        message = await browser.receive_json_from(timeout=15)
        text += json.dumps(message, ensure_ascii=False)
        if message["seq"] >= activity.seq:
            break
    await browser.disconnect()
    return text


def _database() -> str:
    """Return all that is stored, in one text."""
    from django.apps import apps
    from django.core import serializers

    rows = (row for model in apps.get_models() for row in model._default_manager.all())
    return serializers.serialize("jsonl", rows, ensure_ascii=False)
