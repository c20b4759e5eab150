"""Scripts of an endpoint around its call: what they see, what they change, what they may not know."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from activities import sandbox
from activities.steps import Completed, Failed
from activities.steps.bridge_call import BridgeCall
from activities.steps.script import Script
from plans.models import Binding, Organization, Project
from plans.secrets import seal
from tests.activities.steps.calls import bridge, call

CONFIG = {"serviceBridgeRef": "erp", "endpointName": "post", "requestBody": {"n": "inputs.n"}}
SEEN = "log(JSON.stringify(input)); "

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Organization:
    organization = Organization.objects.create(slug="acme", name="Acme")
    seal(organization, "TOKEN", "s3cr3t-value")
    return organization


def push(url: str, config: dict[str, Any] | None = None, **scripts: Any) -> Any:
    """Call an endpoint that has these scripts."""
    organization_id = scripts.pop("organization_id", 1)
    definition = scripts.pop("definition", {})
    endpoint = {"name": "post", "method": "POST", "path": "/bills", **scripts}
    definitions = bridge(url, **{"endpoints": [endpoint], **definition})
    return BridgeCall().run(
        call(
            "BRIDGE_CALL",
            CONFIG | (config or {}),
            inputs={"n": 7},
            definitions=definitions,
            organization_id=organization_id,
        )
    )


def logged(outcome: Any) -> list[Any]:
    """Give what the scripts logged as JSON."""
    return [json.loads(line["text"]) for line in outcome.logs if line["text"].startswith("{")]


def test_a_script_before_the_call_changes_headers_and_body(service: Any) -> None:
    service.says(200, {"id": 1})

    outcome = push(
        service.url,
        initScript="return {headers: {'X-One': 'init'}, context: {tenant: 't1'}};",
        preSendScript="return {headers: {'X-Two': input.context.tenant}, body: {wrapped: input.body}};",
    )

    assert isinstance(outcome, Completed)
    (request,) = service.requests
    assert (request["headers"]["x-one"], request["headers"]["x-two"]) == ("init", "t1")
    assert json.loads(request["body"]) == {"wrapped": {"n": 7}}


def test_each_script_sees_its_input_and_logs_on_the_step(service: Any) -> None:
    service.says(200, {"id": 1})

    outcome = push(
        service.url,
        {"requestHeaders": {"X-Step": "'s'"}},
        definition={"defaultHeaders": [{"name": "X-Default", "value": "d"}]},
        initScript=SEEN + "return {headers: {'X-One': '1'}};",
        preSendScript=SEEN,
        postReplyScript=SEEN,
    )

    headers = {"X-Default": "d", "X-Step": "s"}
    where = {"baseUrl": service.url, "endpointName": "post", "method": "POST", "path": "/bills"}
    assert logged(outcome) == [
        {"headers": headers, "config": where},
        {"headers": headers | {"X-One": "1"}, "body": {"n": 7}},
        {"body": {"id": 1}, "statusCode": 200},
    ]
    assert outcome.result == {"_statusCode": 200, "_body": {"id": 1}}


def test_a_script_after_the_call_changes_status_and_body(service: Any) -> None:
    service.says(200, {"ok": False, "why": "closed"})

    outcome = push(
        service.url,
        postReplyScript="if (!input.body.ok) return {statusCode: 409, body: {message: input.body.why}};",
    )

    assert isinstance(outcome, Failed)
    assert outcome.error.message == "erp post answered 409: closed"


def test_a_text_that_is_json_is_read_as_such(service: Any) -> None:
    service.says(200, "x")

    outcome = push(service.url, postReplyScript="""return {body: '{"a": 1}'};""")

    assert outcome.result["_body"] == {"a": 1}


@pytest.mark.parametrize(
    ("scripts", "told"),
    [
        ({"initScript": "throw new Error('no luck')"}, 'initScript of endpoint "post": Error: no luck'),
        ({"preSendScript": "return 5"}, "must return an object of headers, body, or nothing"),
        ({"preSendScript": "return {query: {}}"}, 'returned "query"; it may return headers, body'),
        ({"preSendScript": "return {headers: {a: 1}}"}, "must return headers as an object of texts"),
        ({"preSendScript": "return {headers: {a: 'x\\ny'}}"}, 'header "a" holds a line break or NUL'),
        ({"initScript": "return {headers: {Host: 'other'}}"}, 'header "Host" is set by the call itself'),
    ],
)
def test_a_script_that_goes_wrong_before_the_call_sends_nothing(
    service: Any, scripts: dict[str, Any], told: str
) -> None:
    outcome = push(service.url, **scripts)

    assert isinstance(outcome, Failed)
    assert told in outcome.error.message
    assert service.requests == []


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("return {statusCode: 7}", "must return a statusCode from 100 to 599"),
        ("return {status: 200}", 'returned "status"; it may return body, statusCode'),
        ("return input.nothing.at.all", "TypeError"),
    ],
)
def test_a_script_that_goes_wrong_after_the_call_fails_it(service: Any, script: str, told: str) -> None:
    outcome = push(service.url, postReplyScript=script)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", "bridge-script")
    assert told in outcome.error.message


def test_a_script_that_never_ends_is_cut_off(service: Any) -> None:
    outcome = push(service.url, {"timeoutSeconds": 0.3}, preSendScript="while (true) {}")

    assert isinstance(outcome, Failed)
    assert outcome.error.code in ("bridge-script", "timeout")
    assert service.requests == []


def test_a_script_that_returns_a_body_for_a_get_is_told_so(service: Any) -> None:
    endpoint = {"name": "post", "method": "GET", "path": "/", "preSendScript": "return {body: {}}"}

    outcome = push(service.url, {"requestBody": None}, definition={"endpoints": [endpoint]})

    assert isinstance(outcome, Failed)
    assert "returned a body, and GET sends none" in outcome.error.message


def test_scripts_see_no_secret_and_may_place_those_of_their_bridge(service: Any, acme: Organization) -> None:
    seal(acme, "OTHER", "an0ther-value")
    service.answer = lambda request: (200, {}, json.dumps({"echo": request["headers"]["x-key"]}).encode())

    outcome = push(
        service.url,
        definition={"defaultHeaders": [{"name": "Authorization", "value": "Bearer ${secrets.TOKEN}"}]},
        preSendScript=SEEN
        + "return {headers: {'X-Key': 'k ${secrets.TOKEN}', 'X-Made': '${secrets.' + 'OTHER}'}};",
        postReplyScript=SEEN,
        organization_id=acme.pk,
    )

    sent = service.requests[0]["headers"]
    assert (sent["authorization"], sent["x-key"]) == ("Bearer s3cr3t-value", "k s3cr3t-value")
    assert sent["x-made"] == "${secrets.OTHER}"
    assert logged(outcome)[0]["headers"] == {"Authorization": "Bearer ${secrets.TOKEN}"}
    assert outcome.result["_body"] == {"echo": "k •••"}
    assert "s3cr3t-value" not in repr(outcome)


def test_no_library_writes_an_address_that_holds_a_secret(
    service: Any, acme: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    push(service.url + "/${secrets.TOKEN}", organization_id=acme.pk)

    assert service.requests[0]["path"] == "/s3cr3t-value/bills"
    assert "s3cr3t-value" not in caplog.text


@pytest.fixture
def one_place() -> Iterator[None]:
    """Let there be one process of each kind."""
    sandbox.configure(workers={"javascript": 1, "hooks": 1, "jsonata": 1})
    yield
    sandbox.configure()


@pytest.mark.usefixtures("one_place")
def test_a_script_of_a_step_waits_for_no_place_that_it_holds_itself(service: Any, acme: Organization) -> None:
    sandbox.configure(workers={"javascript": 1, "hooks": 1, "jsonata": 1})
    service.says(200, {"n": 1})
    project = Project.objects.create(organization=acme, slug="payables", name="Payables")
    Binding.objects.create(
        organization=acme, project=project, resource_type="service-bridge", resource_slug="erp"
    )
    endpoint = {"name": "post", "method": "POST", "path": "/", "postReplyScript": "return {body: {n: 2}}"}
    body = "return {n: serviceBridge.call('erp', 'post', {}).n};"
    made = call(
        "SCRIPT",
        {"scriptBody": body},
        definitions=bridge(service.url, endpoints=[endpoint]),
        organization_id=acme.pk,
        project_id=project.pk,
    )

    outcome = Script().run(made)

    assert isinstance(outcome, Completed)
    assert outcome.result == {"n": 2}
