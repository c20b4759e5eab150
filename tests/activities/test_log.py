"""The log of runs that were made by the runtime and its workers: folding it rebuilds the state, byte for byte."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from activities import services, sweep
from activities.engine.state import ENDED, Phase, pack
from activities.errors import CommandRefused
from activities.models import Activity, Step
from activities.steps import Completed, StepCall, Waiting
from tests.activities.histories.history import replay_rows
from tests.activities.running import (
    BREAKS,
    FAILS,
    SKIPS,
    WAITS,
    World,
    acting,
    complete,
    defers,
    fan,
    fresh,
    row,
)

pytestmark = pytest.mark.django_db
SLUGS = "abcdefgh"
Chance = random.Random


def rebuilt(activity: Activity) -> bytes:
    """Fold the log from the beginning, and pack what comes out."""
    from activities.compiled import compiled

    graph = compiled(activity.version_id, activity.pinned_id).graph
    return pack(replay_rows(graph, activity.events.order_by("seq")))


def random_steps(chance: Chance) -> list[dict[str, Any]]:
    """Return a random plan: tries, defaults, conditions, references, fan-outs, actions."""
    steps: list[dict[str, Any]] = []
    acts: list[str] = []
    for slug in SLUGS[: chance.randint(2, 8)]:
        before = chance.sample(
            [step["slug"] for step in steps], k=min(len(steps), chance.choice([0, 1, 1, 2]))
        )
        if chance.random() < 0.2:
            step = fan(
                slug, *before, joinPolicy=chance.choice(["ALL_SETTLED", "ALL_COMPLETED", "ANY_COMPLETED"])
            )
        else:
            deps = [f"{b}:yes" if b in acts and chance.random() < 0.5 else b for b in before]
            step = acting(slug, *deps, actions=["yes", "no"])
            acts.append(slug)
        if chance.random() < 0.3:
            policy = {"maxAttempts": 2, "backoff": chance.choice(["immediate", "linear"])}
            step |= {"executionPolicy": policy}
        if chance.random() < 0.2:
            step |= {
                "onError": chance.choice([{"action": "skip"}, {"action": "continue", "defaultOutput": 1}])
            }
        if before and chance.random() < 0.3:
            step |= {"input": {"$from": {"step": before[0]}, "$on_skip": "use_default", "$default": None}}
        if chance.random() < 0.1:
            step |= {"bypass": True}
        steps.append(step)
    return steps


def random_world(world: World, chance: Chance) -> None:
    """Let steps end in every way, some only at the second try."""
    ends = [
        Completed({"n": 1}),
        Completed(None, "yes"),
        Completed({}, "no"),
        FAILS,
        BREAKS,
        SKIPS,
        WAITS,
        defers,
    ]
    for slug in SLUGS:
        world.answers[slug] = [chance.choice(ends), chance.choice(ends), Completed("at last", "yes")]
        if chance.random() < 0.4:
            world.touching.add(slug)


def interfere(activity: Activity, chance: Chance) -> None:
    """Do something that a person, a timer or a dead worker may do; what makes no sense is refused."""
    slug = chance.choice(list(activity.steps.values_list("slug", flat=True)))
    deeds: list[Callable[[], object]] = [
        lambda: services.pause(activity.pk, by=None),
        lambda: services.resume(activity.pk, by=None),
        lambda: services.resume(activity.pk, by=None),
        lambda: services.cancel(activity.pk, by=None, reason="enough"),
        lambda: services.retry(activity.pk, by=None),
        lambda: services.retry_step(activity.pk, slug, by=None),
        lambda: services.rerun(activity.pk, slug, by=None),
        lambda: services.skip_step(activity.pk, slug, by=None, reason="not needed"),
        lambda: complete(activity, slug, chance.choice(["yes", "no", None]), result={}),
        lambda: complete(activity, slug, "yes", result={}),
    ]
    with contextlib.suppress(CommandRefused):
        chance.choice(deeds)()


@pytest.mark.parametrize("seed", range(20))
def test_folding_the_log_rebuilds_the_state(world: World, seed: int) -> None:
    chance = random.Random(seed)
    random_world(world, chance)
    extra = {"output": {"$from": {"step": "a"}}, "failurePolicy": "output"} if chance.random() < 0.3 else {}

    activity = world.start(*random_steps(chance), documents=["x.csv", "y.csv"], **extra)
    for _ in range(8):
        activity = world.play(activity)
        interfere(activity, chance)
        assert rebuilt(fresh(activity)) == bytes(fresh(activity).state)
    activity = world.play(activity)

    assert rebuilt(activity) == bytes(activity.state)
    agree(activity)


def agree(activity: Activity) -> None:
    """The rows of the steps say what the state says."""
    from activities.compiled import compiled
    from activities.engine.readiness import action_of
    from activities.engine.state import PUBLIC_STATUS, unpack

    state, graph = unpack(activity.state), compiled(activity.version_id, activity.pinned_id).graph
    for step in activity.steps.all():
        extra = state.extra(step.position)
        assert (step.phase, step.status) == (
            state.phases[step.position],
            PUBLIC_STATUS[state.phase(step.position)],
        )
        assert (step.attempt, step.run) == (extra.attempt, extra.run)
        assert step.action == action_of(graph, state, step.position)
        assert (step.lease_until is not None) == (step.phase == Phase.RUNNING)
        waits = step.phase == Phase.WAITING or (step.phase == Phase.BACKOFF and step.waiting_on == "SLOT")
        assert bool(step.waiting_on) == waits
        assert (step.queued_at is not None) == (step.phase in (Phase.GUARDING, Phase.QUEUED))
        assert (step.finished_at is not None) <= (step.phase >= Phase.COMPLETED or step.attempt > 0)
    assert activity.status == str(state.status)
    assert (activity.finished_at is not None) == (state.status in ENDED)


def test_a_lost_worker_is_in_the_log(world: World) -> None:
    """The claim of the dead worker, its loss, and what the next one made of it."""
    from datetime import timedelta

    from django.utils import timezone

    def dies(call: StepCall) -> Waiting:
        Step.objects.filter(activity_id=call.activity_id).update(
            lease_until=timezone.now() - timedelta(hours=1)
        )
        sweep.sweep()
        return WAITS

    world.touching = {"a"}
    world.answers["a"] = [dies, Completed("by another")]

    activity = world.play(world.start(acting("a", actions=[])))

    kinds = list(activity.events.order_by("seq").values_list("type", flat=True))
    assert kinds == ["ActivityStarted", "StepStarted", "StepLost", "StepStarted", "StepCompleted"]
    assert (row(activity, "a").result, rebuilt(activity)) == ("by another", bytes(activity.state))
