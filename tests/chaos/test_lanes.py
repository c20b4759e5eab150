"""What a lane of a fan-out has claimed and does not begin goes back in line."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.activities.running import World

pytestmark = pytest.mark.django_db
FILES = ["a.csv", "b.csv", "c.csv"]


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> Iterator[World]:
    """Handlers that answer as they are told."""
    from activities.compiled import compiled
    from tests.activities.running import World

    compiled.cache_clear()  # a test that is rolled back gives its ids to the next
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = settings.STORAGES | {"default": folder}
    with World().at_work() as world:
        yield world


def test_documents_that_turn_out_slow_are_left_to_other_lanes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = claimed(world)
    monkeypatch.setattr("activities.fanout.BATCH_SECONDS", -1)

    lane.work()
    lane.next_batch(last=True)

    assert tries(lane) == {"a.csv": ("COMPLETED", 1), "b.csv": ("PENDING", 0), "c.csv": ("PENDING", 0)}
    world.play(lane.activity)
    assert tries(lane) == dict.fromkeys(FILES, ("COMPLETED", 1))


def test_a_lane_that_is_asked_to_end_announces_what_it_leaves(world: World) -> None:
    lane, stopping = claimed(world), Event()
    world.lose_hints()
    stopping.set()

    lane.work(stopping=stopping)
    lane.next_batch(last=True)

    assert tries(lane) == dict.fromkeys(FILES, ("PENDING", 0))
    assert world.hints == [("documents", 0)]


def test_a_document_that_was_taken_from_a_lane_is_not_put_back(world: World) -> None:
    from activities.models import StepDocument

    lane, stopping = claimed(world), Event()
    stopping.set()

    lane.work(stopping=stopping)
    StepDocument.objects.filter(document__name="b.csv").update(attempt=2)
    lane.next_batch(last=True)

    assert tries(lane)["b.csv"] == ("RUNNING", 2)


def claimed(world: World) -> Any:
    """Return a lane that holds all documents of a step."""
    from activities.compiled import compiled
    from activities.fanout import Lane
    from tests.activities.running import fan

    activity = world.start(fan("read"), documents=FILES)
    world.commit()
    world.line.next()  # opens the documents
    lane = Lane(activity, compiled(activity.version_id, activity.pinned_id), 0)
    lane.size = len(FILES)
    assert lane.next_batch(last=False)
    return lane


def tries(lane: Any) -> dict[str, tuple[str, int]]:
    """Return status and attempt of each document."""
    from activities.models import StepDocument

    rows = StepDocument.objects.filter(step__activity=lane.activity)
    return {
        name: (status, attempt)
        for name, status, attempt in rows.values_list("document__name", "status", "attempt")
    }
