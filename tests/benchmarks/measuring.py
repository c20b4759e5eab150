"""What is measured in a process that has Django: steps a second, one transition, the way to a websocket."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from activities import runtime, services
from activities.engine import events as facts
from activities.models import Activity
from plans.models import Plan, Project
from tests import builders
from tests.benchmarks import plans
from tests.benchmarks.plans import CHAIN, MANY, SHORT, WIDTH

ROUNDS = {"chain": 5, "fan": 5, "many": 2}
STEPS = {"chain": CHAIN, "fan": WIDTH + 2, "many": MANY * SHORT}
PATIENCE_SECONDS = 60.0
TRANSITIONS = 60
WATCHERS, WATCHED_EVENTS = 50, 40
OPEN = ("PENDING", "RUNNING")


def throughput(kind: str, make: plans.Make) -> dict[str, float]:
    """Return steps a second of the three shapes, of steps of the kind, the median of some rounds."""
    project = builders.project()
    of_shape = {
        "chain": saved(project, f"chain-{kind}", plans.chain(make, CHAIN)),
        "fan": saved(project, f"fan-{kind}", plans.fan(make)),
        "many": saved(project, f"many-{kind}", plans.chain(make, SHORT)),
    }
    return {
        shape: median_rate(shape, lambda shape=shape, plan=plan: seconds_of(project, plan, shape))
        for shape, plan in of_shape.items()
    }


def median_rate(shape: str, measure: Callable[[], float]) -> float:
    """Return the steps a second in the median round; the first is not counted."""
    measure()
    return STEPS[shape] / statistics.median(measure() for _ in range(ROUNDS[shape]))


def seconds_of(project: Project, plan: Plan, shape: str) -> float:
    """Return the seconds from the first start to the last end."""
    began = time.perf_counter()
    count = MANY if shape == "many" else 1
    started = [services.start(plan, project=project, by=None, inputs={}).pk for _ in range(count)]
    wait_for_end(started)
    return time.perf_counter() - began


def wait_for_end(activities: Sequence[UUID], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until all of them have completed; raise AssertionError for one that did not."""
    deadline = time.monotonic() + seconds
    left = Activity.objects.filter(pk__in=activities)
    while left.filter(status__in=OPEN).exists():
        assert time.monotonic() < deadline, "activities do not end"
        time.sleep(0.002)
    assert not left.exclude(status="COMPLETED").exists()


def transition_milliseconds(steps: int) -> float:
    """Return the median of one recorded event in a chain of so many steps."""
    project = builders.project()
    plan = saved(project, f"long-{steps}", plans.chain(plans.script, steps))
    activity = quiet(project, plan)
    taken: list[float] = []
    for number in range(min(steps, TRANSITIONS // 2)):
        for event in (started(number), completed(number)):
            began = time.perf_counter()
            runtime.record(activity, event, announce=False)
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def latency_milliseconds(url: str, session: str) -> dict[str, float]:
    """Return median and 95th percentile from commit to each of many watchers, in milliseconds."""
    project = builders.project()
    activity = quiet(project, saved(project, "watched", plans.chain(plans.script, WATCHED_EVENTS)))
    watchers = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.watchers", url, str(activity), session, str(WATCHERS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watchers.stdout is not None
    assert watchers.stdout.readline() == "ready\n", "the watchers did not connect"
    committed: dict[int, float] = {}
    for number in range(WATCHED_EVENTS // 2):
        for event in (started(number), completed(number)):
            record_and_note(activity, event, committed)
            time.sleep(0.02)  # one at a time: what a person's click costs, not what a burst does
    heard: dict[str, list[float]] = json.loads(watchers.communicate(timeout=PATIENCE_SECONDS)[0])
    taken = sorted((at - committed[int(seq)]) * 1000 for seq, instants in heard.items() for at in instants)
    assert len(taken) == WATCHERS * len(committed), f"{len(taken)} messages for {WATCHERS * len(committed)}"
    return {"median": statistics.median(taken), "p95": taken[int(len(taken) * 0.95)]}


def record_and_note(activity: UUID, event: facts.Event, committed: dict[int, float]) -> None:
    """Record an event, and note by its number when it was committed."""
    instants: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: instants.append(time.monotonic()))
        recorded = runtime.record(activity, event, announce=False)
    committed[recorded.activity.seq] = instants[0]


def started(number: int) -> facts.Event:
    """The step is claimed."""
    return facts.StepStarted(at=runtime.now(), step=f"s{number}", attempt=1, run=1)


def completed(number: int) -> facts.Event:
    """The step is done."""
    return facts.StepCompleted(at=runtime.now(), step=f"s{number}", attempt=1, result={})


def saved(project: Project, slug: str, steps: list[dict[str, Any]]) -> Plan:
    """Return a published plan of the steps."""
    return builders.plan(project, *steps, slug=slug)


def quiet(project: Project, plan: Plan) -> UUID:
    """Start an activity of which no worker hears."""
    from activities import dispatch

    with dispatch.using(Nobody()):
        return services.start(plan, project=project, by=None, inputs={}).pk


class Nobody:
    """Hears announcements and does nothing."""

    def drive(self, activity_id: UUID, position: int | None) -> None:
        """Nothing."""

    def documents(self, activity_id: UUID, position: int) -> None:
        """Nothing."""

    def timer(self, activity_id: UUID, due_at: object) -> None:
        """Nothing."""

    def outbox(self, activity_id: UUID) -> None:
        """Nothing."""
