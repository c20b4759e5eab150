"""CREATE_TASK and APPROVAL in real runs: what opens, for whom, with what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from activities import services as runs
from activities.starting import Origin
from plans.errors import Refused
from plans.models import TaskStatus
from tasks import approvals, services
from tasks.models import NORMAL_PRIORITY, Candidate, Elector, Task, Team, TeamMember
from tests import builders
from tests.tasks import running
from tests.tasks.running import approval_step, open_task, review_step, settle, start, step


def test_a_task_opens_with_the_template_s_form_and_actions(task):
    assert (task.title, task.description, task.kind, task.status) == (
        "Review Acme",
        "Look at it",
        "TASK",
        "OPEN",
    )
    assert [action["slug"] for action in task.definition["actions"]] == ["approve", "reject"]
    assert [row.role for row in task.candidates.all()] == ["reviewer"]
    assert step(task.activity, "review").waiting_on == "TASK"


@pytest.mark.parametrize(
    ("config", "metadata", "name", "title"),
    [
        ({"title": "Check {{ inputs.supplier }}", "taskData": {"title": "x"}}, {}, "", "Check Acme"),
        ({"title": "{{ inputs.nothing }}", "taskData": {"title": "Of data"}}, {}, "", "Of data"),
        ({"taskData": {"title": "For ${activity.title}"}}, {}, "", "For Invoices"),
        ({}, {"title": "Look at {{ inputs.supplier }}"}, "", "Look at Acme"),
        ({}, {"title": ""}, "Second look", "Review"),  # the template's name
    ],
)
def test_the_title_falls_back(ann, config, metadata, name, title):
    running.template(**metadata)

    activity = start(review_step(**config) | {"name": name}, by=ann, supplier="Acme")

    assert open_task(activity).title == title.replace("Invoices", activity.title)


def test_task_data_fills_the_form_and_the_rest_is_given(ann):
    data = {
        "supplier": "{{ inputs.supplier }}",
        "properties": {"total": "{{ inputs.total }}", "po": "PO-1"},
        "data": {"currency": "USD"},
        "priority": "high",
        "dueInDays": 2,
        "channel": "mail",
    }
    running.template()

    task = open_task(start(review_step(taskData=data), by=ann, supplier="Acme", total=12))

    assert task.data == {"supplier": "Acme", "total": 12, "currency": "USD"}
    assert task.given == {"channel": "mail", "po": "PO-1"}
    assert task.priority == 2
    assert timedelta(days=1, hours=23) < task.due_at - timezone.now() <= timedelta(days=2)


@pytest.mark.parametrize(
    ("config", "metadata", "of_activity", "priority"),
    [
        ({}, {}, 1, 1),
        ({}, {"priority": 4}, 1, 1),
        ({}, {"priority": 4}, 0, 4),
        ({"priority": 2}, {}, 1, 2),
        ({}, {}, 0, NORMAL_PRIORITY),
    ],
)
def test_a_task_is_as_urgent_as_its_step_its_activity_or_its_template_says(
    ann, config, metadata, of_activity, priority
):
    running.template(**metadata)
    origin = Origin(kind="NEXT_ACTIVITY", metadata={}, priority=of_activity)

    plan, project = builders.plan(builders.project(), review_step(**config)), builders.project()
    activity = settle(runs.start(plan, project=project, by=ann, inputs={}, origin=origin))

    assert open_task(activity).priority == priority


def test_a_script_before_the_task_overrides_what_it_shows(ann):
    running.template()
    script = builders.script("triage", body="return {taskProperties: {total: 99, hint: 'large'}};")

    between = builders.script("route", "triage")
    review = review_step("review", "route", taskData={"properties": {"total": 1}})
    task = open_task(start(script, between, review, by=ann))

    assert (task.data, task.given) == ({"total": 99}, {"hint": "large"})


def test_a_template_without_candidates_is_for_everybody_who_works(ann, rita):
    task = running.review_task(by=ann, metadata={"candidates": {}})

    assert not task.candidates.exists()
    assert Task.objects.for_candidate(rita).get() == task


def test_candidates_are_people_roles_and_teams(ann, rita):
    team = Team.objects.create(organization=builders.organization(), slug="payables", name="Payables")
    names = {"roles": ["clerk"], "teams": ["payables", "nowhere"], "people": ["rita", "cy@northwind.example"]}

    task = running.review_task(by=ann, metadata={"candidates": names})

    found = set(Candidate.objects.filter(task=task).values_list("person", "team", "role"))
    assert found == {(rita.pk, None, ""), (None, team.pk, ""), (None, None, "clerk")}
    assert "nowhere" in task.history.get(kind="OPENED").detail


def test_a_task_nobody_waits_for_opens_beside_and_the_step_goes_on(ann, rita):
    running.template()

    activity = start(review_step(waitForCompletion=False), by=ann, supplier="Acme")

    task = open_task(activity)
    assert activity.status == "COMPLETED"
    assert step(activity, "review").result["action"] is None
    assert services.complete(task, by=rita, action="reject", comment="late").status == "DONE"


def test_a_plan_with_an_unknown_template_does_not_start(ann):
    with pytest.raises(Refused) as refused:
        start(review_step(taskTemplateRef="nothing"), by=ann)

    assert "unknown task template" in refused.value.message


def test_a_broken_form_fails_the_step_and_says_where(ann):
    running.template(form={"type": "object", "properties": {"a": {"type": "texty"}}})

    activity = start(review_step(), by=ann)

    error = step(activity, "review").error
    assert activity.status == "FAILED"
    assert error["code"] == "invalid-form-schema"
    assert "$.properties.a.type" in error["message"]


def test_editing_the_template_does_not_touch_an_open_task(ann, task):
    running.template(form={"type": "object", "properties": {}}, actions=[])

    task.refresh_from_db()

    assert [action["slug"] for action in task.definition["actions"]] == ["approve", "reject"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("inputs.amount > 100", "RUNNING"),
        ("inputs.amount > 1000", "COMPLETED"),
        ("inputs.missing", "RUNNING"),
        ("$number('x') > 1", "RUNNING"),
        ("inputs.amount", "RUNNING"),
        (False, "COMPLETED"),
        (True, "RUNNING"),
    ],
)
def test_only_a_condition_that_is_false_lets_an_approval_pass(ann, condition, status):
    activity = start(approval_step(approvalCriteria={"condition": condition}), by=ann, amount=500)

    gate = step(activity, "gate")
    assert gate.status == status
    if status == "COMPLETED":
        assert (gate.action, gate.result) == ("approved", {"outcome": "AUTO", "decisions": []})


def test_an_approval_fixes_who_may_decide_when_it_opens(ann, fay, max_, rita):
    task = running.approval_task(by=ann, quorum=2, dueInHours=24)

    assert {row.person.username for row in task.electors.all()} == {"fay", "max"}
    assert task.rule["quorum"] == 2
    assert task.title == f"Gate: {task.activity.title}"
    assert task.due_at is not None


def test_approvers_can_be_named_as_people_teams_and_roles(ann, fay, rita):
    team = Team.objects.create(organization=builders.organization(), slug="board", name="Board")
    TeamMember.objects.create(team=team, person=ann)

    task = running.approval_task(
        approvers=["fay@northwind.example", "board", "role:reviewer", "person:nobody"]
    )

    assert {row.person.username for row in task.electors.all()} == {"fay", "ann"}  # rita does not decide
    assert Candidate.objects.filter(task=task).count() == 3


def test_the_requester_is_barred(fay, max_):
    task = running.approval_task(by=fay)

    assert dict(Elector.objects.filter(task=task).values_list("person__username", "barred")) == {
        "fay": "own-request",
        "max": "",
    }
    assert not Task.objects.for_candidate(fay).exists()
    assert Task.objects.for_candidate(max_).exists()


def test_sending_back_is_offered_only_where_a_dependency_takes_it(ann, fay):
    plain = running.approval_task(by=ann)
    running.template()
    taken = start(approval_step(), review_step("ask", "gate:needs-info"), by=ann)

    assert approvals.outcomes(plain) == ["approved", "rejected"]
    assert approvals.outcomes(open_task(taken)) == ["approved", "rejected", "needs-info"]


def test_cancelling_the_activity_withdraws_its_tasks(ann, task):
    runs.cancel(task.activity_id, by=ann)

    task.refresh_from_db()
    assert task.status == "CANCELLED"
    assert task.reason
    assert not Task.objects.for_candidate(ann).exists()


def test_a_rerun_opens_a_new_task_and_keeps_the_old(ann, rita, task):
    services.complete(task, by=rita, action="approve", data={"supplier": "A", "total": 1})

    runs.rerun(task.activity_id, "review", by=ann)
    settle(task.activity)

    assert list(Task.objects.order_by("run").values_list("run", "status")) == [(1, "DONE"), (2, "OPEN")]


def test_a_rerun_while_the_task_is_open_withdraws_it(ann, rita):
    running.template()
    activity = start(builders.script("first"), review_step("review", "first"), by=ann, supplier="Acme")

    runs.rerun(activity.pk, "first", by=ann)
    settle(activity)

    assert sorted(Task.objects.values_list("run", "status")) == [(1, "CANCELLED"), (2, "OPEN")]


def test_the_action_routes_the_activity(ann, rita):
    running.template()
    activity = start(
        review_step(),
        builders.script("post", "review:approve"),
        builders.script("tell", "review:reject"),
        by=ann,
        supplier="Acme",
    )

    services.complete(open_task(activity), by=rita, action="reject", comment="Not ours")
    settle(activity)

    assert step(activity, "post").status == "NOT_TAKEN"
    assert step(activity, "tell").status == "COMPLETED"
    assert activity.status == "COMPLETED"


def test_a_final_status_is_an_action_as_well(ann, rita):
    TaskStatus.objects.create(
        organization=builders.organization(), slug="archived", name="Archived", status_type="DONE"
    )
    task = running.review_task(by=ann)

    done = services.complete(task, by=rita, action="archived", data={"supplier": "A", "total": 1})

    assert (done.status, done.status_slug) == ("DONE", "archived")
    assert step(task.activity, "review").action == "archived"
