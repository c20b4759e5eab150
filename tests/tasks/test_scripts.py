"""What scripts can ask of the tasks of their project."""

from __future__ import annotations

from typing import Any

import pytest

from activities.models import Activity
from plans.models import TaskStatus
from tasks.models import TaskEvent
from tests import builders
from tests.tasks import running

pytestmark = pytest.mark.django_db
FILLED = {"taskData": {"supplier": "Acme", "total": 7}}


@pytest.fixture(autouse=True)
def _statuses(project: Any) -> None:
    for slug, kind in (("waiting", "PENDING"), ("approved", "DONE")):
        TaskStatus.objects.create(
            organization=project.organization, slug=slug, name=slug.title(), status_type=kind
        )


def script(body: str, **inputs: Any) -> Activity:
    """Run a plan of one script."""
    plan = builders.plan(builders.project(), builders.script("first", body=body), slug="asking")
    activity = running.services.start(plan, project=builders.project(), by=None, inputs=inputs)
    return running.settle(activity)


def result(activity: Activity) -> Any:
    row = running.step(activity, "first")
    return row.result if row.status == "COMPLETED" else row.error["message"]


def test_tasks_are_listed_and_got() -> None:
    task = running.review_task()
    body = """const seen = tasks.list({status: 'OPEN', limit: 5});
        return {titles: seen.map(t => t.title), same: tasks.get(seen[0].id).id === seen[0].id, none: tasks.get('x'),
            step: seen[0].step, other: tasks.list({activityId: 'x'}).length,
            statuses: tasks.statuses().map(s => s.slug + ' ' + s.statusType)};"""

    assert result(script(body)) == {
        "titles": [task.title],
        "same": True,
        "none": None,
        "step": "review",
        "other": 0,
        "statuses": ["approved DONE", "waiting PENDING"],
    }


def test_a_status_that_is_not_final_moves_the_task() -> None:
    task = running.review_task()

    script("for (let i = 0; i < 2; i++) tasks.setStatus(inputs.id, 'waiting'); return {}", id=str(task.pk))

    task.refresh_from_db()
    assert (task.status, task.status_slug) == ("OPEN", "waiting")
    assert list(task.history.filter(kind=TaskEvent.Kind.MOVED).values_list("detail", flat=True)) == [
        "waiting"
    ]


def test_a_final_status_ends_the_task_and_its_step() -> None:
    task = running.review_task(**FILLED)

    told = result(script("return {s: tasks.setStatus(inputs.id, 'approved').status}", id=str(task.pk)))

    assert told == {"s": "DONE"}
    step = running.step(task.activity, "review")
    assert (step.status, step.action) == ("COMPLETED", "approved")
    assert step.result["by"] is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("tasks.setStatus(inputs.id, 'nope')", 'There is no task status "nope".'),
        ("tasks.setStatus(inputs.id)", 'There is no task status "".'),
        ("tasks.setStatus('x', 'waiting')", "project accounts-payable has no task x"),
        ("tasks.setStatus(inputs.id, 'approved')", "is not complete: /total"),
        ("tasks.list({mine: true})", "tasks.list takes an object of"),
        ("tasks.close(inputs.id)", "not a function"),
    ],
)
def test_what_can_t_be_done_throws(body: str, told: str) -> None:
    task = running.review_task(taskData={"supplier": "Acme"})

    assert told in result(script(body, id=str(task.pk)))
    task.refresh_from_db()
    assert task.is_open


def test_a_closed_task_keeps_its_status() -> None:
    task = running.review_task(**FILLED)
    body = "tasks.setStatus(inputs.id, 'approved'); tasks.setStatus(inputs.id, 'waiting'); return {}"

    assert "is closed (approved)" in result(script(body, id=str(task.pk)))


def test_an_approval_is_decided_by_people() -> None:
    builders.person("fiona", "approver", "finance-manager", project=builders.project())
    task = running.approval_task()

    assert "people decide it" in result(script("tasks.setStatus(inputs.id, 'approved')", id=str(task.pk)))


def test_tasks_of_another_project_are_not_there() -> None:
    task = running.review_task()
    other = builders.project("legal")
    plan = builders.plan(
        other,
        builders.script("first", body="return {n: tasks.list().length, one: tasks.get(inputs.id)}"),
        slug="asking",
    )

    activity = running.services.start(plan, project=other, by=None, inputs={"id": str(task.pk)})

    assert result(running.settle(activity)) == {"n": 0, "one": None}
