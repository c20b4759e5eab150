"""Taking the next task, and many at once; by the service, the page and the API."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.base import ModelState
from django.utils import timezone
from rest_framework.test import APIClient

from plans.errors import Invalid, NotFound
from tasks import errors, queue, services
from tasks.models import Candidate, Task, TaskEvent
from tests import builders
from tests.tasks import running

PEOPLE = 10
TASKS = 60
SECONDS = 120.0


def post(person, path, body=None):
    client = APIClient()
    client.force_login(person)
    return client.post(f"/api/{path}", body or {}, format="json")


def at_once(*jobs: Callable[[], None]) -> None:
    """Do the jobs in threads of their own; fail with what one of them raised."""
    wrong: list[Exception] = []

    def doing(job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001  a thread's exception is the test's
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=copy_context().run, args=(doing, job), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)


def copies(task, count):
    """Add tasks like this one until there are so many, each of a run of its own; return them all."""
    rows = [copy(task) for _ in range(count - 1)]
    for run, row in enumerate(rows, start=task.run + 1):
        row.pk, row.run, row._state = uuid4(), run, ModelState()
    Task.objects.bulk_create(rows)
    Candidate.objects.bulk_create(Candidate(task=row, role="reviewer") for row in rows)
    return [task, *rows]


def due(task, **ago):
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(**ago))
    return task


def test_the_next_task_is_the_most_pressing_free_one(project, ann, rita):
    oldest = running.review_task(by=ann)
    overdue = due(running.review_task(by=ann), hours=1)
    urgent = running.review_task(by=ann, priority="high")
    services.claim(running.review_task(by=ann, priority="highest"), by=ann)
    running.approval_task(by=ann)

    taken = [queue.take_next(rita, [project]) for _ in range(3)]

    assert taken == [urgent, overdue, oldest]
    assert {task.assignee for task in taken} == {rita}
    with pytest.raises(queue.NothingWaits):
        queue.take_next(rita, [project])


@pytest.mark.django_db(transaction=True)
def test_one_task_never_goes_to_two_people(project, ann):
    """Everybody takes until nothing is left, all at once: each task goes to one, and none is left over."""
    people = [builders.person(f"taker{number}", "reviewer", project=project) for number in range(PEOPLE)]
    tasks = copies(running.review_task(by=ann), TASKS)
    start = threading.Barrier(PEOPLE)
    taken: list[tuple[int, object]] = []

    def take_all(person):
        start.wait(SECONDS)
        while True:
            try:
                taken.append((person.pk, queue.take_next(person, [project]).pk))
            except queue.NothingWaits:
                return

    at_once(*[lambda person=person: take_all(person) for person in people])

    assert Counter(key for _person, key in taken) == Counter(task.pk for task in tasks)
    assert {key: person for person, key in taken} == dict(Task.objects.values_list("pk", "assignee"))
    assert TaskEvent.objects.filter(kind=TaskEvent.Kind.CLAIMED).count() == TASKS


def test_whoever_is_overtaken_gets_the_one_after(project, ann, rita, monkeypatch):
    first, second = (running.review_task(by=ann) for _ in range(2))
    claim = services.claim

    def overtaken(task, *, by):
        if task == first and by == rita:
            claim(task, by=ann)
        return claim(task, by=by)

    monkeypatch.setattr(services, "claim", overtaken)

    assert queue.take_next(rita, [project]) == second


def test_the_next_task_is_for_those_who_work(project, task, ann, ben, cy, rita):
    with pytest.raises(NotFound):
        queue.take_next(cy, [])
    with pytest.raises(errors.NotEntitled):
        queue.take_next(ben, [project])
    assert post(cy, "tasks/next").status_code == 404
    assert post(ben, "tasks/next").status_code == 403
    assert post(rita, "tasks/next", {"project": builders.project("elsewhere").pk}).status_code == 404

    answer = post(rita, "tasks/next", {"project": project.pk})

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["assignee"]["username"]) == (str(task.pk), "rita")
    nothing = post(rita, "tasks/next")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "nothing-waits")


def test_the_button_takes_the_next_task(client, task, rita):
    client.force_login(rita)

    assert client.post("/inbox/next/").headers["Location"] == f"/tasks/{task.pk}/"
    assert client.post("/inbox/next/").headers["Location"] == "/inbox/"
    assert "No free task waits for you." in client.get("/inbox/").content.decode()


def test_many_tasks_are_foreseen_before_they_are_claimed(project, ann, rita, fay):
    free, taken = (running.review_task(by=ann) for _ in range(2))
    services.claim(taken, by=ann)
    keys = [free.pk, taken.pk]

    foreseen = queue.foresee(rita, "claim", keys)
    untouched = services.fresh(free)
    done = queue.carry_out(rita, "claim", keys)

    assert untouched.assignee is None
    for fates in (foreseen, done):
        assert [(fate.task, bool(fate.why_not)) for fate in fates] == [(free, False), (taken, True)]
        assert "Ann has claimed" in fates[1].why_not
    assert services.fresh(free).assignee == rita
    assert services.fresh(taken).assignee == ann


def test_what_somebody_else_does_in_between_is_told_by_task(project, ann, rita):
    first, second = (running.review_task(by=ann) for _ in range(2))
    assert [fate.why_not for fate in queue.foresee(rita, "claim", [first.pk, second.pk])] == ["", ""]
    services.complete(first, by=ann, action="approve", data={"supplier": "A", "total": 1})

    done = queue.carry_out(rita, "claim", [first.pk, second.pk])

    assert "Ann was first" in done[0].why_not
    assert (done[1].why_not, done[1].task.assignee) == ("", rita)


def test_many_tasks_are_released(project, ann, rita):
    tasks = [services.claim(running.review_task(by=ann), by=rita) for _ in range(2)]
    others = services.claim(running.review_task(by=ann), by=ann)

    done = queue.carry_out(rita, "release", [*(task.pk for task in tasks), others.pk])

    assert [bool(fate.why_not) for fate in done] == [False, False, True]
    assert [services.fresh(task).assignee for task in tasks] == [None, None]
    assert services.fresh(others).assignee == ann


def test_too_many_and_forged_tasks_are_refused(task, rita, cy):
    with pytest.raises(Invalid):
        queue.carry_out(rita, "claim", [uuid4() for _ in range(queue.MOST_AT_ONCE + 1)])
    with pytest.raises(NotFound):
        queue.carry_out(rita, "claim", [task.pk, uuid4()])
    with pytest.raises(NotFound):
        queue.foresee(cy, "claim", [task.pk])
    assert services.fresh(task).assignee is None


def test_many_by_the_api(ann, rita, ben, cy):
    tasks = [running.review_task(by=ann) for _ in range(2)]
    body = {"verb": "claim", "tasks": [str(task.pk) for task in tasks]}

    assert post(cy, "tasks/bulk", body).status_code == 404
    looked = post(ben, "tasks/bulk", body).json()
    dry = post(rita, "tasks/bulk", body | {"dryRun": True}).json()
    untouched = [services.fresh(task).assignee for task in tasks]
    done = post(rita, "tasks/bulk", body).json()

    assert all("takes another role" in one["refusal"] for one in looked)
    assert [one["refusal"] for one in dry] == [None, None]
    assert untouched == [None, None]
    assert [one["task"]["assignee"]["username"] for one in done] == ["rita", "rita"]
    assert post(rita, "tasks/bulk", body | {"verb": "decide"}).status_code == 400
    assert post(rita, "tasks/bulk", body | {"sure": True}).json()["code"] == "unknown-key"


def test_many_by_the_page(client, ann, rita, cy, project):
    free, taken = (running.review_task(by=ann) for _ in range(2))
    services.claim(taken, by=ann)
    body = {"verb": "claim", "task": [str(free.pk), str(taken.pk)]}
    client.force_login(rita)

    foreseen = client.post("/inbox/bulk/", body).content.decode()
    untouched = services.fresh(free).assignee
    done = client.post("/inbox/bulk/", body | {"sure": "1"}).content.decode()

    assert "Claim 1 task" in foreseen
    assert "1 task will stay as it is" in foreseen
    assert untouched is None
    assert "1 task claimed" in done
    assert "Ann has claimed" in done
    assert services.fresh(free).assignee == rita
    for wrong in (
        {"verb": "decide"},
        {"verb": "claim", "task": ["1"]},
        {"verb": "claim", "task": [str(uuid4())]},
    ):
        assert client.post("/inbox/bulk/", wrong).status_code == 404
    client.force_login(cy)
    assert client.post("/inbox/bulk/", body).status_code == 404
