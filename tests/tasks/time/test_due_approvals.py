"""An approval that nobody decided in time ends as its step says: once, on record, and as a trial foretold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activities import timers
from activities.models import Activity, Timer
from activities.sweep import sweep
from activities.trial.clock import Clock
from activities.trial.run import Trial
from tasks import approvals
from tasks.models import Task
from tests import builders
from tests.tasks import running
from tests.tasks.running import approval_step, settle, start, step

pytestmark = pytest.mark.django_db
ON_DUE = ["approve", "reject", "cancel", "escalate", None]


def later(**elapsed: float) -> Any:
    """Return the instant so much later."""
    return timezone.now() + timedelta(**elapsed)


def history(activity: Activity) -> list[tuple[str, str]]:
    """Return kind and detail of what happened to the activity's tasks."""
    rows = [row for task in activity.tasks.order_by("created_at") for row in task.history.order_by("pk")]
    return [(row.kind, row.detail) for row in rows]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("on_due", ON_DUE)
def test_a_real_run_ends_as_its_trial_did(ann, fay, on_due):
    gate = approval_step(dueInHours=48) if on_due is None else approval_step(dueInHours=48, onDue=on_due)
    foretold = Trial(builders.document(gate), clock=Clock.read({"until": "+PT48H"})).run()["steps"]["gate"]

    activity = start(gate, by=ann)
    early = timers.fire(activity.pk, at=later(hours=47))
    before = step(activity, "gate").status
    timers.fire(activity.pk, at=later(hours=49))

    row = step(activity, "gate")
    assert (early, before) == (0, "RUNNING")
    assert (row.status, row.action, row.result) == (
        foretold["status"],
        foretold["action"],
        foretold["result"],
    )
    assert (row.error or {}).get("code") == (foretold["error"] or {}).get("code")


@pytest.mark.parametrize(
    ("on_due", "status", "events"),
    [
        ("approve", "DONE", [("OPENED", ""), ("DUE", "approve"), ("FINISHED", "approved")]),
        ("reject", "DONE", [("OPENED", ""), ("DUE", "reject"), ("FINISHED", "rejected")]),
        ("cancel", "CANCELLED", [("OPENED", ""), ("DUE", "cancel"), ("CANCELLED", "nobody decided in time")]),
        (None, "OPEN", [("OPENED", ""), ("DUE", "")]),
    ],
)
def test_what_became_of_it_is_on_record_once(ann, fay, on_due, status, events):
    activity = start(approval_step(dueInHours=1, **({"onDue": on_due} if on_due else {})), by=ann)

    fired = [timers.fire(activity.pk, at=later(hours=hours)) for hours in (2, 3, 400)]

    assert fired == [1, 0, 0]
    assert [task.status for task in activity.tasks.all()] == [status]
    assert history(activity) == events


def test_decisions_taken_before_stay_in_the_result(ann, fay, max_):
    activity = start(approval_step(dueInHours=1, onDue="reject", quorum=2), by=ann)
    approvals.decide(running.open_task(activity), by=fay, outcome="approved", comment="Fine")

    timers.fire(activity.pk, at=later(hours=2))

    result = step(activity, "gate").result
    assert result["outcome"] == "rejected"
    assert [(one["by"], one["outcome"]) for one in result["decisions"]] == [("fay", "approved")]


def test_escalation_lets_more_people_decide_and_waits_on(ann, fay, max_):
    boss = builders.person("boss", "approver", "director", project=builders.project())
    activity = start(
        approval_step(approvers=["fay"], dueInHours=1, onDue="escalate", escalateTo=["director", "max"]),
        by=ann,
    )
    task = running.open_task(activity)

    timers.fire(activity.pk, at=later(hours=2))

    assert Task.objects.for_candidate(boss).get() == Task.objects.for_candidate(max_).get() == task
    assert ("ESCALATED", "Max, director") in history(activity)
    assert {row.subject.username for row in task.history.filter(kind="JOINED")} == {"boss", "max"}
    assert approvals.decide(task, by=boss, outcome="approved").status == "DONE"


def test_an_approval_that_was_cancelled_for_being_late_opens_again_where_its_step_is_tried_again(ann, fay):
    gate = {**approval_step(dueInHours=1, onDue="cancel"), "onError": {"action": "retry", "maxRetries": 1}}
    activity = start(gate, by=ann)

    timers.fire(activity.pk, at=later(hours=2))
    timers.fire(activity.pk, at=later(hours=3))
    settle(activity)

    assert sorted(activity.tasks.values_list("status", flat=True)) == ["CANCELLED", "OPEN"]
    assert activity.timers.filter(kind="due").count() == 1


def test_a_decision_in_time_leaves_nothing_to_be_due(ann, fay):
    activity = start(approval_step(dueInHours=1, onDue="reject"), by=ann)
    approvals.decide(running.open_task(activity), by=fay, outcome="approved")

    timers.fire(activity.pk, at=later(hours=2))

    assert step(activity, "gate").action == "approved"
    assert ("DUE", "reject") not in history(activity)


def test_the_timer_of_an_earlier_try_is_of_no_use_to_a_later_one(ann, fay):
    activity = start(approval_step(dueInHours=1, onDue="reject"), by=ann)
    Timer.objects.filter(activity=activity, kind="due").update(attempt=0)

    timers.fire(activity.pk, at=later(hours=2))

    assert step(activity, "gate").status == "RUNNING"


def test_beat_that_was_out_for_a_day_lets_it_happen_once(ann, fay):
    activity = start(approval_step(dueInHours=1, onDue="approve"), by=ann)
    yesterday = timezone.now() - timedelta(days=1)
    Timer.objects.filter(activity=activity).update(due_at=yesterday)
    Task.objects.filter(activity=activity).update(due_at=yesterday)

    sweep()
    sweep()

    assert step(activity, "gate").action == "approved"
    assert history(activity).count(("DUE", "approve")) == 1


def test_what_breaks_at_its_instant_is_tried_again_and_keeps_up_nothing_else(ann, fay, monkeypatch):
    from tasks.time import dues

    activity = start(
        approval_step(dueInHours=1, onDue="approve"), approval_step("other", dueInHours=2), by=ann
    )
    whole = dues.time_came

    def broken(activity_id, position, **told):
        if position == 0:
            raise RuntimeError("no")
        whole(activity_id, position, **told)

    monkeypatch.setattr(dues, "time_came", broken)
    timers.fire(activity.pk, at=later(hours=3))
    monkeypatch.setattr(dues, "time_came", whole)
    stood = history(activity).count(("DUE", ""))
    timers.fire(activity.pk, at=later(hours=3))

    assert stood == 1
    assert step(activity, "gate").action == "approved"
    assert history(activity).count(("DUE", "")) == 1
