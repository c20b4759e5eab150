"""The live view: an old snapshot with later events folded into it is a fresh snapshot."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from django.utils import timezone

from activities import live, messages, runtime, services, sweep
from activities.engine import events as facts
from activities.models import Activity, Event, Step
from activities.steps import Completed, StepCall
from tests import builders
from tests.activities.running import FAILS, WAITS, World, chain, complete, fan, fresh
from tests.activities.test_log import interfere, random_steps, random_world

pytestmark = pytest.mark.django_db
View = dict[str, Any]


def view_of(activity: Activity) -> View:
    """Return a fresh snapshot as a browser holds it, the steps by slug."""
    sent = messages.wire(live.snapshot(activity.pk))
    return {
        "seq": sent["seq"],
        "activity": sent["activity"],
        "steps": {step["slug"]: step for step in sent["steps"]},
    }


def apply(view: View, event: dict[str, Any]) -> View:
    """Fold an event into a view, as the browser does."""
    if event["seq"] <= view["seq"]:
        return view
    assert event["seq"] == view["seq"] + 1, "a gap"
    steps = dict(view["steps"])
    for change in event["steps"]:
        steps[change["slug"]] = steps[change["slug"]] | change
    return {"seq": event["seq"], "activity": view["activity"] | (event["activity"] or {}), "steps": steps}


def folded(view: View, activity: Activity) -> View:
    """Fold everything that has happened since."""
    for event in live.events_after(activity.pk, view["seq"]):
        view = apply(view, messages.wire(event))
    return view


@pytest.fixture
def one_by_one(monkeypatch: Any) -> Callable[[Activity], None]:
    """Commit every event by itself, and after each compare the folded view with a fresh one."""
    real = runtime.record
    views: dict[Any, View] = {}

    def record(activity_id: Any, *events: facts.Event, opening: Any = None, **keys: Any) -> runtime.Recorded:
        counted: list[bool] = []
        for number, event in enumerate(events):
            opens = {0: opening[number]} if opening and number in opening else None
            recorded = real(activity_id, event, opening=opens, **keys)
            counted += recorded.counted
            if activity_id in views:
                compare(Activity.objects.get(pk=activity_id))
            if keys.get("chained") and not recorded.all_counted:
                break
        recorded.counted = counted + [False] * (len(events) - len(counted))
        recorded.ready = [p for p, phase in enumerate(recorded.state.phases) if phase in (1, 2)]
        return recorded

    def compare(activity: Activity) -> None:
        views[activity.pk] = folded(views[activity.pk], activity)
        assert views[activity.pk] == view_of(activity)

    def watch(activity: Activity) -> None:
        views[activity.pk] = view_of(activity)
        compare(activity)

    monkeypatch.setattr(runtime, "record", record)
    return watch


@pytest.mark.parametrize("seed", range(12))
def test_after_every_event_the_folded_view_is_a_fresh_one(world: World, one_by_one: Any, seed: int) -> None:
    chance = random.Random(seed)
    random_world(world, chance)
    activity = world.start(*random_steps(chance), documents=["x.csv", "y.csv"])
    one_by_one(activity)

    for _ in range(6):
        world.play(activity)
        interfere(activity, chance)
    world.play(activity)

    assert len(live.events_after(activity.pk, 0)) == fresh(activity).seq


def test_the_view_follows_blocked_steps_documents_and_timers(world: World, one_by_one: Any) -> None:
    world.answers |= {"read": [FAILS, Completed({})], "b": [FAILS, FAILS, WAITS]}
    policy = {"executionPolicy": {"maxAttempts": 2}}
    activity = world.start(
        fan("read", joinPolicy="ALL_COMPLETED"),
        builders.script("after", "read"),
        builders.script("b", **policy),
        builders.script("c", "b"),
        documents=["x.csv", "y.csv"],
    )
    one_by_one(activity)

    world.play(activity)
    services.retry(activity.pk, by=None)
    world.play(activity)
    assert complete(activity, "b")
    world.play(activity)

    assert fresh(activity).status == "COMPLETED"


def test_the_view_follows_lost_workers(world: World, one_by_one: Any) -> None:
    def dies(call: StepCall) -> Any:
        Step.objects.filter(activity_id=call.activity_id).update(
            lease_until=timezone.now() - timedelta(hours=1)
        )
        sweep.sweep()
        return WAITS

    world.touching = {"s0"}
    world.answers["s0"] = dies
    activity = world.start(*chain(2))
    one_by_one(activity)

    world.play(activity)

    assert fresh(activity).status == "FAILED"
    assert view_of(activity)["steps"]["s0"]["error"]["message"] == "worker died 3 times"


def test_a_blocked_step_says_so_until_somebody_retries(world: World) -> None:
    world.answers["s0"] = [FAILS, WAITS]
    activity = world.play(world.start(*chain(3)))

    blocked = [slug for slug, step in view_of(activity)["steps"].items() if step["blocked"]]
    services.retry(activity.pk, by=None)

    assert blocked == ["s1", "s2"]
    assert not any(step["blocked"] for step in view_of(activity)["steps"].values())
    assert live.events_after(activity.pk, fresh(activity).seq - 1)[0].steps[1:] == [
        {"slug": "s1", "blocked": False},
        {"slug": "s2", "blocked": False},
    ]


def test_an_event_that_changes_one_step_carries_one_step(world: World) -> None:
    activity = world.play(world.start(*chain(30)))

    assert max(len(event.steps) for event in live.events_after(activity.pk, 1)) == 2  # one ends, one is ready


def test_events_come_in_order_after_a_number_and_no_more_than_asked_for(world: World) -> None:
    activity = world.play(world.start(*chain(4)))

    assert [event.seq for event in live.events_after(activity.pk, 3, limit=4)] == [4, 5, 6, 7]
    assert live.events_after(activity.pk, activity.seq) == []


def test_an_event_names_the_person_behind_it(world: World, ann: Any) -> None:
    activity = world.start(*chain(1))

    services.cancel(activity.pk, by=ann, reason="wrong file")

    [event] = live.events_after(activity.pk, activity.seq)
    assert event.actor == messages.Actor(id=ann.pk, name=ann.name)
    assert event.text == "Activity cancelled: wrong file"


def test_every_event_can_be_said(world: World) -> None:
    """No type without a sentence, and no sentence with a hole."""
    activity = world.start(*chain(1))
    data = {
        "verdict": "run",
        "on": "TASK",
        "total": 3,
        "completed": 2,
        "kind": "wake",
        "reason": "",
        "attempt": 1,
    }

    for kind in get_args(facts.Event):
        row = Event(activity=activity, type=kind.__name__, step="s0", data=data, changes={})
        said = live.sentence(row)
        assert said != kind.__name__ or said == "Replanned"
        assert "%" not in said


def test_a_snapshot_of_two_thousand_steps_takes_few_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    activity = world.start(*chain(2000))

    with django_assert_max_num_queries(2):
        view = live.snapshot(activity.pk)

    assert len(view.steps) == 2000


def test_a_hint_never_raises(world: World, monkeypatch: Any) -> None:
    class Broken:
        async def group_send(self, group: str, message: Any) -> None:
            raise OSError("redis is out")

    monkeypatch.setattr(live, "get_channel_layer", Broken)

    live.hint(world.start(*chain(1)).pk, 1)
