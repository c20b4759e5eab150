"""A fan-out costs a document the same, however many there are, and nothing that is looked at grows with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities import admission, detail, fanout
from activities.documents import default_store
from activities.models import Activity, DocumentFamily
from activities.steps import Completed, StepCall
from tests import builders
from tests.activities.running import FAILS, World, fan

pytestmark = pytest.mark.django_db
OF_DOCUMENTS = ("activities_stepdocument", "activities_activitydocument", "activities_documentfamily")


@pytest.fixture(autouse=True)
def _all_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "BATCH_SECONDS", 60.0)  # a busy machine must not make documents slow


def families(count: int) -> list[DocumentFamily]:
    """Put so many documents into the project."""
    project = builders.project()
    known = {"organization": project.organization, "project": project, "store": default_store(project)}
    return DocumentFamily.objects.bulk_create(
        DocumentFamily(name=f"{number:05}.csv", mime="text/csv", size=1, digest="a", file="a.csv", **known)
        for number in range(count)
    )


def started(world: World, count: int, **config: Any) -> Activity:
    """Start three steps in a row on so many documents."""
    steps = [fan("first", **config), fan("second", "first", **config), fan("third", "second", **config)]
    plan = builders.plan(builders.project(), *steps, slug=f"fan-{count}")
    return world.start_plan_on(plan, families(count))


def statements(work: Callable[[], object]) -> list[str]:
    """Return what went to the database."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_statements_are_for_batches_of_documents(world: World) -> None:
    few, many = (
        len(statements(lambda count=count: world.play(started(world, count)))) / count
        for count in (400, 1600)
    )

    assert few < 2  # for three steps; the first batches of a lane are small
    assert many < 0.7 * few


def test_failures_and_repeats_are_written_together_too(world: World) -> None:
    def fails_once(call: StepCall) -> Any:
        return FAILS if call.attempt == 1 else Completed({})

    world.answers = {"read": fails_once}
    step = fan("read") | {"executionPolicy": {"maxAttempts": 2, "backoffBaseSeconds": 5}}
    activity = world.start_plan_on(builders.plan(builders.project(), step), families(300))

    seen = statements(lambda: world.play(activity))

    written = [sql for sql in seen if sql.startswith(("INSERT", "UPDATE"))]
    assert len(written) < 100
    assert Activity.objects.get().status == "COMPLETED"


def test_neither_events_nor_the_locked_state_grow_with_documents(world: World) -> None:
    largest: dict[int, tuple[int, int]] = {}
    for count in (20, 2000):
        activity = world.play(started(world, count))
        events = [len(str(event.data)) + len(str(event.changes)) for event in activity.events.all()]
        largest[count] = (max(events), len(activity.state))

    (small, small_state), (large, large_state) = largest[20], largest[2000]
    assert large < small + 60  # the digits of the counts
    assert large_state < small_state + 60


def test_documents_are_opened_a_page_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PAGE", 7)
    world.answers["first"] = lambda call: FAILS if call.document.name == "00009.csv" else Completed({})

    activity = world.play(started(world, 30))

    counts = {row.slug: (row.documents_completed, row.documents_not_taken) for row in activity.steps.all()}
    assert counts == {"first": (29, 0), "second": (29, 1), "third": (29, 1)}


def test_what_is_looked_at_reads_no_more_documents_than_it_shows(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detail, "DOCUMENTS_SHOWN", 10)
    activity = world.play(started(world, 40))
    client.force_login(builders.ann())
    base = f"/api/activities/{activity.pk}"
    shown = client.get(f"{base}/steps/second").json()

    pages = ["/snapshot", "/events", "/steps", "/steps/second"]
    looks = [*(base + page for page in pages), f"/activities/{activity.pk}/", "/activities/", "/documents/"]
    for look in looks:
        seen = statements(lambda look=look: client.get(look))
        of_documents = [sql for sql in seen if any(table in sql for table in OF_DOCUMENTS)]
        assert not [sql for sql in of_documents if "LIMIT" not in sql and "COUNT(" not in sql], look
    assert len(shown["documents"]) == len(shown["result"]["documents"]) == 10
