"""Two at a time: a task's end against a cancel a thousand times over, and two workers on one activity."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import copy_context
from copy import copy
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models

from activities import services, worker
from activities.engine.state import Phase, unpack
from activities.models import Activity, Event, Step
from activities.steps import Completed
from plans.errors import Refused
from plans.models import Person
from tasks import services as task_services
from tasks.models import Task
from tests import builders
from tests.activities.running import World, fresh, state, statuses
from tests.support import services as servers
from tests.support.databases import default_database
from tests.tasks import running

ROUNDS = 1000
SECONDS = 120.0


@pytest.fixture
def on_postgres(django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL with all tables, for this process and its threads."""
    with servers.postgres_database() as url, django_db_blocker.unblock(), default_database(url):
        yield


def at_once(*jobs: Callable[[], None]) -> None:
    """Do the jobs in threads of their own; fail with what one of them raised, or if they take too long."""
    errors: list[Exception] = []

    def doing(job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001  a thread's exception is the test's
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=copy_context().run, args=(doing, job), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), f"not done in {SECONDS:g} s: a deadlock?"


def twin(row: Any, **changes: Any) -> Any:
    """Return an unsaved copy of a row."""
    made = copy(row)
    made._state = models.base.ModelState()
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def prepared(rounds: int, *, by: Person) -> list[Task]:
    """Return open tasks, each of an activity of its own: copies of one that was really started."""
    running.template(form=None, candidates={})
    task = running.open_task(running.start(running.review_step(), by=by))
    activity, steps = task.activity, list(task.activity.steps.all())
    copies = [twin(activity, id=uuid4()) for _ in range(rounds)]
    Activity.objects.bulk_create(copies)
    Step.objects.bulk_create(twin(step, pk=None, activity=made) for made in copies for step in steps)
    return Task.objects.bulk_create(twin(task, id=uuid4(), activity=made) for made in copies)


def race(rounds: int) -> Counter[str]:
    """Let the end of each task and the cancel of its activity begin at one moment; return how often who won."""
    builders.project()
    ann = builders.ann()
    tasks = prepared(rounds, by=ann)
    barrier = threading.Barrier(2)
    won: dict[str, list[bool]] = {"complete": [], "cancel": []}

    def contender(name: str, deed: Callable[[Task], object]) -> Callable[[], None]:
        def runs() -> None:
            for task in tasks:
                barrier.wait(SECONDS)
                try:
                    deed(task)
                except Refused:
                    won[name].append(False)
                else:
                    won[name].append(True)

        return runs

    at_once(
        contender("complete", lambda task: task_services.complete(task, by=ann, action="approve", data={})),
        contender("cancel", lambda task: services.cancel(task.activity_id, by=ann)),
    )
    assert all(one != other for one, other in zip(won["complete"], won["cancel"], strict=True))
    ends = Activity.objects.filter(pk__in=[task.activity_id for task in tasks]).values_list("pk", "status")
    for task, completed, (_, status) in zip(
        Task.objects.filter(pk__in=[t.pk for t in tasks]).order_by("activity_id"),
        [done for _, done in sorted(zip([t.activity_id for t in tasks], won["complete"], strict=True))],
        sorted(ends),
        strict=True,
    ):
        expected = ("DONE", "COMPLETED") if completed else ("CANCELLED", "CANCELLED")
        assert (task.status, status) == expected
    told = Event.objects.filter(activity__in=[task.activity_id for task in tasks])
    assert told.count() == rounds  # one event each: the loser wrote none
    return Counter(status for _, status in ends)


@pytest.mark.services
def test_a_tasks_end_and_a_cancel_race_a_thousand_times(on_postgres: None, world: World) -> None:
    with running_for_real():
        ends = race(ROUNDS)

    assert ends["COMPLETED"] + ends["CANCELLED"] == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_a_tasks_end_and_a_cancel_race(world: World) -> None:
    with running_for_real():
        race(50)


def running_for_real() -> Any:
    """Let tasks be opened by their own handler; hints still go nowhere."""
    from activities.steps import registered, standing_in

    return standing_in(registered)


def drives(activity: Activity) -> Callable[[], None]:
    """Be a worker that takes whatever it finds, until nothing is left."""

    def works() -> None:
        while fresh(activity).status == "RUNNING":
            for position, phase in enumerate(state(activity).phases):
                if phase in (Phase.GUARDING, Phase.QUEUED):
                    worker.drive(activity.pk, position)
            worker.drive(activity.pk)

    return works


def wide(world: World) -> list[dict[str, Any]]:
    """Return chains beside one another, some of whose steps touch the world, and a join."""
    steps: list[dict[str, Any]] = []
    for branch in "abcde":
        for number in range(5):
            before = [f"{branch}{number - 1}"] if number else []
            guarded = {"input": {"$from": {"step": before[0]}}} if before and number % 2 else {}
            steps.append(builders.script(f"{branch}{number}", *before, **guarded))
            if number in (1, 3):
                world.touching.add(f"{branch}{number}")
    return [*steps, builders.script("join", *(f"{branch}4" for branch in "abcde"))]


def each_step_is_done_once(world: World) -> None:
    """Let two workers drive one activity."""
    activity = world.start(*wide(world))
    for slug in world.touching:
        world.answers[slug] = lambda call: Completed({"attempt": call.attempt})

    at_once(drives(activity), drives(activity))

    called = Counter(call.step.slug for call in world.calls if call.step.slug in world.touching)
    completed = Counter(
        Event.objects.filter(activity=activity, type="StepCompleted").values_list("step", flat=True)
    )
    assert set(statuses(activity).values()) == {"COMPLETED"}
    assert completed == Counter(dict.fromkeys(statuses(activity), 1))
    assert called == Counter(world.touching)
    assert unpack(bytes(fresh(activity).state)).extras == {}


@pytest.mark.services
def test_two_workers_on_postgres_do_each_step_once(on_postgres: None, world: World) -> None:
    for _ in range(5):
        world.calls.clear()
        each_step_is_done_once(world)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_each_step_once(world: World) -> None:
    each_step_is_done_once(world)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_replan_at_once_get_one_successor(world: World) -> None:
    activity = world.start(builders.script("a"))
    barrier, refused = threading.Barrier(2), []

    def replans() -> None:
        barrier.wait(SECONDS)
        try:
            services.replan(activity.pk, by=None)
        except Refused as error:
            refused.append(error.message)

    at_once(replans, replans)

    assert Activity.objects.filter(replanned_from=activity).count() == 1
    assert refused == ["This activity has been replanned already."]
