"""Documents: what is taken in, what is refused, who may have them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from activities.documents import DocumentRefused, clean_name, upload
from activities.models import DocumentFamily
from plans.errors import NotAllowed
from plans.models import Person, Project
from tests import builders

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    return tmp_path / "files"


@pytest.fixture
def project(db: None) -> Project:
    return builders.project()


@pytest.fixture
def ben(project: Project) -> Person:
    return builders.ben()


@pytest.fixture
def cy(db: None) -> Person:
    return builders.cy()


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def taken(
    project: Project, name: str = "a.pdf", content: bytes = PDF, by: Person | None = None
) -> DocumentFamily:
    return upload(project, name=name, file=SimpleUploadedFile(name, content), by=by)


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return out.getvalue()


def test_a_document_is_kept_below_its_organization_under_its_digest(
    project: Project, ann: Person, files: Path
) -> None:
    document = taken(project, by=ann)

    assert document.file == f"documents/northwind/{document.digest[:2]}/{document.digest}.pdf"
    assert (files / document.file).read_bytes() == PDF
    assert (document.mime, document.size, document.store.slug) == ("application/pdf", len(PDF), "documents")


def test_the_same_bytes_are_kept_once(project: Project, ann: Person, files: Path) -> None:
    first, second = taken(project, "a.pdf", by=ann), taken(project, "b.pdf", by=ann)

    assert (first.file, first.pk == second.pk) == (second.file, False)
    assert len([path for path in files.rglob("*") if path.is_file()]) == 1


def test_the_rest_of_a_write_that_broke_off_is_replaced(project: Project, ann: Person, files: Path) -> None:
    first = taken(project, by=ann)
    (files / first.file).write_bytes(PDF[:10])

    second = taken(project, by=ann)

    assert Path(second.path_on_disk()).read_bytes() == PDF


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.txt", "Grüße".encode()),
        ("a.csv", b"a;b\n1;2\n"),
        ("a.json", b"{}"),
        ("a.png", PNG),
        ("a.jpg", b"\xff\xd8\xff\xe0rest"),
        ("a.tiff", b"II*\0rest"),
        ("a.docx", docx()),
        ("utf16.txt", "words".encode("utf-16")),
    ],
)
def test_what_is_what_it_says_is_taken(name: str, content: bytes, project: Project, ann: Person) -> None:
    assert taken(project, name, content, by=ann).size == len(content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "document-empty"),
        ("a.txt", b"", "document-empty"),
        ("a.pdf", b"hello, I am no PDF", "document-content"),
        ("a.pdf", b"%PDF-1.4\nbut nothing else", "document-content"),
        ("a.pdf", b"<html>" + PDF, "document-content"),
        ("a.pdf", docx(), "document-content"),
        ("a.png", PDF, "document-content"),
        ("a.jpg", PNG, "document-content"),
        ("a.docx", b"PK\x03\x04 cut off", "document-content"),
        ("a.csv", b"a\0b", "document-content"),
        ("a.exe", b"MZ", "document-type"),
        ("a.html", b"<script>", "document-type"),
        ("a.svg", b"<svg/>", "document-type"),
        ("pdf", PDF, "document-type"),
        ("", PDF, "document-type"),
        (".pdf", b"x", "document-type"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    name: str, content: bytes, code: str, project: Project, ann: Person, files: Path
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        upload(project, name=name, file=SimpleUploadedFile("x", content), by=ann)

    assert refused.value.code == code
    assert not DocumentFamily.objects.exists()
    assert not files.exists()


def test_a_document_that_is_too_large_is_refused(project: Project, ann: Person, settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 20

    with pytest.raises(DocumentRefused, match=r"a\.pdf is larger than 20") as refused:
        taken(project, by=ann)

    assert (refused.value.code, refused.value.status) == ("document-too-large", 413)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\files\invoice 1.pdf", "invoice 1.pdf"),
        ("a\nb\t.pdf", "a b .pdf"),
        ('qu"ote<>.pdf', "qu_ote__.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("Rechnung_Ä.pdf", "Rechnung_Ä.pdf"),
    ],
)
def test_names_become_harmless(typed: str, clean: str) -> None:
    assert clean_name(typed) == clean


def test_who_only_looks_uploads_nothing(project: Project, ben: Person, cy: Person) -> None:
    for person in (ben, cy):
        with pytest.raises(NotAllowed):
            taken(project, by=person)


def test_several_are_uploaded_from_the_page(project: Project, ann: Person) -> None:
    sent = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.txt", b"words")]

    answer = browser(ann).post("/documents/", {"documents": sent}, follow=True)

    assert "2 documents are in." in answer.text
    assert {document.name for document in answer.context["page"]} == {"a.pdf", "b.txt"}


def test_one_that_is_refused_keeps_no_other_out(project: Project, ann: Person) -> None:
    sent = [SimpleUploadedFile("a.pdf", b"no"), SimpleUploadedFile("b.txt", b"words")]

    answer = browser(ann).post("/documents/", {"documents": sent})

    assert answer.status_code == 400
    assert "its content is no complete PDF" in answer.text
    assert [document.name for document in answer.context["page"]] == ["b.txt"]


def test_nothing_chosen_is_told(project: Project, ann: Person) -> None:
    assert "No file was chosen" in browser(ann).post("/documents/").text


def test_a_pdf_is_shown_and_not_guessed_at(project: Project, ann: Person) -> None:
    document = taken(project, by=ann)

    answer = browser(ann).get(f"/documents/{document.pk}/file")

    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="a.pdf"'
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    again = browser(ann).get(
        f"/documents/{document.pk}/file", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "content", "kind", "disposition"),
    [
        ("a.xml", b"<a/>", "text/plain; charset=utf-8", "inline"),
        ("a.json", b"{}", "text/plain; charset=utf-8", "inline"),
        (
            "a.docx",
            docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "attachment",
        ),
    ],
)
def test_what_could_run_is_put_in_a_sandbox(
    name: str, content: bytes, kind: str, disposition: str, project: Project, ann: Person
) -> None:
    document = taken(project, name, content, by=ann)

    answer = browser(ann).get(f"/documents/{document.pk}/file")

    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].startswith(disposition)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_file_that_is_gone_is_a_404(project: Project, ann: Person) -> None:
    document = taken(project, by=ann)
    default_storage.delete(document.file)

    assert browser(ann).get(f"/documents/{document.pk}/file").status_code == 404


def test_to_a_stranger_no_document_exists(project: Project, ann: Person, ben: Person, cy: Person) -> None:
    document = taken(project, by=ann)
    path = f"/documents/{document.pk}/file"

    assert browser(ben).get(path).status_code == 200
    assert browser(cy).get(path).status_code == 404
    assert browser(ann).get(f"/documents/{uuid4()}/file").status_code == 404
    assert Client().get(path).status_code == 302


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    project: Project, ann: Person, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser(ann)
    taken(project, by=ann)
    client.get("/documents/")
    with CaptureQueriesContext(connection) as one:
        client.get("/documents/")
    for number in range(8):
        taken(project, f"{number}.txt", b"%d" % number, by=ann)

    with django_assert_num_queries(len(one)):
        client.get("/documents/")
    assert len(one) <= 12


def test_the_api_takes_lists_and_shows_documents(project: Project, ann: Person, cy: Person) -> None:
    sent = {"projectId": project.pk, "file": SimpleUploadedFile("a.pdf", PDF)}
    client = browser(ann)

    made = client.post("/api/documents", sent)

    assert made.status_code == 201
    key = made.json()["id"]
    assert client.get(f"/api/documents/{key}").json()["url"] == f"/documents/{key}/file"
    assert [row["id"] for row in client.get("/api/documents?search=a").json()["results"]] == [key]
    assert browser(cy).get(f"/api/documents/{key}").status_code == 404
    assert browser(cy).get("/api/documents").json()["results"] == []


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 400, "file-missing"),
        ({"file": SimpleUploadedFile("a.pdf", b"no")}, 400, "document-content"),
        ({"file": SimpleUploadedFile("a.txt", b"x"), "projectId": "999"}, 404, "not-found"),
        ({"file": SimpleUploadedFile("a.txt", b"x"), "store": "none"}, 404, "not-found"),
    ],
)
def test_a_wrong_upload_by_the_api_is_a_problem(
    sent: dict[str, Any], status: int, code: str, project: Project, ann: Person
) -> None:
    answer = browser(ann).post("/api/documents", sent)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_upload_with_a_key_is_done_once(project: Project, ann: Person) -> None:
    for _repeat in range(2):
        sent = {"file": SimpleUploadedFile("a.pdf", PDF)}
        answer = browser(ann).post("/api/documents", sent, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201

    assert DocumentFamily.objects.count() == 1
