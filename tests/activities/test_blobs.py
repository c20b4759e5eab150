"""Blobs: huge values of steps, whose authors see no difference, and what becomes of blobs that nobody uses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from activities import blobs
from activities.detail import step_detail
from activities.models import Activity, Blob, Step
from activities.steps import Completed, StepCall
from plans.models import Person, Project
from tests import builders
from tests.activities.running import FAILS, World, fan, row

pytestmark = pytest.mark.django_db
HUGE = {"text": "é" * 200_000, "n": 7}


def stored(activity: Activity, column: str, slug: str) -> str:
    """Return a column of a step's row as the database has it."""
    table = Step._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table} where slug = %s", [slug])
        return str(cursor.fetchone()[0])


def test_an_id_is_that_of_compact_json_in_the_order_of_its_keys() -> None:
    data = {"message": "Hello, blobs!", "number": 42, "nested": {"array": [1, 2, 3], "boolean": True}}

    assert blobs.compact({"b": 1, "a": "é"}) == '{"b":1,"a":"é"}'.encode()
    assert __import__("hashlib").sha256(blobs.compact(data)).hexdigest().startswith("868591347a854ba1")


def test_a_huge_result_is_kept_as_a_blob_and_read_as_itself(world: World, project: Project) -> None:
    world.answers["a"] = Completed(HUGE)
    second = builders.script(
        "b", body="steps.a", input={"all": {"$step": "a"}, "n": {"$step": "a", "path": "n"}}
    )

    done = world.play(world.start(builders.script("a"), second, output={"$step": "a", "path": "n"}))

    assert stored(done, "result", "a").startswith("blob:")
    assert stored(done, "input", "b").startswith("blob:")
    call = world.called("b")[0]
    assert call.input == {"all": HUGE, "n": 7}
    assert call.steps["a"].result == HUGE
    assert (done.status, done.output) == ("COMPLETED", 7)
    assert Blob.objects.count() == 2


def test_a_result_below_the_size_stays_in_its_row(world: World, project: Project) -> None:
    world.answers["a"] = Completed("x" * (blobs.LIMIT - 10))

    done = world.play(world.start(builders.script("a")))

    assert len(row(done, "a").result) == blobs.LIMIT - 10
    assert not Blob.objects.exists()


def test_what_an_author_writes_never_passes_for_a_blob(world: World, project: Project) -> None:
    digest = "a" * 64
    for forged in (f"blob:{digest}:9", {"$blob": digest, "size": 9}):
        world.answers["a"] = Completed(forged)

        done = world.play(world.start(builders.script("a")))

        assert row(done, "a").result == forged


def test_huge_results_of_documents_and_of_earlier_tries_are_kept_as_blobs(
    world: World, project: Project
) -> None:
    world.answers["read"] = [FAILS, Completed(HUGE)]
    world.answers["check"] = lambda call: Completed(len(call.document.results["read"]["text"]))  # type: ignore[union-attr]
    policy = {"maxAttempts": 2, "backoff": "immediate"}
    steps = [fan("read") | {"executionPolicy": policy}, fan("check", "read")]

    done = world.play(world.start(*steps, documents=["a.csv", "b.csv"]))

    assert done.status == "COMPLETED"
    check = done.steps.get(slug="check")
    assert [each.result for each in check.documents.all()] == [200_000, 200_000]
    assert Blob.objects.count() == 1


def test_a_detail_shows_size_and_place_of_a_huge_value(
    world: World, project: Project, api: Any, ann: Person, cy: Person
) -> None:
    world.answers["a"] = Completed(HUGE)
    done = world.play(world.start(builders.script("a")))

    shown = step_detail(done, "a")

    assert shown["result"] is None
    assert shown["resultBlob"]["size"] > blobs.LIMIT
    assert api(ann).get(shown["resultBlob"]["url"]).json() == HUGE
    assert api(cy).get(shown["resultBlob"]["url"]).status_code == 404
    assert (
        api(ann).get(shown["resultBlob"]["url"].replace(shown["resultBlob"]["id"], "0" * 64)).status_code
        == 404
    )


def test_blobs_do_not_cross_organizations(world: World, project: Project) -> None:
    activity = world.start(builders.script("a"))
    other = builders.project("theirs", organization_slug="other")

    digest = blobs.put(project.organization_id, b"1", used_by=activity.pk)

    assert blobs.get(project.organization_id, digest) == b"1"
    assert blobs.get(other.organization_id, digest) is None


def test_a_blob_goes_when_no_activity_uses_it_any_more(world: World, project: Project) -> None:
    activity, other = world.start(builders.script("a")), world.start(builders.script("a"))
    kept = blobs.put(project.organization_id, b"1", used_by=activity.pk)
    shared = blobs.put(project.organization_id, b"2", used_by=activity.pk)
    assert blobs.get(project.organization_id, shared, used_by=other.pk)
    Blob.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert blobs.sweep() == 0

    activity.delete()

    assert blobs.sweep() == 1
    assert blobs.get(project.organization_id, kept) is None
    assert blobs.get(project.organization_id, shared) == b"2"


def test_a_young_blob_stays_though_nobody_uses_it_yet(world: World, project: Project) -> None:
    activity = world.start(builders.script("a"))
    blobs.put(project.organization_id, b"1", used_by=activity.pk)
    activity.delete()

    assert blobs.sweep() == 0


def test_put_twice_is_kept_once(world: World, project: Project) -> None:
    activity = world.start(builders.script("a"))

    ids = {blobs.put(project.organization_id, b"1", used_by=activity.pk) for _ in range(2)}

    assert (len(ids), Blob.objects.count()) == (1, 1)


def test_a_script_reads_a_huge_result_whole(world: World, project: Project) -> None:
    seen: list[int] = []

    def after(call: StepCall) -> Completed:
        seen.append(len(call.steps["a"].result["text"]))
        return Completed({})

    world.answers |= {"a": Completed(HUGE), "b": after}

    world.play(
        world.start(builders.script("a"), builders.script("b", "a", body="return steps.a.text.length"))
    )

    assert seen == [200_000]
