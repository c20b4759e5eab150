"""Limits of pages in the document groups of a plan: counted once, told at the start."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfWriter

from activities import pages, sandbox, services
from activities.models import Activity, DocumentFamily
from plans.errors import Invalid
from plans.language.schema import DocumentFamilyGroup
from tests import builders
from tests.activities.running import document

pytestmark = pytest.mark.django_db
BROKEN = b"%PDF-1.4 obj and nothing else %%EOF"


def paper(name: str, count: int = 1, *, password: str = "", content: bytes = b"") -> DocumentFamily:
    """Put a PDF of empty pages into the project."""
    writer, file = PdfWriter(), BytesIO()
    for _ in range(count):
        writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(file)
    family = document(name, content or file.getvalue())
    family.mime = "application/pdf"
    family.save()
    return family


def again(family: DocumentFamily) -> DocumentFamily:
    """Read it as the database has it."""
    return DocumentFamily.objects.get(pk=family.pk)


def start(groups: list[dict[str, Any]], *documents: DocumentFamily) -> Activity:
    plan = builders.plan(builders.project(), documentFamilyGroups=groups)
    return services.start(plan, project=builders.project(), by=None, inputs={}, documents=documents)


def test_a_document_within_the_limit_is_taken_and_counted_once(
    world: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = paper("bill.pdf", 2)
    groups = [{"name": "Bills", "maxPages": 2}]
    start(groups, bill)

    monkeypatch.setattr(sandbox, "run_module", None)
    activity = start(groups, again(bill))

    assert again(bill).pages == 2
    assert activity.activity_documents.count() == 1


@pytest.mark.parametrize("limit", [{"maxPages": 2}, {"maxPages": 9, "hardMaxPages": 2}])
def test_a_longer_one_is_refused_with_its_name_and_pages(world: Any, project: Any, limit: Any) -> None:
    with pytest.raises(Invalid) as caught:
        start([{"name": "Bills", **limit}], paper("short.pdf"), paper("long.pdf", 3))

    assert caught.value.code == "too-many-pages"
    assert 'documents in "Bills" may have 2 pages; longer: long.pdf (3)' in caught.value.message
    assert not Activity.objects.exists()


@pytest.mark.parametrize("more", [{"password": "x"}, {"content": BROKEN}])
def test_one_whose_pages_nobody_can_count_is_refused_with_what_to_do(
    world: Any, project: Any, more: Any
) -> None:
    with pytest.raises(Invalid) as caught:
        start([{"name": "Bills", "maxPages": 2}], paper("odd.pdf", **more))

    assert caught.value.code == "pages-not-counted"
    assert "those of odd.pdf can't be counted: take off the password" in caught.value.message
    assert DocumentFamily.objects.get().pages == pages.UNREADABLE


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [{"name": "Bills"}],
        [{"name": "Bills", "maxPages": 1, "hardMaxPages": False}],
        [{"name": "Bills", "maxPages": 1}, {"name": "Notes"}],
        [{"name": "Bills", "maxPages": 1}, {"name": "Books", "maxPages": 3}],
    ],
)
def test_where_some_group_takes_it_a_long_one_starts(world: Any, project: Any, groups: Any) -> None:
    assert start(groups, paper("long.pdf", 3)).activity_documents.count() == 1


def test_other_documents_have_no_pages(world: Any, project: Any) -> None:
    assert start([{"name": "Bills", "maxPages": 1}], document("rows.csv")).activity_documents.count() == 1


def test_a_document_that_takes_too_long_is_counted_another_time(
    world: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = paper("bill.pdf")
    monkeypatch.setattr(pages, "SECONDS_EACH", 0.0)
    with pytest.raises(Invalid):
        start([{"name": "Bills", "maxPages": 1}], bill)
    monkeypatch.undo()

    start([{"name": "Bills", "maxPages": 1}], again(bill))

    assert again(bill).pages == 1


@pytest.mark.parametrize(
    ("keys", "most"),
    [({}, None), ({"maxPages": 3}, 3), ({"maxPages": 3, "hardMaxPages": True}, 3), ({"hardMaxPages": 4}, 4),
     ({"maxPages": 3, "hardMaxPages": 4}, 4), ({"maxPages": 3, "hardMaxPages": False}, None)],
)  # fmt: skip
def test_the_hard_limit_is_the_one_that_counts(keys: dict[str, Any], most: int | None) -> None:
    assert pages.limit_of(DocumentFamilyGroup(name="g", **keys)) == most
