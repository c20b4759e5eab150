"""The documents beside a task, where an activity has very many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import ActivityDocument
from tasks.shelf import MOST, shelf
from tests.activities.running import document
from tests.tasks import running

pytestmark = pytest.mark.django_db


def files(count: int) -> list:
    return [document(f"{number:03}.csv") for number in range(1, count + 1)]


def reached(activity, wanted: str = ""):
    found = shelf(activity.pk, wanted)
    names = [each.name for each in found.documents]
    return names[:1] + names[-1:], found.chosen and found.chosen.name, (found.first, found.last, found.total)


@pytest.fixture
def filed(ann):
    running.template()
    papers = files(2 * MOST + 3)
    return running.start(running.review_step(), by=ann, documents=papers), papers


def test_the_first_page_shows_the_first_document(filed):
    activity, _papers = filed

    assert reached(activity) == (["001.csv", "020.csv"], "001.csv", (1, 20, 43))
    assert reached(activity, "nonsense") == reached(activity)


def test_the_page_is_the_one_with_the_wanted_document(filed):
    activity, papers = filed

    assert reached(activity, str(papers[24].pk)) == (["021.csv", "040.csv"], "025.csv", (21, 40, 43))
    assert reached(activity, str(papers[-1].pk)) == (["041.csv", "043.csv"], "043.csv", (41, 43, 43))


def test_it_leads_to_the_pages_beside_it(filed):
    activity, papers = filed
    first, second = shelf(activity.pk, ""), shelf(activity.pk, str(papers[30].pk))
    last = shelf(activity.pk, str(papers[-1].pk))

    assert (first.before, first.after) == (None, papers[20])
    assert (second.before, second.after) == (papers[0], papers[40])
    assert (last.before, last.after) == (papers[20], None)


def test_without_documents_there_is_nothing(ann):
    running.template()
    activity = running.start(running.review_step(), by=ann)

    assert reached(activity) == ([], None, (0, 0, 0))


def test_the_page_of_a_task_reads_a_page_of_documents_with_as_many_queries_as_for_one(client, ann, rita):
    running.template()
    task = running.open_task(running.start(running.review_step(), by=ann, documents=files(1)))
    client.force_login(rita)
    client.get(f"/tasks/{task.pk}/")
    only = task.activity.activity_documents.get().document_id
    with CaptureQueriesContext(connection) as alone:
        client.get(f"/tasks/{task.pk}/?document={only}")
    more = [document(f"more-{number}.csv") for number in range(3 * MOST)]
    rows = (
        ActivityDocument(activity=task.activity, document=each, position=place)
        for place, each in enumerate(more, 1)
    )
    ActivityDocument.objects.bulk_create(rows)

    with CaptureQueriesContext(connection) as taken:
        page = client.get(f"/tasks/{task.pk}/?document={more[30].pk}").content.decode()

    limits = [
        query["sql"].rpartition("LIMIT")[2]
        for query in taken.captured_queries
        if "activitydocument" in query["sql"]
    ]
    assert len(taken) == len(alone)
    assert page.count("hx-get") - page.count('rel="prev"') - page.count('rel="next"') == MOST
    assert "Documents 21 to 40 of 61" in page
    assert any(limit.strip().startswith(str(2 * MOST + 1)) for limit in limits)
