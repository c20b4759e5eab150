"""Tokens: asked for once, kept sealed, renewed at a 401, never seen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from activities.models import BridgeMemory
from activities.steps import Completed, Failed
from activities.steps.bridge_call import BridgeCall
from activities.steps.oauth import Token
from plans.models import Organization
from plans.secrets import seal
from tests.activities.steps.calls import bridge, call

pytestmark = pytest.mark.django_db
AUTH = {
    "type": "oauth2_client_credentials",
    "tokenUrl": "/oauth/token",
    "clientId": "${secrets.ID}",
    "clientSecret": "${secrets.KEY}",
}


class Erp:
    """A service with a token endpoint: the n-th token is `token-n`; those in `good` are let in."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.asked: list[dict[str, Any]] = []
        self.seen: list[str] = []
        self.good: set[str] | None = None
        self.token_answer: Any = None
        self.lifetime: Any = 3600
        service.answer = self.answer

    def answer(self, request: dict[str, Any]) -> Any:
        if request["path"].endswith("/oauth/token"):
            self.asked.append(request)
            if self.token_answer is not None:
                return self.token_answer
            token = {"access_token": f"token-{len(self.asked)}", "expires_in": self.lifetime}
            return 200, {}, json.dumps(token).encode()
        held = request["headers"].get("authorization", "")
        self.seen.append(held)
        if self.good is not None and held not in self.good:
            return 401, {}, json.dumps({"message": f"{held} is no good"}).encode()
        return 200, {}, json.dumps({"held": held}).encode()


@pytest.fixture
def erp(service: Any) -> Erp:
    return Erp(service)


@pytest.fixture
def acme() -> Organization:
    organization = Organization.objects.create(slug="acme", name="Acme")
    seal(organization, "ID", "acme-client")
    seal(organization, "KEY", "s3cr3t-key")
    return organization


def push(erp: Erp, acme: Organization, *, base: str = "", config: Any = None, **auth: Any) -> Any:
    definitions = bridge(erp.service.url + base, auth=AUTH | auth)
    step = {"serviceBridgeRef": "erp", "endpointName": "post"} | (config or {})
    return BridgeCall().run(call("BRIDGE_CALL", step, definitions=definitions, organization_id=acme.pk))


def test_a_token_is_asked_for_once_and_sent_with_every_call(erp: Erp, acme: Organization) -> None:
    outcomes = [push(erp, acme, base="/api"), push(erp, acme, base="/api")]

    assert all(isinstance(outcome, Completed) for outcome in outcomes)
    assert erp.seen == ["Bearer token-1", "Bearer token-1"]
    (asked,) = erp.asked
    assert (asked["method"], asked["path"]) == ("POST", "/api/oauth/token")
    assert parse_qs(asked["body"].decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["acme-client"],
        "client_secret": ["s3cr3t-key"],
    }


def test_the_token_is_stored_sealed_and_shown_nowhere(erp: Erp, acme: Organization) -> None:
    outcome = push(erp, acme)

    row = BridgeMemory.objects.get()
    assert "token-1" not in row.sealed
    assert timedelta(minutes=58) < row.expires_at - timezone.now() < timedelta(minutes=59, seconds=1)
    assert "token-1" not in repr(outcome)
    assert outcome.result["_body"] == {"held": "Bearer •••"}
    assert "token-1" not in repr(Token("token-1", remembered=False))


def test_a_remembered_token_that_is_no_good_is_renewed_once(erp: Erp, acme: Organization) -> None:
    push(erp, acme)
    erp.good = {"Bearer token-2"}

    outcome = push(erp, acme)

    assert isinstance(outcome, Completed)
    assert erp.seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    keys = {request["headers"].get("idempotency-key") for request in erp.service.requests[2:]}
    assert len(keys - {None}) == 1


def test_a_new_token_that_is_no_good_fails_the_call_without_a_loop(erp: Erp, acme: Organization) -> None:
    erp.good = set()

    outcome = push(erp, acme)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", 401)
    assert outcome.error.message == "erp post answered 401: Bearer ••• is no good"
    assert len(erp.asked) == 1


@pytest.mark.parametrize("lifetime", [60, 0, "30"])
def test_a_token_that_ends_within_the_buffer_is_used_once(
    erp: Erp, acme: Organization, lifetime: Any
) -> None:
    erp.lifetime = lifetime

    push(erp, acme)
    push(erp, acme)

    assert erp.seen == ["Bearer token-1", "Bearer token-2"]


def test_a_token_without_a_lifetime_is_kept_for_a_while(erp: Erp, acme: Organization) -> None:
    erp.lifetime = None

    push(erp, acme)

    assert BridgeMemory.objects.get().expires_at > timezone.now() + timedelta(minutes=4)


def test_another_definition_and_another_organization_have_tokens_of_their_own(
    erp: Erp, acme: Organization
) -> None:
    other = Organization.objects.create(slug="other", name="Other")
    seal(other, "ID", "other-client")
    seal(other, "KEY", "other-key")

    push(erp, acme)
    push(erp, other)
    push(erp, acme, scope="bills")

    assert erp.seen == ["Bearer token-1", "Bearer token-2", "Bearer token-3"]
    assert parse_qs(erp.asked[2]["body"].decode())["scope"] == ["bills"]


def test_a_custom_request_and_mapping_are_followed(erp: Erp, acme: Organization) -> None:
    erp.token_answer = (201, {}, json.dumps({"data": {"jwt": "j-1", "ttl": 900}}).encode())

    push(
        erp,
        acme,
        requestFormat="custom",
        requestBody={"login": {"id": "${clientId}", "key": "${clientSecret}"}, "kind": ["app", 1]},
        responseMapping={"accessToken": "data.jwt", "expiresIn": "data.ttl"},
        headerName="X-Session",
        headerPrefix="",
    )

    assert json.loads(erp.asked[0]["body"]) == {
        "login": {"id": "acme-client", "key": "s3cr3t-key"},
        "kind": ["app", 1],
    }
    assert erp.service.requests[-1]["headers"]["x-session"] == "j-1"


def test_the_token_wins_over_a_header_of_the_step(erp: Erp, acme: Organization) -> None:
    push(erp, acme, config={"requestHeaders": {"Authorization": "'Bearer mine'"}})

    assert erp.seen == ["Bearer token-1"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((400, {}, b'{"error": "bad s3cr3t-key"}'), 'answered 400: {"error": "bad •••"}'),
        ((200, {}, b"<html>"), "answered what is not JSON"),
        ((200, {}, b'{"token": "x"}'), "gave no token at access_token"),
        ((200, {}, b'{"access_token": 7}'), "gave no token at access_token"),
    ],
)
def test_a_token_that_is_not_given_is_a_business_failure(
    erp: Erp, acme: Organization, answer: Any, told: str
) -> None:
    erp.token_answer = answer

    outcome = push(erp, acme)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", "token-refused")
    assert told in outcome.error.message
    assert "s3cr3t-key" not in repr(outcome)
    assert erp.seen == []


def test_the_token_endpoint_goes_through_the_same_way_out(erp: Erp, acme: Organization) -> None:
    outcome = push(erp, acme, tokenUrl="http://169.254.169.254/latest/token")

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert "service bridge egress denied: 169.254.169.254" in outcome.error.message


def test_a_client_secret_that_is_not_set_is_a_system_error(erp: Erp, acme: Organization) -> None:
    acme.secrets.filter(name="KEY").delete()

    outcome = push(erp, acme)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, '"KEY" is not set' in outcome.error.message) == ("system", True)
    assert erp.asked == []
