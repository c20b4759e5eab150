"""What scripts can ask of the documents of their project."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.documents import upload
from activities.models import DocumentFamily
from activities.steps import Completed, Failed
from activities.steps.script import Script
from plans.models import Project
from tests import builders
from tests.activities.steps.calls import call


@pytest.fixture
def note(project: Project) -> DocumentFamily:
    return add(project, "note.txt", b"Dear Ann,\n\fsecond page")


def add(project: Project, name: str, content: bytes = b"x", **fields: Any) -> DocumentFamily:
    made = upload(project, name=name, file=SimpleUploadedFile(name, content), by=None)
    for key, value in fields.items():
        setattr(made, key, value)
    made.save()
    return made


def run(body: str, project: Project, **inputs: Any) -> Any:
    return Script().run(
        call(
            "SCRIPT",
            {"scriptBody": body},
            inputs=inputs,
            project_id=project.pk,
            organization_id=project.organization_id,
        )
    )


def test_the_text_of_a_document_can_be_read(project: Project, note: DocumentFamily) -> None:
    body = """const doc = loadDocument(inputs.id);
        return {name: doc.name, text: doc.getText(), pages: doc.getPages(),
                all: doc.getRootNode().getAllContent(" ", true), same: documents.load(inputs.id).getText()};"""

    outcome = run(body, project, id=str(note.pk))

    assert isinstance(outcome, Completed), outcome
    assert outcome.result == {
        "name": "note.txt",
        "text": "Dear Ann,\n\nsecond page",
        "pages": ["Dear Ann,\n", "second page"],
        "all": "Dear Ann,\n second page",
        "same": "Dear Ann,\n\nsecond page",
    }


def test_a_family_of_the_project_can_be_got_and_listed(project: Project, note: DocumentFamily) -> None:
    add(project, "paid.csv", status="paid", labels=["bill"], metadata={"po": 7})
    body = """return {one: documents.get(inputs.id).name, none: documents.get('x'),
        all: documents.list().length, paid: documents.list({status: 'paid'}).map(d => [d.name, d.metadata.po]),
        bills: documents.list({label: 'bill', limit: 1}).length, named: documents.list({name: 'NOTE'}).length};"""

    outcome = run(body, project, id=str(note.pk))

    assert isinstance(outcome, Completed), outcome
    assert outcome.result == {
        "one": "note.txt",
        "none": None,
        "all": 2,
        "paid": [["paid.csv", 7]],
        "bills": 1,
        "named": 1,
    }


def test_documents_of_another_project_are_not_there(project: Project, note: DocumentFamily) -> None:
    other = builders.project("legal")
    body = (
        "return {one: documents.get(inputs.id), all: documents.list().length, text: loadDocument(inputs.id)}"
    )

    outcome = run(body, other, id=str(note.pk))

    assert isinstance(outcome, Failed)
    assert outcome.error.message == f"project payables has no document {note.pk}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("documents.list({state: 1})", "documents.list takes an object of label, limit, name, status"),
        ("documents.list({limit: 0})", "limit is a number from 1 to 100"),
        ("loadDocument()", "has no document None"),
        ("for (let i = 0; i < 6; i++) loadDocument(inputs.id)", "may load 5 documents"),
    ],
)
def test_what_can_t_be_given_throws(project: Project, note: DocumentFamily, body: str, told: str) -> None:
    outcome = run(body, project, id=str(note.pk))

    assert isinstance(outcome, Failed)
    assert outcome.kind == "business"
    assert told in outcome.error.message


def test_a_document_that_can_t_be_read_throws_with_its_name(project: Project) -> None:
    broken = add(project, "scan.png", b"\x89PNG\r\n\x1a\n\0\0")

    outcome = run("loadDocument(inputs.id)", project, id=str(broken.pk))

    assert isinstance(outcome, Failed)
    assert outcome.error.message.startswith("scan.png: ")


def test_more_than_a_script_may_be_given_throws(project: Project) -> None:
    add(project, "big.txt", metadata={"text": "x" * 300_000})

    outcome = run("documents.list()", project)

    assert isinstance(outcome, Failed)
    assert "more than 256 KiB" in outcome.error.message
