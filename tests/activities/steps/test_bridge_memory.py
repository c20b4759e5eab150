"""Answers that are given again, guards before and after a call, and the pace of calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activities.models import BridgeMemory
from activities.steps import Completed, Failed, bridge_cache, bridge_pace
from activities.steps.bridge_call import BridgeCall
from activities.steps.bridge_definition import read_bridge
from plans.definitions import check_bridge
from plans.errors import Invalid
from plans.models import Organization
from tests.activities.steps.calls import bridge, call

pytestmark = pytest.mark.django_db
FIND: dict[str, Any] = {"name": "find", "path": "/bills", "cacheEnabled": True}


@pytest.fixture
def acme() -> Organization:
    return Organization.objects.create(slug="acme", name="Acme")


def ask(service: Any, acme: Organization, config: Any = None, **endpoint: Any) -> Any:
    step = {"serviceBridgeRef": "erp", "endpointName": "find"} | (config or {})
    definitions = bridge(service.url, endpoints=[FIND | endpoint])
    return BridgeCall().run(call("BRIDGE_CALL", step, definitions=definitions, organization_id=acme.pk))


# -- answers that are given again ------------------------------------------------------------------------------------


def test_an_answer_is_given_again_to_the_same_request(service: Any, acme: Organization) -> None:
    service.says(200, {"n": 1})

    first, again = ask(service, acme), ask(service, acme)

    assert len(service.requests) == 1
    assert first.result == again.result == {"_statusCode": 200, "_body": {"n": 1}}
    assert again.logs[-1]["text"] == "GET erp find: an earlier answer (200) was used"
    assert '"n"' not in BridgeMemory.objects.get().sealed


@pytest.mark.parametrize(
    ("config", "endpoint"),
    [
        ({"disableCache": True}, {}),
        ({}, {"cacheEnabled": False}),
        ({}, {"method": "POST"}),
        ({}, {"cacheableVerbs": ["HEAD"]}),
    ],
)
def test_what_is_not_to_be_kept_is_asked_again(
    service: Any, acme: Organization, config: Any, endpoint: Any
) -> None:
    ask(service, acme, config, **endpoint)
    ask(service, acme, config, **endpoint)

    assert len(service.requests) == 2


def test_another_verb_may_be_kept_if_the_endpoint_says_so(service: Any, acme: Organization) -> None:
    body = {"requestBody": {"q": "'x'"}}
    for _ in range(2):
        ask(service, acme, body, method="POST", cacheableVerbs=["post"])

    assert len(service.requests) == 1


@pytest.mark.parametrize("other", [{"requestQuery": {"q": "'b'"}}, {"requestHeaders": {"X-Q": "'b'"}}, {}])
def test_another_request_is_another_answer(service: Any, acme: Organization, other: Any) -> None:
    ask(service, acme, {"requestQuery": {"q": "'a'"}})
    ask(service, acme, other)

    assert len(service.requests) == 2


def test_another_organization_is_told_nothing(service: Any, acme: Organization) -> None:
    ask(service, acme)
    ask(service, Organization.objects.create(slug="other", name="Other"))

    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("status", "config", "endpoint"),
    [
        (500, {}, {}),
        (404, {"treatAsError": "false"}, {}),
        (200, {"treatAsError": "n = 1"}, {}),
        (200, {}, {"responseSchema": {"required": ["total"]}}),
    ],
)
def test_an_error_is_never_kept(
    service: Any, acme: Organization, status: int, config: Any, endpoint: Any
) -> None:
    service.says(status, {"n": 1})

    ask(service, acme, config, **endpoint)
    ask(service, acme, config, **endpoint)

    assert len(service.requests) == 2
    assert not BridgeMemory.objects.exists()


def test_an_answer_gets_old(service: Any, acme: Organization) -> None:
    ask(service, acme, cacheTtlSeconds=20)
    left = BridgeMemory.objects.get().expires_at - timezone.now()
    BridgeMemory.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    ask(service, acme, cacheTtlSeconds=20)

    assert timedelta(seconds=15) < left <= timedelta(seconds=20)
    assert len(service.requests) == 2
    assert BridgeMemory.objects.count() == 1


def test_what_has_expired_is_swept_away(service: Any, acme: Organization) -> None:
    ask(service, acme)
    ask(service, acme, {"requestQuery": {"q": "1"}})
    BridgeMemory.objects.filter(pk=BridgeMemory.objects.earliest("pk").pk).update(expires_at=timezone.now())

    bridge_cache.sweep()

    assert BridgeMemory.objects.count() == 1


# -- guards ----------------------------------------------------------------------------------------------------------

BILL = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}


@pytest.mark.parametrize(
    ("config", "endpoint", "told"),
    [
        (
            {"requestBody": {"total": "'x'"}},
            {"method": "POST"},
            'the body for endpoint "find" does not fit its schema: /total',
        ),
        ({"requestBody": {}}, {"method": "POST"}, "'total' is a required property"),
        ({}, {"method": "POST"}, "does not fit its schema: /"),
        ({"requestQuery": {"q": "1"}}, {}, "the query for endpoint"),
    ],
)
def test_a_request_that_does_not_fit_is_not_sent(
    service: Any, acme: Organization, config: Any, endpoint: Any, told: str
) -> None:
    outcome = ask(service, acme, config, requestSchema=BILL, **endpoint)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("system", 500)
    assert told in outcome.error.message
    assert service.requests == []


def test_a_request_that_fits_is_sent(service: Any, acme: Organization) -> None:
    outcome = ask(service, acme, {"requestBody": {"total": "7"}}, requestSchema=BILL, method="POST")

    assert isinstance(outcome, Completed)


def test_an_answer_that_is_not_as_promised_is_a_business_failure(service: Any, acme: Organization) -> None:
    service.says(200, {"total": "seven"})

    outcome = ask(service, acme, responseSchema=BILL)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("business", "response-schema")
    assert 'the answer of endpoint "find" is not as promised: /total' in outcome.error.message
    assert outcome.result == {"_statusCode": 200, "_body": {"total": "seven"}}


def test_an_error_answer_promises_nothing(service: Any, acme: Organization) -> None:
    service.says(409, {"message": "closed"})

    outcome = ask(service, acme, responseSchema=BILL)

    assert outcome.error.code == 409


def test_a_schema_fetches_nothing(service: Any, acme: Organization) -> None:
    outcome = ask(service, acme, requestSchema={"$ref": f"{service.url}/schema.json"})

    assert isinstance(outcome, Failed)
    assert service.requests == []


# -- pace ------------------------------------------------------------------------------------------------------------


def paced(**rate: Any) -> Any:
    return read_bridge("erp", {"baseUrl": "http://erp.example", "rateLimit": rate})


def test_a_burst_goes_at_once_and_the_next_waits_its_turn(acme: Organization) -> None:
    three = paced(requests=3, perSeconds=60)

    waits = [bridge_pace.reserve(three, organization_id=acme.pk, seconds=100) for _ in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert 19 < waits[3] <= 20
    assert 39 < waits[4] <= 40


def test_a_turn_that_is_too_far_off_is_not_taken(acme: Organization) -> None:
    one = paced(requests=1, perSeconds=3600)
    bridge_pace.reserve(one, organization_id=acme.pk, seconds=1)

    for _ in range(2):
        with pytest.raises(bridge_pace.RateLimited) as caught:
            bridge_pace.reserve(one, organization_id=acme.pk, seconds=1)
        assert 3590 < caught.value.retry_after <= 3600


def test_organizations_do_not_wait_for_each_other(acme: Organization) -> None:
    one = paced(requests=1, perSeconds=3600)
    other = Organization.objects.create(slug="other", name="Other")

    assert bridge_pace.reserve(one, organization_id=acme.pk, seconds=1) == 0
    assert bridge_pace.reserve(one, organization_id=other.pk, seconds=1) == 0


def test_a_call_without_a_turn_fails_and_knows_when_to_try_again(service: Any, acme: Organization) -> None:
    definitions = bridge(service.url, rateLimit={"requests": 1, "perSeconds": 600})
    step = {"serviceBridgeRef": "erp", "endpointName": "post"}

    outcomes = [
        BridgeCall().run(call("BRIDGE_CALL", step, definitions=definitions, organization_id=acme.pk))
        for _ in range(2)
    ]

    assert isinstance(outcomes[0], Completed)
    assert isinstance(outcomes[1], Failed)
    assert (outcomes[1].kind, outcomes[1].error.code) == ("business", "rate-limited")
    assert 590 < outcomes[1].retry_after <= 600
    assert len(service.requests) == 1


# -- what may be saved -----------------------------------------------------------------------------------------------

AUTH = {
    "type": "oauth2_client_credentials",
    "tokenUrl": "/token",
    "clientId": "x",
    "clientSecret": "${secrets.KEY}",
}


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (
            {"auth": AUTH | {"clientSecret": "plain"}},
            "/auth/clientSecret: must name a secret as ${secrets.NAME}",
        ),
        ({"auth": AUTH | {"tokenUrl": "token"}}, "/auth/tokenUrl"),
        ({"auth": AUTH | {"type": "basic"}}, "/auth/type"),
        ({"auth": AUTH | {"requestFormat": "custom"}}, "requestFormat custom needs a requestBody"),
        ({"auth": AUTH | {"tokenurl": "x"}}, "/auth/tokenurl"),
        ({"rateLimit": {"requests": 0}}, "/rateLimit/requests"),
        ({"endpoints": [{"name": "a", "path": "/", "initScript": 5}]}, "/endpoints/0/initScript"),
        (
            {"baseUrl": "https://ann:pa55word@erp.example"},
            "/baseUrl: must hold no user and password before the host",
        ),
        ({"auth": AUTH | {"tokenUrl": "https://ann@erp.example/token"}}, "/auth/tokenUrl: must hold no user"),
        ({"endpoints": [{"name": "a", "path": "/", "requestSchema": {"type": 7}}]}, "is no JSON Schema"),
    ],
)
def test_a_definition_that_could_not_be_called_is_refused(definition: Any, told: str) -> None:
    whole = {"baseUrl": "https://erp.example", "endpoints": [{"name": "a", "path": "/"}]} | definition

    with pytest.raises(Invalid) as caught:
        check_bridge(whole)

    assert told in str(caught.value)
    assert "pa55word" not in str(caught.value)


def test_a_whole_definition_is_taken() -> None:
    whole = {
        "baseUrl": "https://erp.example",
        "auth": AUTH,
        "rateLimit": {"requests": 5},
        "endpoints": [
            FIND
            | {
                "cacheTtlSeconds": 10,
                "cacheableVerbs": ["GET"],
                "responseSchema": BILL,
                "postReplyScript": "x",
            }
        ],
    }

    assert check_bridge(whole) == whole
