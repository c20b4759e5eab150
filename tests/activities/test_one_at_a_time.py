"""A plan that runs once at a time: an ended activity is not done again beside one that is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from activities import services
from activities.errors import CommandRefused
from activities.models import Activity
from tests import builders
from tests.activities.running import FAILS, WAITS, fresh

pytestmark = pytest.mark.django_db
ONCE: dict[str, Any] = {"metadata": {"serializePerProject": True}}
AGAIN: dict[str, Callable[[Activity], object]] = {
    "retry": lambda activity: services.retry(activity.pk, by=None),
    "retry a step": lambda activity: services.retry_step(activity.pk, "first", by=None),
    "rerun": lambda activity: services.rerun(activity.pk, "first", by=None),
    "skip": lambda activity: services.skip_step(activity.pk, "first", by=None, reason="known"),
}


def failed(world: Any, project: Any, **plan: Any) -> tuple[Any, Activity]:
    """Give a plan and an activity of it that failed."""
    made = builders.plan(project, **plan)
    world.answers["first"] = FAILS
    activity = world.play(services.start(made, project=project, by=None, inputs={}))
    assert activity.status == "FAILED"
    world.answers["first"] = WAITS
    return made, activity


@pytest.mark.parametrize("name", AGAIN)
def test_what_ended_is_not_done_again_beside_another_run(world: Any, name: str) -> None:
    project = builders.project()
    plan, activity = failed(world, project, **ONCE)
    running = world.play(services.start(plan, project=project, by=None, inputs={}))

    with pytest.raises(CommandRefused) as caught:
        AGAIN[name](activity)

    assert (caught.value.code, caught.value.extra["running"]) == ("runs-once", str(running.pk))
    assert running.title in caught.value.message
    assert fresh(activity).status == "FAILED"


@pytest.mark.parametrize("name", AGAIN)
def test_alone_it_is_done_again(world: Any, name: str) -> None:
    project = builders.project()
    _plan, activity = failed(world, project, **ONCE)

    AGAIN[name](activity)

    assert fresh(activity).status != "FAILED"


def test_a_plan_that_may_run_beside_itself_is_done_again_beside_another(world: Any) -> None:
    project = builders.project()
    plan, activity = failed(world, project)
    world.play(services.start(plan, project=project, by=None, inputs={}))

    services.retry(activity.pk, by=None)

    assert fresh(activity).status == "RUNNING"


def test_what_is_under_way_itself_may_be_done_again(world: Any) -> None:
    project = builders.project()
    plan = builders.plan(project, **ONCE)
    world.answers["first"] = WAITS
    activity = world.play(services.start(plan, project=project, by=None, inputs={}))
    services.cancel(activity.pk, by=None)

    services.rerun(activity.pk, "first", by=None)

    assert fresh(activity).status == "RUNNING"
