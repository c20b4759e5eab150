"""Every page against forms that no browser sends: a page that says why, never a bug."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import builders
from tests.builders import document, plan, script

if TYPE_CHECKING:
    from plans.models import Person, Project

Knock = Callable[["Person"], Client]
FIELDS = (
    "source", "note", "file", "number", "changeSequence", "email", "roles", "remove", "resource", "unbind", "name",
    "value", "forget", "slug", "description", "metadata", "definition", "status_type", "sequence", "change_sequence",
    "title", "origin", "plan", "bind", "input-0", "document", "action", "comment", "outcome", "to", "text", "kind",
    "data/total", "data/due",
)  # fmt: skip
VALUES = {
    "nothing": "", "NUL": "a\0b", "a number too large": "9" * 30, "no number": "²", "half an object": '{"a": ',
    "a number too large in JSON": '{"a": 1e999}', "half a character in JSON": '{"a": "\\ud800"}',
    "nested too deeply": '{"a":' * 3000 + "1" + "}" * 3000, "long": "x" * 40_000,
}  # fmt: skip


@pytest.fixture
def pages(project: Project, ann: Person) -> list[str]:
    """Every page that takes a form, about things that exist."""
    from tests.tasks.running import approval_step, review_step, start, template

    template()
    plan(project, slug="form", inputOptions=[{"name": "n", "type": "object"}])
    plan(project)
    tasks = start(approval_step(), review_step(), by=ann).tasks.all()
    buttons = ("finish", "decide", "claim", "release", "assign", "comments", "draft")
    kinds = ("task-templates", "task-statuses", "service-bridges")
    return [
        *(
            f"/plans/{page}/"
            for page in ("-/import", "-/new", "form/start", "invoices/publish", "invoices/restore")
        ),
        *(f"/plans/{page}/" for page in ("invoices/rewrite", "invoices/bind", "form/unbind")),
        *(f"/settings/{page}/" for page in ("members", "bindings", "secrets")),
        *(f"/settings/{kind}/new_/" for kind in kinds),
        "/settings/task-templates/review/",
        "/documents/",
        *(f"/tasks/{task.pk}/{button}/" for task in tasks for button in buttons),
    ]


def test_no_page_answers_a_hostile_form_with_a_bug(pages: list[str], knock: Knock, ann: Person) -> None:
    client = knock(ann)

    answers = {
        f"{page}: {name}": client.post(page, dict.fromkeys(FIELDS, value)).status_code
        for page in pages
        for name, value in VALUES.items()
    }

    assert {name: status for name, status in answers.items() if status >= 500} == {}


def test_no_page_answers_a_hostile_query_with_a_bug(pages: list[str], knock: Knock, ann: Person) -> None:
    client = knock(ann)
    queries = (
        "q=%00",
        "page=abc",
        "page=-1",
        "page=99999999999999999999",
        "show=NOPE",
        "status=%00",
        "plan=%00",
        "from=%00&to=x",
    )
    lists = (
        *(
            "/",
            "/plans/",
            "/activities/",
            "/documents/",
            "/inbox/",
            "/plans/-/import/",
            "/plans/-/new/",
            "/settings/",
        ),
        "/plans/invoices/compare/",
    )

    answers = {
        f"{page}?{query}": client.get(page, QUERY_STRING=query).status_code
        for page in (*lists, pages[-1].replace("/draft/", "/"))
        for query in (*queries, "q=" + "x" * 5000, "document=abc", "document=%00")
    }

    assert {name: status for name, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/plans/Upper/", 404),
        ("/plans/a%00b/", 404),
        ("/plans/invoices/versions/99999999999999999999999/", 404),
        ("/activities/abc/", 404),
        ("/activities/3f6f0f5e-0000-4000-8000-000000000001/", 404),
        ("/tasks/abc/", 404),
        ("/documents/3f6f0f5e-0000-4000-8000-000000000001/file", 404),
        ("/settings/nothing/", 404),
        ("/nothing", 404),
        ("/plans/?q=%00", 400),
    ],
)
def test_a_wrong_address_is_a_page(
    address: str, status: int, knock: Knock, project: Project, ann: Person
) -> None:
    plan(project)

    answer = knock(ann).get(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_things_of_another_organization_do_not_exist(knock: Knock, project: Project, ann: Person) -> None:
    from tests.tasks.running import approval_step, start

    plan(project)
    task = start(approval_step(), by=ann).tasks.get()
    elsewhere = builders.project("elsewhere", organization_slug="contoso")
    client = knock(builders.person("dora", "admin", "author", "operator", "approver", project=elsewhere))

    answers = {
        address: client.get(address).status_code
        for address in (
            "/plans/invoices/", "/plans/invoices/compare/", "/plans/invoices/start/",
            f"/activities/{task.activity_id}/", f"/tasks/{task.pk}/",
            f"/api/activities/{task.activity_id}", f"/api/activities/{task.activity_id}/steps/gate",
            f"/api/tasks/{task.pk}", "/api/activity-plans/invoices", "/projects/northwind/accounts-payable/",
        )
    }  # fmt: skip

    assert set(answers.values()) == {404}


def test_publishing_a_plan_with_errors_says_which_and_keeps_it(
    knock: Knock, project: Project, ann: Person
) -> None:
    from plans.services import save_plan

    save_plan(project.organization, document(script("a", "nobody")), by=ann)

    answer = knock(ann).post("/plans/invoices/publish/", {"number": "1"}, follow=True)

    assert "nobody" in answer.content.decode()
    assert knock(ann).get("/api/activity-plans/invoices").json()["publishedVersionNumber"] is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.yaml", b"a: [1", "line 1"),
        ("plan.json", b"{", "line 1"),
        ("plan.yaml", b"- 1", "no plan"),
        ("plan.yaml", bytes(range(256)), "no text in UTF-8"),
        ("plan.json", "{}".encode("utf-16"), "no text in UTF-8"),
        ("plan.yaml", b"slug: x\nname: " + b"a" * (6 << 20), "larger than 5 MiB"),
        ("plan.json", b'{"slug": "x", "name": "a\\u0000b", "steps": []}', "NUL"),
        ("plan.yaml", b"a: &a [x,x]\n" + b"b: [" + b"*a," * 600_000 + b"]", "more than 1000000 values"),
        ("plan.yaml", b"slug: Upper\nsteps: []", "a-z, 0-9 and -"),
    ],
)  # fmt: skip
def test_a_broken_plan_file_is_refused_in_words(
    name: str, content: bytes, said: str, knock: Knock, project: Project, ann: Person
) -> None:
    answer = knock(ann).post("/plans/-/import/", {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code in (400, 413)
    assert said in answer.content.decode()


def test_more_fields_than_are_read_is_a_page_that_says_so(
    knock: Knock, project: Project, ann: Person
) -> None:
    many: dict[str, Any] = {f"field{number}": "x" for number in range(1100)}

    answer = knock(ann).post("/documents/", many)

    assert answer.status_code == 400
    assert "more fields" in answer.content.decode()
