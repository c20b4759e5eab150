"""The sweep helps those who need it, and only those, whatever befalls it on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from activities.models import Activity
    from tests.activities.running import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    """Handlers that answer as they are told."""
    from activities.compiled import compiled
    from tests.activities.running import World

    compiled.cache_clear()  # a test that is rolled back gives its ids to the next
    with World().at_work() as world:
        yield world


def claimed(world: World) -> Activity:
    """Return an activity whose only step is some worker's, by an old lease."""
    from activities import runtime
    from activities.engine import events as facts
    from tests import builders

    activity = world.start(builders.script("only"))
    runtime.record(activity.pk, facts.StepStarted(at=runtime.now(), step="only", attempt=1, run=1))
    activity.steps.update(lease_until=timezone.now() - timedelta(seconds=1))
    return activity


def test_a_worker_that_gave_a_sign_of_life_meanwhile_keeps_its_step(world: World) -> None:
    from activities import sweep

    activity = claimed(world)
    seen_dead = activity.steps.get()
    activity.steps.update(lease_until=timezone.now() + timedelta(seconds=30))

    sweep._lost_step(seen_dead)

    assert activity.steps.get().status == "RUNNING"


def test_an_activity_that_cannot_be_helped_is_not_in_the_way_of_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from activities import runtime, sweep

    broken, sound = claimed(world), claimed(world)
    record = runtime.record

    def breaks(activity_id: Any, *events: Any, **keys: Any) -> Any:
        assert activity_id != broken.pk, "nobody can help this one"
        return record(activity_id, *events, **keys)

    monkeypatch.setattr("activities.runtime.record", breaks)

    sweep.sweep()

    assert (broken.steps.get().status, sound.steps.get().status) == ("RUNNING", "PENDING")


def test_an_output_whose_evaluation_died_is_taken_up_within_a_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from activities import delivery, sweep
    from activities.models import Outbox
    from tests import builders

    def dies(_row: Outbox) -> None:
        raise SystemExit

    activity = world.start(builders.script("only"), output={"done": True})
    world.commit()
    with monkeypatch.context() as patch:
        patch.setitem(delivery.DELIVERIES, "evaluate-output", dies)
        with pytest.raises(SystemExit):
            world.play(activity)
    taken = Outbox.objects.get(activity=activity)

    assert taken.delivered_at is None
    assert taken.due_at <= timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    Outbox.objects.update(due_at=timezone.now() - timedelta(seconds=2))
    sweep.sweep()
    activity.refresh_from_db()
    assert (activity.status, activity.output) == ("COMPLETED", {"done": True})
