"""A BRIDGE_CALL from its maps to its result, against a real server."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from activities.steps import Completed, Failed, StepView
from activities.steps.bridge_answer import map_answer
from activities.steps.bridge_call import BridgeCall
from activities.steps.bridge_request import Resolved, resolve_request
from plans.models import Organization
from plans.secrets import seal
from tests.activities.steps.calls import ACTIVITY, bridge, call

ERP = {"serviceBridgeRef": "erp", "endpointName": "post"}
STEPS = {"triage": StepView("COMPLETED", "clean", {"total": 12.5, "lines": [{"n": 1}]})}

pytestmark = pytest.mark.django_db


def push(url: str, config: dict[str, Any], **more: Any) -> Any:
    return BridgeCall().run(
        call("BRIDGE_CALL", ERP | config, definitions=bridge(url, **more.pop("definition", {})), **more)
    )


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (
            {"n": "{{inputs.n}}", "s": "PO {{ .inputs.n }}", "j": "inputs.n + 1", "lit": "'kx'"},
            {"n": 41, "s": "PO 41", "j": 42, "lit": "kx"},
        ),
        ({"a": 1, "b": True, "c": None, "d": 1.5}, {"a": 1, "b": True, "c": None, "d": 1.5}),
        ({"deep": {"list": ["inputs.n", "{{inputs.name}}", 3]}}, {"deep": {"list": [41, "Ann", 3]}}),
        ({"$": "steps.triage.lines"}, [{"n": 1}]),
        (
            {"$": "{{steps.triage}}"},
            {
                "total": 12.5,
                "lines": [{"n": 1}],
                "result": STEPS["triage"].result,
                "action": "clean",
                "completedActionUuid": "clean",
            },
        ),
        ({"missing": "{{inputs.nope}}", "text": "x{{inputs.nope}}y"}, {"missing": None, "text": "xy"}),
        ({"project": "projectId", "org": "{{org.slug}}"}, {"project": "payables", "org": "acme"}),
        ("inputs.name", "Ann"),
    ],
)
def test_request_maps_are_resolved(body: Any, sent: Any) -> None:
    made = call("BRIDGE_CALL", ERP | {"requestBody": body}, inputs={"n": 41, "name": "Ann"}, steps=STEPS)

    request = resolve_request(made)

    assert isinstance(request, Resolved)
    assert request.values.as_json() == {"body": sent}


def test_null_drops_a_key_of_query_path_and_headers_but_not_of_the_body() -> None:
    maps = {"a": "null", "b": "1"}
    config = {"requestBody": maps, "requestQuery": maps, "requestPath": maps, "requestHeaders": maps}

    request = resolve_request(call("BRIDGE_CALL", ERP | config))

    assert isinstance(request, Resolved)
    rest = {"b": 1}
    assert request.values.as_json() == {
        "body": {"a": None, "b": 1},
        "query": rest,
        "path": rest,
        "headers": rest,
    }


@pytest.mark.parametrize(
    ("expression", "told"),
    [("inputs.nope", "no results found"), ("$number('x')", "requestBody.a"), ("(", "requestBody.a")],
)
def test_an_expression_without_a_value_is_a_system_error_that_names_the_field(
    expression: str, told: str
) -> None:
    request = resolve_request(call("BRIDGE_CALL", ERP | {"requestBody": {"a": expression}}))

    assert isinstance(request, Failed)
    assert request.kind == "system"
    assert told in request.error.message


def test_a_request_script_makes_the_request() -> None:
    script = "return {body: {n: ctx.inputs.n * 2}, query: {q: 'x', gone: null}, headers: {'X-A': 'b'}};"

    request = resolve_request(call("BRIDGE_CALL", ERP | {"requestScript": script}, inputs={"n": 4}))

    assert isinstance(request, Resolved)
    assert request.values.as_json() == {"body": {"n": 8}, "query": {"q": "x"}, "headers": {"X-A": "b"}}


@pytest.mark.parametrize(
    "script", ["throw new Error('no')", "return 7", "return {url: 'http://evil'}", "return {query: []}"]
)
def test_a_request_script_that_makes_no_request_fails_the_step(script: str) -> None:
    request = resolve_request(call("BRIDGE_CALL", ERP | {"requestScript": script}))

    assert isinstance(request, Failed)
    assert request.kind == "business"


def test_the_call_is_sent_with_its_headers_and_idempotency_key(service: Any) -> None:
    service.says(201, {"id": 7})
    definition = {
        "defaultHeaders": [
            {"name": "X-A", "value": "bridge"},
            {"name": "X-B", "value": "bridge"},
            {"name": "X-C", "value": "bridge"},
        ],
        "endpoints": [
            {
                "name": "post",
                "method": "POST",
                "path": "/bills",
                "headers": [{"name": "x-b", "value": "endpoint"}, {"name": "X-C", "value": "endpoint"}],
            }
        ],
    }
    config = {
        "requestBody": {"n": "1"},
        "requestHeaders": {"X-C": "'step'"},
        "requestQuery": {"tag": ["'a b'", "2"], "ok": "true"},
    }

    outcome = push(f"{service.url}/api/", config, definition=definition)

    assert isinstance(outcome, Completed)
    assert outcome.result == {"_statusCode": 201, "_body": {"id": 7}}
    (request,) = service.requests
    assert (request["method"], request["path"]) == ("POST", "/api/bills?tag=a+b&tag=2&ok=true")
    assert json.loads(request["body"]) == {"n": 1}
    headers = request["headers"]
    assert (headers["x-a"], headers["x-b"], headers["x-c"]) == ("bridge", "endpoint", "step")
    assert headers["idempotency-key"] == f"{ACTIVITY}/push/-/1/1"
    assert headers["content-type"] == "application/json"


def test_path_tokens_are_filled_and_escaped(service: Any) -> None:
    outcome = push(service.url, {"endpointName": "one", "requestPath": {"vendor": "'a/b ü?'", "number": "7"}})

    assert isinstance(outcome, Completed)
    assert service.requests[0]["path"] == "/bills/a%2Fb%20%C3%BC%3F/7"


@pytest.mark.parametrize("value", ["'..'", "'.'", "''", "null"])
def test_a_path_token_that_would_leave_its_place_is_refused(service: Any, value: str) -> None:
    outcome = push(service.url, {"endpointName": "one", "requestPath": {"vendor": value, "number": "7"}})

    assert isinstance(outcome, Failed)
    assert "{vendor}" in outcome.error.message
    assert service.requests == []


@pytest.mark.parametrize("name", ["X-A", "Host", "Content-Length", "Idempotency-Key", "bad name", ""])
def test_headers_that_could_break_out_are_refused(service: Any, name: str) -> None:
    values = {"X-A": "'a\\r\\nX-Evil: 1'"}
    outcome = push(service.url, {"requestHeaders": values if name == "X-A" else {name: "'x'"}})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert service.requests == []


def test_secrets_are_resolved_at_call_time_and_redacted_from_what_comes_back(service: Any) -> None:
    organization = Organization.objects.create(slug="acme", name="Acme")
    seal(organization, "TOKEN", "s3cr3t-value")
    service.answer = lambda request: (
        500,
        {},
        f'{{"message": "bad token {request["headers"]["authorization"]}"}}'.encode(),
    )
    definition = {"defaultHeaders": [{"name": "Authorization", "value": "Bearer ${secrets.TOKEN}"}]}

    outcome = push(
        service.url,
        {"requestHeaders": {"X-Key": "'k ${secrets.TOKEN}'"}},
        definition=definition,
        organization_id=organization.pk,
    )

    assert isinstance(outcome, Failed)
    sent = service.requests[0]["headers"]
    assert (sent["authorization"], sent["x-key"]) == ("Bearer s3cr3t-value", "k s3cr3t-value")
    assert "s3cr3t-value" not in repr(outcome)
    assert outcome.error.message == "erp post answered 500: bad token Bearer •••"


def test_a_value_from_a_document_fetches_no_secret(service: Any) -> None:
    organization = Organization.objects.create(slug="acme", name="Acme")
    seal(organization, "TOKEN", "s3cr3t-value")

    push(
        service.url,
        {"requestHeaders": {"X-Key": "inputs.supplier"}},
        inputs={"supplier": "${secrets.TOKEN}"},
        organization_id=organization.pk,
    )

    assert service.requests[0]["headers"]["x-key"] == "${secrets.TOKEN}"


def test_a_secret_that_is_not_set_is_a_system_error(service: Any) -> None:
    organization = Organization.objects.create(slug="acme", name="Acme")
    definition = {"defaultHeaders": [{"name": "Authorization", "value": "Bearer ${secrets.NOPE}"}]}

    outcome = push(service.url, {}, definition=definition, organization_id=organization.pk)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert "NOPE" in outcome.error.message


def test_an_address_that_is_not_allowed_is_a_system_error_with_a_clear_message() -> None:
    outcome = push("http://127.0.0.1:9", {})

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert outcome.error.message.startswith("service bridge egress denied: 127.0.0.1 ")


@pytest.mark.parametrize(
    ("config", "definitions", "told"),
    [
        ({"serviceBridgeRef": "nope"}, None, 'unknown service bridge "nope"'),
        ({"endpointName": "nope"}, None, 'no endpoint "nope" (endpoints: post, one)'),
        (
            {},
            {"auth": {"type": "oauth2_client_credentials"}},
            'service bridge "erp": /auth/tokenUrl: Field required',
        ),
        ({}, {"auth": {"type": "basic"}}, "/auth/type"),
        (
            {},
            {"endpoints": [{"name": "post", "path": "/x", "preSendScript": 5}]},
            'preSendScript of endpoint "post" of service bridge "erp" must be a text',
        ),
        (
            {},
            {"baseUrl": "https://ann:pa55word@erp.example"},
            'service bridge "erp": baseUrl must hold no user and password',
        ),
    ],
)
def test_what_the_definition_lacks_is_a_system_error(
    config: dict[str, Any], definitions: Any, told: str
) -> None:
    outcome = push("http://127.0.0.1:9", config, definition=definitions or {})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("system", 500)
    assert told in outcome.error.message


def test_an_organization_may_stand_before_the_slug(service: Any) -> None:
    assert isinstance(push(service.url, {"serviceBridgeRef": "service-bridge://acme/erp"}), Completed)


@pytest.mark.parametrize(("status", "retry"), [(503, "7"), (429, "0"), (500, None)])
def test_an_error_answer_is_a_business_failure_that_knows_when_to_try_again(
    service: Any, status: int, retry: str | None
) -> None:
    service.says(status, {"message": "busy"}, **({"Retry_After": retry} if retry else {}))

    outcome = push(service.url, {})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code, outcome.error.message) == (
        "business",
        status,
        f"erp post answered {status}: busy",
    )
    assert outcome.retry_after == (float(retry) if retry else None)


def test_a_service_that_does_not_answer_is_a_timeout(service: Any) -> None:
    released = threading.Event()
    service.answer = lambda request: (200 if released.wait(10) else 500, {}, b"")

    outcome = push(service.url, {"timeoutSeconds": 0.2})
    released.set()

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("timeout", "timeout")


def test_a_service_that_is_down_is_a_business_failure(settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1:9"]

    outcome = push("http://127.0.0.1:9", {})

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", "bridge-unreachable")


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", None),
        (b"plain", "plain"),
        (b"[1, 2]", [1, 2]),
        (b"NaN", "NaN"),
        (b'"\\ud800"', "?"),
        (b"7", 7),
        (b"\xff", "\ufffd"),
    ],
)
def test_any_body_becomes_json_or_text(service: Any, content: bytes, body: Any) -> None:
    service.answer = lambda request: (200, {}, content)

    outcome = push(service.url, {})

    assert isinstance(outcome, Completed)
    assert outcome.result == {"_statusCode": 200, "_body": body}


BOOKED = {"_statusCode": 409, "_body": {"ok": True, "sent": 1, "action": "BOOKED"}}
ACTIONS = [{"slug": "booked", "name": "Booked"}, {"slug": "held"}]


@pytest.mark.parametrize(
    ("config", "answer", "expected"),
    [
        (
            {
                "treatAsError": "_body.ok = false",
                "outputMapping": {"sent": "_body.sent"},
                "bridgeActions": ACTIONS,
            },
            BOOKED,
            ({**BOOKED, "sent": 1}, "booked"),
        ),
        (
            {"treatAsError": "ok = false", "outputMapping": {"sent": "sent"}},
            BOOKED,
            ({**BOOKED, "sent": 1}, None),
        ),
        (
            {"outputMapping": {"action": "sent > 1 ? 'booked' : 'held'"}, "bridgeActions": ACTIONS},
            {"_statusCode": 200, "_body": {"sent": 2}},
            ({"_statusCode": 200, "_body": {"sent": 2}, "action": "booked"}, "booked"),
        ),
        (
            {"outputMapping": {"gone": "nope", "fixed": 3}},
            {"_statusCode": 204, "_body": None},
            ({"_statusCode": 204, "_body": None, "gone": None, "fixed": 3}, None),
        ),
        ({}, {"ok": 1}, ({"_statusCode": 200, "_body": {"ok": 1}}, None)),
    ],
)
def test_an_answer_is_mapped(config: dict[str, Any], answer: dict[str, Any], expected: Any) -> None:
    outcome = map_answer(call("BRIDGE_CALL", ERP | config).step.config, answer)

    assert isinstance(outcome, Completed)
    assert (outcome.result, outcome.action) == expected


def test_an_action_that_is_not_declared_is_a_warning_and_no_action() -> None:
    config = call("BRIDGE_CALL", ERP | {"bridgeActions": ACTIONS}).step.config

    outcome = map_answer(config, {"_statusCode": 200, "_body": {"action": "zzz"}})

    assert isinstance(outcome, Completed)
    assert outcome.action is None
    assert [line["level"] for line in outcome.logs] == ["warn"]
    assert "booked, held" in outcome.logs[0]["text"]


@pytest.mark.parametrize(
    ("config", "answer", "kind"),
    [
        ({}, {"_statusCode": 404, "_body": "gone"}, "business"),
        ({"treatAsError": "_body.ok = false"}, {"_statusCode": 200, "_body": {"ok": False}}, "business"),
        ({"treatAsError": "error"}, {"_statusCode": 200, "_body": {"error": "no"}}, "business"),
        ({"treatAsError": "("}, {"_statusCode": 200, "_body": {}}, "system"),
        ({"outputMapping": {"a": "$number('x')"}}, {"_statusCode": 200, "_body": {}}, "system"),
    ],
)
def test_an_answer_that_is_an_error_fails(config: dict[str, Any], answer: dict[str, Any], kind: str) -> None:
    outcome = map_answer(call("BRIDGE_CALL", ERP | config).step.config, answer)

    assert isinstance(outcome, Failed)
    assert outcome.kind == kind
