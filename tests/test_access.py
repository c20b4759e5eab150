"""Every address, tried by nobody, a stranger, a viewer and one who may. An address that stands in no table fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from config.strict import takes

if TYPE_CHECKING:
    from plans.models import Person, Project

pytestmark = pytest.mark.django_db
Answers = tuple[Any, Any, Any, Any]

# What an address answers to nobody, a stranger, a viewer and one who may. "out": sign in first; "in": an answer to the
# request itself, be it a refusal of what was sent.
OPEN: Answers = ("in", "in", "in", "in")
SIGNED: Answers = ("out", "in", "in", "in")  # one sees what is one's own: a stranger, nothing
MEMBER: Answers = ("out", 404, "in", "in")
MAY: Answers = ("out", 404, 403, "in")
NONE: Answers = ("out", 404, 404, 404)
OWN: Answers = ("out", 404, 404, "in")  # there is one of the person who may
FORGED: Answers = (404, 404, 404, 404)  # open to whoever has a signed link, and this one is not
TOKEN: Answers = (401, 401, 401, 401)  # for programs with a token of their own
FOREIGN = ("accounts/", "admin/")  # Django's and allauth's own: tested below as a whole

RESOURCE = {"slug": "new", "name": "New", "organization": "northwind"}
FORMS: dict[str, dict[str, Any]] = {
    "api-task-template": RESOURCE | {"metadata": {}},
    "api-task-status": RESOURCE | {"statusType": "OPEN"},
    "api-service-bridge": RESOURCE | {"definition": {"baseUrl": "https://erp.example", "endpoints": []}},
    "api-prompt-template": RESOURCE | {"prompt": "Say hello."},
    "api-script-module": RESOURCE | {"script": "const one = 1;"},
    "api-agent-runtime": RESOURCE | {"definition": {"model": "openai:gpt-5"}},
}
RESOURCES = {
    f"{name}-{kind}": methods
    for name in FORMS
    for kind, methods in {
        "list": {"GET": SIGNED, "POST": (MAY, FORMS[name])},
        "detail": {"GET": MEMBER, "PUT": (MAY, FORMS[name] | {"slug": "thing"}), "DELETE": MAY},
    }.items()
}
PAGES: dict[str, dict[str, Any]] = {
    "plans:home": {"GET": SIGNED},
    "plans:project": {"POST": MEMBER},
    "plans:list": {"GET": MEMBER},
    "plans:new": {"GET": MAY, "POST": MAY},
    "plans:import": {"GET": MAY, "POST": MAY},
    "plans:plan": {"GET": MEMBER},
    "plans:version": {"GET": MEMBER},
    "plans:edit": {"GET": MAY},
    "plans:compare": {"GET": MEMBER},
    "plans:source": {"GET": MEMBER},
    "plans:publish": {"POST": MAY},
    "plans:restore": {"POST": (MAY, {"number": "1"})},
    "plans:bind": {"POST": MAY},
    "plans:unbind": {"POST": MAY},
    "plans:rewrite": {"GET": MEMBER, "POST": MAY},
    "plans:delete": {"POST": MAY},
    "plans:settings": {"GET": MAY},
    "plans:members": {"GET": MAY, "POST": MAY},
    "plans:bindings": {"GET": MAY, "POST": MAY},
    "plans:secrets": {"GET": MAY, "POST": MAY},
    "plans:resources": {"GET": MAY},
    "plans:resource": {"GET": MAY, "POST": MAY},
    "activities:list": {"GET": MEMBER},
    "activities:activity": {"GET": MEMBER},
    "activities:documents": {"GET": MEMBER, "POST": (MAY, {"documents": "a.csv"})},
    "activities:document-file": {"GET": MEMBER},
    "activities:start": {"GET": MAY, "POST": MAY},
    "tasks:inbox": {"GET": MEMBER},
    "tasks:calendar": {"GET": MAY, "POST": MAY},
    "tasks:notices": {"GET": SIGNED},
    "tasks:notice": {"GET": OWN},
    "tasks:read-notices": {"POST": SIGNED},  # one's own
    "tasks:notice-settings": {"GET": SIGNED, "POST": SIGNED},
    "tasks:unsubscribe": {"GET": FORGED, "POST": FORGED},
    "tasks:invitation": {"GET": NONE},  # the token is forged
    "tasks:inbox-news": {"GET": MEMBER},
    "tasks:next": {"POST": MAY},
    "tasks:bulk": {"POST": (MEMBER, {"verb": "claim"})},
    "tasks:save-filter": {"POST": (MEMBER, {"name": "Mine", "query": "show=mine"})},  # one's own
    "tasks:delete-filter": {"POST": NONE},  # this one is nobody's
    "tasks:task": {"GET": MEMBER},
    "tasks:finish": {"POST": (MAY, {"action": "approve"})},
    "tasks:decide": {"POST": (MAY, {"outcome": "approved"})},
    "tasks:claim": {"POST": MAY},
    "tasks:release": {"POST": MAY},
    "tasks:assign": {"POST": (MAY, {"to": "ann"})},
    "tasks:comment": {"POST": (MAY, {"text": "hm"})},
    "tasks:draft": {"POST": MAY},
    "tasks:ask": {"POST": (MAY, {"text": "Which PO?"})},
    "tasks:answer": {"POST": (MAY, {"text": "PO 7"})},
    "tasks:stand-in": {"GET": SIGNED, "POST": SIGNED},  # one's own
    "tasks:add-approver": {"POST": (MAY, {"person": "ben"})},
    "tasks:remove-approver": {"POST": (MAY, {"person": "ben"})},
    "tasks:delegate": {"POST": (MAY, {"to": "ben"})},
    "tasks:recall": {"POST": MAY},
    "demo-mail": {"GET": NONE},
    "demo-erp": {"GET": NONE},  # there is no demo in this organization
}
API: dict[str, dict[str, Any]] = RESOURCES | {
    "demo-erp-bills": {"GET": TOKEN, "POST": TOKEN},
    "demo-erp-bill": {"GET": TOKEN},
    "demo-erp-notices": {"GET": TOKEN, "POST": TOKEN},
    "schema": {"GET": OPEN},
    "api-plan-list": {"GET": SIGNED, "POST": (MAY, {"slug": "new", "steps": []})},
    "api-plan-rewrite-document": {
        "POST": (SIGNED, {"slug": "new", "steps": []})
    },  # of what was sent, no more
    "api-plan-validate": {"POST": (MEMBER, {"slug": "new", "steps": []})},
    "api-plan-detail": {"GET": MEMBER, "PUT": (MAY, {"slug": "invoices", "steps": []}), "DELETE": MAY},
    "api-plan-draft": {"GET": MEMBER, "PUT": (MAY, {"document": {}}), "DELETE": MEMBER},  # one's own
    "api-plan-save": {"POST": (MAY, {"document": {"slug": "invoices", "steps": []}})},
    "api-plan-merge": {"POST": (MAY, {"document": {"slug": "invoices"}, "beganFromVersionNumber": 1})},
    "api-plan-publish": {"POST": MAY},
    "api-plan-restore": {"POST": (MAY, {"versionNumber": 1})},
    "api-plan-rewrite-uuids": {"GET": MEMBER, "POST": MAY},
    "api-plan-version": {"GET": MEMBER},
    "api-plan-versions": {"GET": MEMBER},
    "api-plan-run-list": {"GET": MEMBER},
    "api-plan-run-detail": {"GET": MEMBER},
    "api-plan-editor-look": {"POST": MAY},
    "api-plan-editor-source": {"POST": MAY},
    "api-plan-editor-rename": {"POST": MAY},
    "api-plan-editor-rewrite": {"POST": MAY},
    "api-plan-editor-compare": {"POST": MAY},
    "api-plan-editor-catalog": {"GET": MAY},
    "api-plan-editor-trial-try": {"POST": MAY},
    "api-plan-editor-trial-cases": {"POST": MAY},
    "api-plan-editor-trial-evaluate": {"POST": MAY},
    "api-organization-list": {"GET": SIGNED},
    "api-organization-detail": {"GET": MEMBER},
    "api-project-list": {"GET": SIGNED},
    "api-project-detail": {"GET": MEMBER},
    "api-binding-list": {"GET": SIGNED, "POST": MAY},
    "api-binding-bind": {"POST": MAY},
    "api-binding-detail": {"DELETE": MAY},
    "activity-list": {"GET": SIGNED, "POST": (MAY, {"activityPlanRef": "invoices"})},
    "activity-detail": {"GET": MEMBER},
    "activity-blob": {"GET": NONE},  # this activity has none
    "activity-cancel": {"POST": MAY},
    "activity-children": {"GET": MEMBER},
    "activity-events": {"GET": MEMBER},
    "activity-pause": {"POST": MAY},
    "activity-replan": {"POST": MAY},
    "activity-step-rerun": {"POST": MAY},
    "activity-resume": {"POST": MAY},
    "activity-retry": {"POST": MAY},
    "activity-step-retry": {"POST": MAY},
    "activity-step-skip": {"POST": (MAY, {"reason": "paid by hand"})},
    "activity-snapshot": {"GET": MEMBER},
    "activity-step": {"GET": MEMBER},
    "activity-steps": {"GET": MEMBER},
    "activity-decide": {"POST": (MAY, {"outcome": "approved"})},
    "api-document-list": {"GET": SIGNED, "POST": (MAY, {"file": "a.csv"})},
    "api-document-detail": {"GET": MEMBER},
    "api-document-store-list": {"GET": SIGNED},
    "api-document-store-detail": {"GET": MEMBER},
    "task-list": {"GET": SIGNED},
    "task-detail": {"GET": MEMBER},
    "task-act": {"POST": (MAY, {"data": {}})},
    "task-assign": {"POST": (MAY, {"to": "ann"})},
    "task-bulk": {"POST": (SIGNED, {"verb": "claim", "tasks": []})},
    "task-claim": {"POST": MAY},
    "task-comments": {"POST": (MAY, {"text": "hm"})},
    "task-complete": {"POST": MAY},
    "task-draft": {"POST": (MAY, {"data": {}})},
    "task-next": {"POST": MAY},
    "task-ask": {"POST": (MAY, {"text": "Which PO?"})},
    "task-answer": {"POST": (MAY, {"text": "PO 7"})},
    "stand-ins": {
        "GET": SIGNED,
        "POST": (
            SIGNED,
            {"substitute": "ben", "startsAt": "2030-01-01T00:00Z", "endsAt": "2030-01-02T00:00Z"},
        ),
    },
    "stand-in": {"DELETE": ("out", 404, 404, "in")},  # one's own
    "task-add-approver": {"POST": (MAY, {"person": "ben"})},
    "task-remove-approver": {"POST": (MAY, {"person": "ben"})},
    "task-delegate": {"POST": (MAY, {"to": "ben"})},
    "task-recall": {"POST": MAY},
    "task-release": {"POST": MAY},
}
SOCKETS = {"ws/activities/<uuid:activity_id>/", ""}  # tried in tests/activities/test_consumers.py


def routes(
    resolver: URLResolver, *, prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    """Yield the name, the address and the pattern of every route below."""
    for known in resolver.url_patterns:
        address = prefix + str(known.pattern)
        if isinstance(known, URLResolver):
            inner = known.namespace or known.app_name or ""
            yield from routes(known, prefix=address, namespace=f"{inner}:" if inner else namespace)
        elif not address.startswith(FOREIGN):
            yield f"{namespace}{known.name}", address, known


def all_routes() -> dict[str, tuple[str, URLPattern]]:
    """Return the address and pattern of every route by its name; two of one name are one too many."""
    found: dict[str, tuple[str, URLPattern]] = {}
    for name, address, pattern in routes(get_resolver()):
        assert name not in found, f"two routes are called {name}"
        found[name] = (address, pattern)
    return found


def test_every_route_is_known() -> None:
    assert set(all_routes()) == set(PAGES | API)


def test_every_method_of_the_api_is_known() -> None:
    offered = {
        name: {method.upper() for method in pattern.callback.actions} - {"HEAD"}  # added at the first request
        for name, (_, pattern) in all_routes().items()
        if getattr(pattern.callback, "actions", None)
    }

    assert offered == {name: set(methods) for name, methods in API.items() if name in offered}


def test_every_socket_is_known() -> None:
    from activities.routing import websocket_urlpatterns

    assert {str(route.pattern) for route in websocket_urlpatterns} == SOCKETS


@pytest.fixture
def things(project: Project, ann: Person, ben: Person, settings: Any, tmp_path: Any) -> dict[str, Any]:
    """Something at every address; its parts by the names that addresses give them."""
    from activities.compiled import compiled
    from plans import models
    from tests import builders
    from tests.activities.running import document
    from tests.tasks.running import approval_step, review_step, start, template

    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = settings.STORAGES | {"default": folder}
    compiled.cache_clear()
    template(form=None)
    organization, plan = project.organization, builders.plan(project)
    for person in (ann, ben):
        models.PlanDraft.objects.create(plan=plan, person=person, document={})
    for kind in (
        "TaskTemplate",
        "TaskStatus",
        "ServiceBridge",
        "PromptTemplate",
        "ScriptModule",
        "AgentRuntime",
    ):
        getattr(models, kind).objects.create(organization=organization, slug="thing", name="Thing")
    activity = start(approval_step(approverRole="approver"), review_step(), by=ben)
    task, approval = activity.tasks.get(kind="TASK"), activity.tasks.get(kind="APPROVAL")
    task.comments.create(person=ben, kind="QUESTION", asked=ann, text="Which PO?", at=task.created_at)
    stand_in = builders.person("dora", "viewer", project=project)
    task.delegations.create(owner=ann, delegate=stand_in, at=task.created_at)
    day = task.created_at + timedelta(days=1)
    away = ann.stand_ins.create(
        substitute=stand_in, starts_at=task.created_at, ends_at=day, created_at=task.created_at
    )
    file = document("a.csv")
    return {
        "organization": organization.slug,
        "project": project,
        "activity_id": activity.pk,
        "task_id": task.pk,
        "approval_id": approval.pk,
        "document_id": file.pk,
        "number": {"plans": 1, "api-plan": 1, "tasks:delete-filter": 1, "tasks:notice": ann.notifications.get().pk},
        "notation": "yaml",
        "kind": "task-templates",
        "digest": "0" * 64,
        "token": "forged",
        "reference": "x",
        "stand_in_id": away.pk,
        "pk": {
            "activity": activity.pk,
            "task": task.pk,
            "api-document": file.pk,
            "api-document-store": file.store_id,
            "api-project": project.pk,
            "api-binding": models.Binding.objects.get(resource_type="activity-plan").pk,
        },
        "slug": {
            "api-plan": "invoices", "api-organization": organization.slug, "activity": "gate", "task": "approve",
            "plans:project": project.slug, "plans:resource": "thing", "plans": "invoices", "activities": "invoices",
        },
    }  # fmt: skip


def address_of(name: str, pattern: URLPattern, things: dict[str, Any]) -> str:
    """Return an address of the route about something that exists."""
    wanted = getattr(pattern.pattern, "converters", None) or pattern.pattern.regex.groupindex
    values = {}
    for argument in wanted:
        value = things[argument]
        if name == "tasks:decide":
            value = things["approval_id"]
        if isinstance(value, dict):  # by the longest beginning of the route's name
            known = [start for start in value if name.startswith(start)]
            value = value[max(known, key=len)] if known else "thing"
        values[argument] = value
    return reverse(name, kwargs=values)


def knock(client: Client, method: str, address: str, body: dict[str, Any], *, api: bool) -> Any:
    """Send the request and undo what it did."""
    files = {
        name: SimpleUploadedFile(str(text), b"a,b\n1,2\n") for name, text in body.items() if text == "a.csv"
    }
    with transaction.atomic():
        if files or not api:
            answer = client.post(address, body | files) if method == "POST" else client.get(address)
        else:
            answer = client.generic(
                method, address, b"" if method == "GET" else _json(body), content_type="application/json"
            )
        transaction.set_rollback(True)
    return answer


def _json(body: dict[str, Any]) -> str:
    import json

    return json.dumps(body)


def in_words(answer: Any, *, api: bool) -> Any:
    """Return "out", "in", or the status of a refusal."""
    code = answer.status_code
    if api and code == 403 and answer.json()["code"] == "not-authenticated":
        return "out"
    if not api and code == 302 and answer.headers["Location"].startswith("/accounts/login/"):
        return "out"
    return code if code in (401, 403, 404, 405) or code >= 500 else "in"


def test_every_address_lets_in_who_may_and_nobody_else(
    things: dict[str, Any], ann: Person, ben: Person, cy: Person
) -> None:
    clients = [Client(raise_request_exception=False) for _ in range(4)]
    for client, person in zip(clients[1:], (cy, ben, ann), strict=True):
        client.force_login(person)
    wrong: dict[str, tuple[Any, Any]] = {}

    for name, (_, pattern) in all_routes().items():
        api, address = name in API, address_of(name, pattern, things)
        for method, expected in (PAGES | API)[name].items():
            answers, body = expected if isinstance(expected[0], tuple) else (expected, {})
            view = resolve(address).func
            keys = takes(view, method)[1] if hasattr(view, "cls") else None
            sent = {"projectId": things["project"].pk} | body if keys and "projectId" in keys else body
            got = tuple(
                in_words(knock(client, method, address, sent, api=api), api=api) for client in clients
            )
            if got != answers:
                wrong[f"{method} {address} ({name})"] = (got, answers)

    assert wrong == {}


@pytest.mark.parametrize("address", ["/admin/", "/admin/plans/person/", "/admin/activities/activity/"])
def test_the_admin_is_for_staff(ann: Person, address: str) -> None:
    client = Client()
    client.force_login(ann)

    assert client.get(address).status_code in (302, 404)
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/login/"])
def test_nobody_signs_up_by_themselves(db: None, address: str) -> None:
    from plans.models import Person

    Client().post(
        address,
        {"username": "eve", "email": "eve@x.example", "password1": "a8sdf7!x", "password2": "a8sdf7!x"},
    )

    assert not Person.objects.filter(username="eve").exists()
