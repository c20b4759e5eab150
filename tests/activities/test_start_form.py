"""The start form: fields made from the plan's inputs, documents, errors at the field, nothing typed lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from activities.models import Activity, DocumentFamily
from plans.models import Person, Project
from tests import builders

OPTIONS = [
    {
        "name": "channel",
        "label": "Channel",
        "type": "selection",
        "required": True,
        "options": ["mail", "scan"],
    },
    {"name": "vendor", "type": "string", "required": True, "default": "acme"},
    {"name": "remark", "type": "text"},
    {"name": "total", "type": "number"},
    {"name": "count", "type": "integer"},
    {"name": "urgent", "type": "boolean", "required": True},
    {"name": "due", "type": "date"},
    {"name": "seen", "type": "datetime"},
    {"name": "extra", "type": "object"},
    {"name": "lines", "type": "array"},
]
FILLED = {
    "input-0": "1",
    "input-1": "contoso",
    "input-2": "two\nlines",
    "input-3": "12.5",
    "input-4": "3",
    "input-5": "on",
    "input-6": "2026-11-20",
    "input-7": "2026-11-20T10:30",
    "input-8": '{"a": 1}',
    "input-9": "[1, 2]",
    "title": "My run",
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


@pytest.fixture(autouse=True)
def refusals_are_pages(settings: Any) -> None:
    name = "plans.middleware.Refusals"
    if name not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]


@pytest.fixture
def project(db: None) -> Project:
    project = builders.project()
    builders.plan(project, inputOptions=OPTIONS)
    return project


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_every_type_has_its_field_and_its_default(project: Project, ann: Person) -> None:
    answer = browser(ann).get("/plans/invoices/start/")

    assert answer.status_code == 200
    for piece in ("Channel", 'value="acme"', 'type="date"', 'type="datetime-local"', 'type="checkbox"'):
        assert piece in answer.text


def test_an_activity_is_started_with_what_was_typed(project: Project, ann: Person) -> None:
    sent = FILLED | {"documents": [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]}

    answer = browser(ann).post("/plans/invoices/start/", sent)

    activity = Activity.objects.get()
    assert answer.headers["Location"] == f"/activities/{activity.pk}/"
    assert activity.title == "My run"
    assert activity.inputs["channel"] == "scan"
    assert {
        key: activity.inputs[key] for key in ("vendor", "total", "count", "urgent", "extra", "lines")
    } == {
        "vendor": "contoso",
        "total": 12.5,
        "count": 3,
        "urgent": True,
        "extra": {"a": 1},
        "lines": [1, 2],
    }
    assert activity.inputs["due"] == "2026-11-20"
    assert [row.document.name for row in activity.activity_documents.all()] == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("input-0", "", "This field is required"),
        ("input-0", "7", "Select a valid choice"),
        ("input-1", " ", "This field is required"),
        ("input-3", "many", "Enter a number"),
        ("input-3", "nan", "Enter a number"),
        ("input-4", "1.5", "Enter a whole number"),
        ("input-6", "2026-02-30", "Enter a valid date"),
        ("input-7", "soon", "Enter a valid date"),
        ("input-8", "{", "This is not JSON"),
        ("input-8", "[]", "This must be an object"),
        ("input-9", "{}", "This must be a list"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_lost(
    field: str, value: str, says: str, project: Project, ann: Person
) -> None:
    answer = browser(ann).post("/plans/invoices/start/", FILLED | {field: value})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert says in " ".join(form.errors[field])
    assert list(form.errors) == [field]
    assert form["input-2"].value() == "two\nlines"
    assert form[field].value() == value
    assert not Activity.objects.exists()


def test_what_was_uploaded_stays_chosen_when_the_form_is_wrong(project: Project, ann: Person) -> None:
    sent = FILLED | {"input-4": "x", "documents": [SimpleUploadedFile("a.txt", b"one")]}

    answer = browser(ann).post("/plans/invoices/start/", sent)

    document = DocumentFamily.objects.get()
    assert answer.context["chosen"] == {document.pk}
    second = browser(ann).post("/plans/invoices/start/", FILLED | {"document": [str(document.pk)]})
    assert second.status_code == 302
    assert Activity.objects.get().activity_documents.get().document == document


def test_a_file_that_is_refused_is_told_and_the_others_stay(project: Project, ann: Person) -> None:
    sent = FILLED | {"documents": [SimpleUploadedFile("a.pdf", b"no"), SimpleUploadedFile("b.txt", b"x")]}

    answer = browser(ann).post("/plans/invoices/start/", sent)

    assert "its content is no complete PDF" in answer.text
    assert len(answer.context["chosen"]) == 1
    assert not Activity.objects.exists()


def test_the_plans_own_schema_puts_its_error_at_the_field(db: None, ann: Person) -> None:
    project = builders.project()
    schema = {"type": "object", "properties": {"vendor": {"type": "string", "minLength": 9}}}
    builders.plan(project, inputOptions=OPTIONS, inputsSchema=schema)

    answer = browser(ann).post("/plans/invoices/start/", FILLED)

    assert answer.status_code == 400
    assert "input-1" in answer.context["form"].errors


def test_documents_of_others_are_not_taken(project: Project, ann: Person) -> None:
    from activities.documents import upload

    elsewhere = builders.project("sales", organization_slug="contoso")
    foreign = upload(elsewhere, name="x.txt", file=SimpleUploadedFile("x.txt", b"x"), by=None)

    browser(ann).post("/plans/invoices/start/", FILLED | {"document": [str(foreign.pk), "rubbish"]})

    assert not Activity.objects.get().activity_documents.exists()


def test_who_only_looks_starts_nothing(project: Project) -> None:
    assert browser(builders.ben()).get("/plans/invoices/start/").status_code == 403
    assert browser(builders.ben()).post("/plans/invoices/start/", FILLED).status_code == 403
    assert browser(builders.cy()).get("/plans/invoices/start/").status_code == 404
