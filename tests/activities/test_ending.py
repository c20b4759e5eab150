"""How runs with an output end: its value, what is evaluated anew, and failures that count (plan language 2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from activities import delivery, ending, services, worker
from activities.models import Outbox
from activities.steps import Completed
from tests import builders
from tests.activities.running import BREAKS, FAILS, SKIPS, World, acting, chain, fresh, log, statuses

pytestmark = pytest.mark.django_db
OF_S0 = {"output": {"$from": {"step": "s0"}, "path": "n"}}


def test_the_output_is_a_value_of_its_steps(world: World) -> None:
    world.answers["s0"] = Completed({"n": 5})

    activity = world.play(world.start(*chain(1), **OF_S0))

    assert (activity.status, activity.outcome, activity.output) == ("COMPLETED", "success", 5)


def test_an_output_that_needs_a_skipped_step_is_skipped(world: World) -> None:
    world.answers["s0"] = SKIPS

    activity = world.play(world.start(*chain(1), **OF_S0))

    assert (activity.status, activity.outcome, activity.output) == ("COMPLETED", "skipped", None)


def test_an_output_that_needs_a_step_not_taken_is_skipped(world: World) -> None:
    gate = acting("gate", actions=["go"])
    steps = [gate, builders.script("s0", "gate:go")]

    activity = world.play(world.start(*steps, **OF_S0))

    assert (activity.status, activity.outcome) == ("COMPLETED", "skipped")


def test_a_missing_path_of_the_output_fails_the_activity(world: World) -> None:
    world.answers["s0"] = Completed({"other": 5})

    activity = world.play(world.start(*chain(1), **OF_S0))

    assert (activity.status, activity.outcome, activity.error["class"]) == ("FAILED", "failed", "PathMissing")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"other": FAILS}, "COMPLETED"),  # the output does not need it
        ({"s0": FAILS}, "FAILED"),
        ({"s0": BREAKS}, "FAILED"),
        ({"must": FAILS}, "FAILED"),
        ({}, "COMPLETED"),
    ],
)
def test_a_failure_counts_if_the_output_or_a_must_needs_it(world: World, answers: Any, status: str) -> None:
    world.answers |= {"s0": Completed({"n": 1})} | answers
    steps = [builders.script("s0"), builders.script("other"), builders.script("must", mustExecute=True)]

    assert world.play(world.start(*steps, failurePolicy="output", **OF_S0)).status == status


def test_every_event_that_leaves_nothing_to_do_asks_for_the_value_again(world: World) -> None:
    world.answers["s0"] = [FAILS, Completed({"n": 2})]
    activity = world.play(world.start(*chain(1), **OF_S0))
    assert activity.status == "FAILED"

    services.retry(activity.pk, by=None)
    activity = world.play(activity)

    assert (activity.status, activity.output) == ("COMPLETED", 2)
    assert log(activity).count("OutputEvaluated") == 2


def test_a_value_from_before_a_rerun_is_thrown_away(world: World, monkeypatch: Any) -> None:
    """While the old value is on its way, the step is done again with another result."""
    numbers = iter([1, 2])
    world.answers["s0"] = lambda call: Completed({"n": next(numbers)})
    activity = world.start(*chain(1), **OF_S0)
    real = ending.judge

    def overtaken(*args: Any) -> Any:
        event = real(*args)
        monkeypatch.setattr(ending, "judge", real)
        services.rerun(activity.pk, "s0", by=None)
        worker.drive(activity.pk)
        return event

    monkeypatch.setattr(ending, "judge", overtaken)
    activity = world.play(activity)

    assert (activity.status, activity.output) == ("COMPLETED", 2)
    assert log(activity).count("OutputEvaluated") == 1


def test_a_delivery_that_is_doubled_ends_it_once(world: World) -> None:
    activity = world.play(world.start(*chain(1), failurePolicy="output"))
    Outbox.objects.update(delivered_at=None)

    delivery.deliver(activity.pk)

    assert log(activity).count("OutputEvaluated") == 1
    assert statuses(fresh(activity)) == {"s0": "COMPLETED"}
