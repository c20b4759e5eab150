"""Every address of the API against hostile bodies, queries and ids: a problem that says why, never a bug."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import resolve

from config.strict import takes
from tests.builders import document, plan

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from plans.models import Person, Project

JSON = "application/json"
Knock = Callable[["Person"], Client]
BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": (JSON, b""),
    "half an object": (JSON, b'{"slug": '),
    "null": (JSON, b"null"),
    "a list": (JSON, b"[1]"),
    "a text": (JSON, b'"x"'),
    "keys of wrong types": (
        JSON,
        b'{"slug": [1], "name": {}, "steps": 5, "projectId": [], "inputs": 1, "data": [], "outcome": {},'
        b' "reason": [], "organization": [], "definition": 3, "metadata": 3, "statusType": [], "run": "x",'
        b' "activityPlanRef": {}, "documentFamilyIds": 5, "to": [], "text": {}, "changeSequence": {}}',
    ),
    "numbers too large": (
        JSON,
        b'{"projectId": 1e30, "run": 99999999999999999999999, "versionNumber": 99999999999999999999999,'
        b' "changeSequence": 99999999999999999999999, "sequence": 99999999999999999999999}',
    ),
    "no number at all": (JSON, b'{"inputs": {"a": 1e999}, "data": {"a": 1e999}, "metadata": {"a": NaN}}'),
    "NUL": (
        JSON,
        b'{"slug": "a\\u0000b", "name": "a\\u0000b", "title": "\\u0000", "note": "\\u0000", "reason": "\\u0000",'
        b' "comment": "\\u0000", "text": "\\u0000", "to": "\\u0000", "projectId": "\\u0000", "outcome": "\\u0000",'
        b' "organization": "\\u0000", "resourceType": "\\u0000", "resourceSlug": "\\u0000",'
        b' "activityPlanRef": "\\u0000"}',
    ),
    "half a character": (
        JSON,
        b'{"slug": "\\ud800", "name": "\\ud800", "comment": "\\ud800", "data": {"a": "\\ud800"}}',
    ),
    "a key twice": (JSON, b'{"slug": "a", "slug": "b"}'),
    "nested too deeply": (JSON, b'{"a":' * 3000 + b"1" + b"}" * 3000),
    "nested beyond reading": (JSON, b"[" * 100_000),
    "bytes": (JSON, bytes(range(256))),
    "UTF-16": (JSON, "{}".encode("utf-16")),
    "another type": ("text/csv", b"a,b"),
    "no type": ("", b"{}"),
    "a form": ("application/x-www-form-urlencoded", b"slug=a&projectId=x&data=%00&outcome=%00"),
    "a form of parts, broken off": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Disposition: form-data; na",
    ),
    "YAML with an alias bomb": (
        "application/yaml",
        b"a: &a [x, x]\n"
        + "".join(
            f"b{i}: &b{i} [{', '.join([f'*b{i - 1}' if i else '*a'] * 9)}]\n" for i in range(9)
        ).encode(),
    ),
}
QUERIES = (
    "cursor=x", "cursor=%00", "pageSize=abc", "pageSize=0", "pageSize=99999999999999999999", "after=x",
    "after=99999999999999999999999", "after=%C2%B2", "project=x", "project=99999999999999999999", "projectId=x",
    "projectId=99999999999999999999", "projectId=%00", "organization=%00", "search=%00", "status=NOPE", "status=%00",
    "plan=%00", "assignee=%00", "resourceType=%00", "kind=%00", "activity=x", "mine=x", "format=xml", "unheard=of",
    *(
        f"cursor={base64.b64encode(text).decode()}"
        for text in (b"p=abc", b"p=9999-99-99", b"p=0001-01-01T00:00:00%2B14:00", b"p=%00", b"o=-1", b"r=x")
    ),
)  # fmt: skip


@pytest.fixture
def addresses(project: Project, ann: Person) -> list[tuple[str, str]]:
    """Every method and address in the schema, about things that exist."""
    from drf_spectacular.generators import SchemaGenerator

    from tests.tasks.running import approval_step, review_step, start, template

    template()
    plan(project)
    activity = start(approval_step(), review_step(), by=ann)
    task = activity.tasks.order_by("kind").last()
    things = {
        "/activities/{id}": activity.pk, "/tasks/{id}": task.pk, "/documents/{id}": uuid4(),
        "/projects/{id}": project.pk, "/organizations/{slug}": project.organization.slug,
        "/task-templates/{slug}": "review", "{slug}": "invoices", "{number}": 1, "{activity_id}": activity.pk,
        "{digest}": "0" * 64, "{task_id}": task.pk, "{stand_in_id}": 1, "{id}": 1,
    }  # fmt: skip
    found: list[tuple[str, str]] = []
    for path, item in SchemaGenerator().get_schema(public=True)["paths"].items():
        address = path.replace("/steps/{slug}", "/steps/gate").replace("/actions/{slug}", "/actions/approve")
        for place, thing in things.items():
            address = address.replace(place, place.partition("{")[0] + str(thing))
        found += [(method.upper(), address) for method in item if method in ("get", "post", "put", "delete")]
    return found


def test_no_address_answers_a_hostile_body_with_a_bug(
    addresses: list[tuple[str, str]], knock: Knock, ann: Person
) -> None:
    client = knock(ann)

    bugs = list(
        _bugs(
            (f"{method} {address}: {name}", client.generic(method, address, body, content_type=kind))
            for method, address in addresses
            if method in ("POST", "PUT")
            for name, (kind, whole) in BODIES.items()
            for body in {whole, _known_part(whole, method, address)}
        )
    )

    assert bugs == []


def test_no_address_answers_a_hostile_query_with_a_bug(
    addresses: list[tuple[str, str]], knock: Knock, ann: Person
) -> None:
    client = knock(ann)

    bugs = list(
        _bugs(
            (f"{address}?{query}", client.get(address, query_params=None, QUERY_STRING=query))
            for method, address in addresses
            if method == "GET"
            for query in QUERIES
        )
    )

    assert bugs == []


def test_no_address_takes_a_query_parameter_that_means_nothing(
    addresses: list[tuple[str, str]], knock: Knock, ann: Person
) -> None:
    client = knock(ann)

    for method, address in addresses:
        answer = client.generic(method, address, QUERY_STRING="unheardof=1")

        assert (method, address, answer.status_code) == (method, address, 400)
        said = answer.json()
        assert said["code"] == "unknown-parameter"
        assert '"unheardof"' in said["detail"]


def test_no_address_takes_a_key_that_means_nothing(
    addresses: list[tuple[str, str]], knock: Knock, ann: Person
) -> None:
    client = knock(ann)
    forms = {"/api/documents"}
    free = set()

    for method, address in addresses:
        keys = takes(resolve(address).func, method)[1]
        if method not in ("POST", "PUT"):
            continue
        if keys is None:
            free.add(address.partition("?")[0])
            continue
        if address in forms:
            answer = client.post(address, {"unheardof": "1"})
        else:
            answer = client.generic(method, address, b'{"unheardof": 1}', content_type=JSON)
        assert (method, address, answer.status_code) == (method, address, 400)
        said = answer.json()
        assert said["code"] == "unknown-key"
        assert '"unheardof"' in said["detail"]

    # These take whole plan documents, in which findings name what is unknown, or belong to the editor.
    assert all(address.startswith(("/api/activity-plans", "/api/plan-editor")) for address in free)


def test_the_nearest_known_name_is_proposed(knock: Knock, ann: Person) -> None:
    client = knock(ann)

    query = client.get("/api/activities", QUERY_STRING="stauts=RUNNING").json()["detail"]
    body = client.post(f"/api/activities/{uuid4()}/cancel", {"resaon": "x"}, content_type=JSON).json()[
        "detail"
    ]

    assert query == (
        'unknown query parameter "stauts" (did you mean "status"?); '
        "this address takes cursor, pageSize, plan, project, status"
    )
    assert body == 'unknown key "resaon" (did you mean "reason"?); this address takes reason'


def test_no_address_takes_another_method(addresses: list[tuple[str, str]], knock: Knock, ann: Person) -> None:
    client = knock(ann)

    bugs = list(
        _bugs(
            (f"{method} {address}", client.generic(method, address))
            for _method, address in addresses
            for method in ("PATCH", "TRACE", "BREW")
        )
    )

    assert bugs == []


def test_to_a_stranger_nothing_at_any_address_exists(
    addresses: list[tuple[str, str]], knock: Knock, cy: Person
) -> None:
    client = knock(cy)
    collections = {"validate", "rewrite-uuids", "bind", "bulk", "next"}
    about_things = [
        (method, address)
        for method, address in addresses
        if len(parts := address.strip("/").split("/")) > 2 and parts[2] not in collections
    ]

    answers = {
        f"{method} {address}": client.generic(method, address, b"{}", content_type=JSON).status_code
        for method, address in about_things
    }

    assert {address: status for address, status in answers.items() if status not in (404, 415)} == {}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/", 404, "not-found"),
        ("/api/nothing", 404, "not-found"),
        ("/api/activities/abc", 404, "not-found"),
        ("/api/activity-plans/Upper", 404, "not-found"),
        ("/api/activity-plans/a%00b", 404, "not-found"),
        ("/api/activity-plans?pageSize=abc", 400, "invalid-page-size"),
        ("/api/activity-plans?cursor=cD1hYmM=", 400, "invalid-cursor"),
        ("/api/activities?status=DONE", 400, "invalid"),
        ("/api/tasks?project=99999999999999999999", 400, "invalid"),
    ],
)
def test_a_wrong_address_is_a_problem(
    address: str, status: int, code: str, knock: Knock, ann: Person
) -> None:
    answer = knock(ann).get(address)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_sends_no_csrf_token_is_told_what_to_do(ann: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)

    answer = client.post("/api/activity-plans", document(), content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert "X-CSRFToken" in answer.json()["detail"]


def test_a_bug_is_a_problem_that_shows_nothing_of_itself(
    knock: Knock, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("plans.api.PlanApi.get_queryset", broken)

    answer = knock(ann).get("/api/activity-plans")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "hunter2" not in answer.content.decode() and "Traceback" not in answer.content.decode()


def test_a_start_by_another_organizations_name_is_refused(
    knock: Knock, ann: Person, project: Project
) -> None:
    plan(project)

    answer = knock(ann).post(
        "/api/activities", {"activityPlanRef": "other/invoices", "projectId": project.pk}, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "other" in answer.json()["detail"]


def _known_part(body: bytes, method: str, address: str) -> bytes:
    """Leave of an object the keys that the operation takes: with others, nothing behind the door is reached."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    keys = takes(resolve(address).func, method)[1]
    if not isinstance(value, dict) or keys is None:
        return body
    return json.dumps({key: item for key, item in value.items() if key in keys}).encode()


def _bugs(answers: Iterator[tuple[str, HttpResponseBase]]) -> Iterator[str]:
    """Tell which answers are no answers: a 5xx, or a refusal that is no problem as RFC 9457 has it."""
    for name, answer in answers:
        if answer.status_code >= 500:
            yield f"{name}: {answer.status_code}"
        elif answer.status_code >= 400:
            said: Any = answer
            kind = answer.headers.get("Content-Type")
            body = said.json() if kind == "application/problem+json" else {}
            wanted = {"type", "title", "status", "detail", "code"}
            if not wanted <= body.keys() or body["status"] != answer.status_code or not body["detail"]:
                yield f"{name}: {answer.status_code} {kind} {said.content[:120]!r}"
