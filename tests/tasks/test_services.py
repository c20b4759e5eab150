"""The verbs of tasks and approvals: who was first, what is refused, what stays on record."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from plans.errors import Invalid, NotAllowed, NotFound
from plans.models import MembershipRole
from tasks import approvals, errors, services
from tasks.models import Decision, DecisionsStay, Task, TaskDraft
from tests import builders
from tests.tasks import running
from tests.tasks.running import approval_step, open_task, review_step, settle, start, step

GOOD = {"supplier": "Acme", "total": 12.5, "paid": False}


def kinds(task):
    return list(task.history.values_list("kind", flat=True))


def test_claiming_takes_the_task_and_twice_is_once(task, rita):
    claimed = services.claim(task, by=rita)
    services.claim(services.fresh(task), by=rita)

    assert claimed.assignee == rita
    assert kinds(task) == ["OPENED", "CLAIMED"]


def test_a_claimed_task_is_refused_to_others_with_who_and_when(task, rita, ann):
    services.claim(task, by=rita)

    for verb in (
        services.claim,
        lambda task, by: services.complete(task, by=by, action="approve", data=GOOD),
    ):
        with pytest.raises(errors.TaskClaimed) as refused:
            verb(services.fresh(task), by=ann)
        assert refused.value.status == 409
        assert refused.value.extra["by"] == "Rita"
        assert refused.value.extra["at"]


def test_a_claim_on_a_stale_page_loses_with_the_reason(task, rita, ann):
    services.claim(task, by=ann)

    with pytest.raises(errors.TaskClaimed):
        services.claim(task, by=rita)  # `task` still looks free


def test_release_gives_the_task_back_and_keeps_the_draft(task, rita, ann):
    services.claim(task, by=rita)
    services.save_draft(task, by=rita, data={"supplier": "Ac"})

    released = services.release(services.fresh(task), by=rita)

    assert released.assignee is None
    assert TaskDraft.objects.get().data == {"supplier": "Ac"}
    assert services.claim(released, by=ann).assignee == ann


def test_only_the_assignee_or_an_operator_releases(task, rita, ann):
    services.claim(task, by=ann)
    with pytest.raises(NotAllowed):
        services.release(services.fresh(task), by=rita)

    services.claim(services.release(services.fresh(task), by=ann), by=rita)
    assert services.release(services.fresh(task), by=ann).assignee is None


def test_an_operator_assigns_to_somebody_who_works(task, rita, ann, ben, project):
    outsider = builders.person("paul", "approver", project=project)

    assert services.assign(task, by=ann, to=rita).assignee == rita
    assert services.assign(services.fresh(task), by=ann, to=outsider).assignee == outsider
    with pytest.raises(Invalid) as refused:
        services.assign(services.fresh(task), by=ann, to=ben)
    assert refused.value.code == "no-such-assignee"
    with pytest.raises(NotAllowed):
        services.assign(services.fresh(task), by=rita, to=rita)


def test_who_is_assigned_may_finish_without_being_a_candidate(task, ann, project):
    outsider = builders.person("paul", "approver", project=project)
    with pytest.raises(errors.NotEntitled):
        services.complete(task, by=outsider, action="approve", data=GOOD)

    services.assign(task, by=ann, to=outsider)

    assert services.complete(task, by=outsider, action="approve", data=GOOD).done_by == outsider


def test_completing_keeps_the_form_and_the_activity_goes_on(task, rita):
    done = services.complete(task, by=rita, action="approve", data=GOOD, comment=" fine ")

    row = step(task.activity, "review")
    assert (done.status, done.data, done.comment, done.done_by) == ("DONE", GOOD, "fine", rita)
    assert (row.status, row.action) == ("COMPLETED", "approve")
    assert row.result == {
        "action": "approve",
        "data": GOOD,
        "comment": "fine",
        "by": "rita",
        "at": done.done_at.isoformat(),
    }
    task.activity.refresh_from_db()
    assert task.activity.status == "COMPLETED"
    assert done.activity.seq == task.activity.seq


def test_the_same_again_is_the_same_answer(task, rita):
    first = services.complete(task, by=rita, action="approve", data=GOOD)
    second = services.complete(task, by=rita, action="approve", data=GOOD)

    assert second == first
    assert kinds(task).count("FINISHED") == 1


def test_a_second_completion_says_who_was_first(task, rita, ann):
    services.complete(task, by=rita, action="approve", data=GOOD)

    with pytest.raises(errors.TaskClosed) as refused:
        services.complete(task, by=ann, action="reject", comment="no")
    with pytest.raises(errors.TaskClosed):
        services.complete(task, by=rita, action="reject", comment="no")

    assert refused.value.extra["by"] == "Rita"
    assert refused.value.extra["action"] == "approve"
    assert "Rita was first" in refused.value.message


@pytest.mark.parametrize(
    ("action", "data", "comment", "error", "where"),
    [
        ("approve", {"total": 1}, "", errors.FormInvalid, ["/supplier"]),
        ("approve", {"supplier": "A", "total": "x"}, "", errors.FormInvalid, ["/total"]),
        ("approve", {"supplier": "A", "total": -1, "due": "x"}, "", errors.FormInvalid, ["/due", "/total"]),
        ("approve", "text", "", errors.FormInvalid, [""]),
        ("approve", [], "", errors.FormInvalid, [""]),
        ("approve", {"supplier": "\ud800", "total": 1}, "", errors.FormInvalid, [""]),
        ("reject", {}, "", errors.CommentMissing, ["comment"]),
        ("reject", {}, "   ", errors.CommentMissing, ["comment"]),
        ("reject", {"total": "x"}, "", errors.FormInvalid, ["/total", "comment"]),
        ("nonsense", GOOD, "", errors.UnknownAction, []),
        ("", GOOD, "", errors.UnknownAction, []),
        ("approve", GOOD, "x" * 10_001, Invalid, []),
        ("approve", GOOD, "a\x00b", Invalid, []),
    ],
)
def test_bad_input_changes_nothing(task, rita, action, data, comment, error, where):
    with pytest.raises(error) as refused:
        services.complete(task, by=rita, action=action, data=data, comment=comment)

    assert sorted(refused.value.extra.get("errors", {})) == where
    assert services.fresh(task).status == "OPEN"
    assert step(task.activity, "review").status == "RUNNING"


def test_an_action_that_needs_no_complete_form_is_taken_without(task, rita):
    assert services.complete(task, by=rita, action="reject", data={}, comment="not ours").action == "reject"


def test_without_data_the_draft_is_sent(task, rita):
    services.save_draft(task, by=rita, data=GOOD)

    assert services.complete(task, by=rita, action="approve").data == GOOD
    assert not TaskDraft.objects.exists()


def test_drafts_are_kept_per_person_however_wrong(task, rita, ann):
    services.save_draft(task, by=rita, data={"total": "12x"}, comment="why")
    services.save_draft(task, by=ann, data={"total": 1})
    services.save_draft(task, by=rita, data={"total": "13x"}, comment="because")

    assert sorted(TaskDraft.objects.values_list("person__username", "comment")) == [
        ("ann", ""),
        ("rita", "because"),
    ]
    for bad in ("text", None, [1], {"a": float("nan")}):
        with pytest.raises(errors.FormInvalid):
            services.save_draft(task, by=rita, data=bad)


def test_an_action_whose_status_is_not_final_leaves_the_task_open(ann, rita):
    from plans.models import TaskStatus

    TaskStatus.objects.create(
        organization=builders.organization(), slug="waiting", name="Waiting", status_type="PENDING"
    )
    park = {"slug": "park", "label": "Park", "properties": {"statusSlug": "waiting"}}
    task = running.review_task(by=ann, metadata={"actions": [*running.ACTIONS, park]})

    moved = services.complete(task, by=rita, action="park", data=GOOD, comment="later")

    assert (moved.status, moved.status_slug, moved.data) == ("OPEN", "waiting", GOOD)
    assert moved.comments.get().text == "later"
    assert step(task.activity, "review").status == "RUNNING"


def test_a_template_without_actions_is_finished_without_one(ann, rita):
    task = running.review_task(by=ann, metadata={"actions": []})

    done = services.complete(task, by=rita, action="", data=GOOD)

    assert (done.status, done.action) == ("DONE", "")
    assert step(task.activity, "review").action is None


def test_a_task_of_a_cancelled_activity_says_so(task, rita, ann):
    from activities import services as runs

    runs.cancel(task.activity_id, by=ann)

    with pytest.raises(errors.TaskClosed) as refused:
        services.complete(task, by=rita, action="approve", data=GOOD)
    assert "withdrawn" in refused.value.message


def test_a_completion_whose_step_waits_no_longer_is_undone(task, rita, monkeypatch):
    from activities import services as runs

    monkeypatch.setattr(runs, "complete_step", lambda *args, **kwargs: False)

    with pytest.raises(errors.TaskClosed):
        services.complete(task, by=rita, action="approve", data=GOOD)

    assert services.fresh(task).status == "OPEN"


def test_strangers_and_lookers_on_may_not(task, approval, ben, cy):
    for verb in (
        lambda by: services.claim(task, by=by),
        lambda by: services.release(task, by=by),
        lambda by: services.assign(task, by=by, to=by),
        lambda by: services.save_draft(task, by=by, data={}),
        lambda by: services.comment(task, by=by, text="hi"),
        lambda by: services.complete(task, by=by, action="approve", data=GOOD),
        lambda by: approvals.decide(approval, by=by, outcome="approved"),
    ):
        with pytest.raises(NotAllowed):
            verb(ben)
        with pytest.raises(NotFound):
            verb(cy)


def test_comments(approval, fay):
    services.comment(approval, by=fay, text="Looks odd")

    assert list(approval.comments.values_list("kind", "text")) == [("COMMENT", "Looks odd")]
    assert services.fresh(approval).status == "OPEN"
    with pytest.raises(errors.CommentMissing):
        services.comment(approval, by=fay, text="  ")


def test_one_decision_settles_an_approval(approval, fay):
    settled = approvals.decide(approval, by=fay, outcome="approved", comment="good")

    row = step(approval.activity, "gate")
    decision = Decision.objects.get()
    assert (settled.status, settled.action, settled.done_by) == ("DONE", "approved", fay)
    assert (row.status, row.action) == ("COMPLETED", "approved")
    assert row.result == {
        "outcome": "approved",
        "decisions": [{"by": "fay", "outcome": "approved", "comment": "good", "at": decision.at.isoformat()}],
    }


def test_a_double_click_is_one_decision_and_another_one_is_refused(approval, fay):
    approvals.decide(approval, by=fay, outcome="approved")
    approvals.decide(approval, by=fay, outcome="approved")

    with pytest.raises(errors.AlreadyDecided) as refused:
        approvals.decide(approval, by=fay, outcome="rejected", comment="no")

    assert refused.value.status == 409
    assert refused.value.extra["outcome"] == "approved"
    assert Decision.objects.count() == 1


def test_a_decision_after_the_outcome_says_who_was_first(ann, fay, max_):
    task = running.approval_task(by=ann)
    approvals.decide(task, by=fay, outcome="rejected")

    with pytest.raises(errors.TaskClosed) as refused:
        approvals.decide(task, by=max_, outcome="approved")

    assert refused.value.extra == {"by": "Fay", "at": refused.value.extra["at"], "action": "rejected"}


def test_a_quorum_of_two_waits_for_the_second(ann, fay, max_):
    task = running.approval_task(by=ann, quorum=2)

    first = approvals.decide(task, by=fay, outcome="approved")
    second = approvals.decide(task, by=max_, outcome="approved")

    assert (first.status, second.status) == ("OPEN", "DONE")
    assert [d["by"] for d in step(task.activity, "gate").result["decisions"]] == ["fay", "max"]


def test_candidacy_is_not_enough_and_the_verb_is_not_enough(ann, approval, project):
    clerk = builders.person("carl", "reviewer", "finance-manager", project=project)
    approver = builders.person("paul", "approver", project=project)

    for person in (clerk, approver, ann):
        with pytest.raises(errors.NotEntitled) as refused:
            approvals.decide(approval, by=person, outcome="approved")
        assert refused.value.status == 403


def test_nobody_decides_their_own_request_unless_allowed(fay, max_):
    strict = running.approval_task(by=fay)
    with pytest.raises(errors.NotEntitled) as refused:
        approvals.decide(strict, by=fay, outcome="approved")
    assert "own request" in refused.value.message

    free = running.approval_task(by=fay, allowOwnRequest=True)
    assert approvals.decide(free, by=fay, outcome="approved").status == "DONE"


def test_who_did_the_review_does_not_approve(ann, fay, max_):
    running.template(candidates={})
    activity = start(
        review_step(), approval_step("gate", "review", distinctFrom=["review"]), by=ann, supplier="Acme"
    )
    services.complete(open_task(activity), by=fay, action="approve", data=GOOD)
    settle(activity)
    gate = open_task(activity)

    with pytest.raises(errors.NotEntitled) as refused:
        approvals.decide(gate, by=fay, outcome="approved")

    assert refused.value.extra["reason"] == "distinct-from"
    assert not Task.objects.for_candidate(fay).filter(pk=gate.pk).exists()
    assert approvals.decide(gate, by=max_, outcome="approved").status == "DONE"


@pytest.mark.parametrize(
    ("outcome", "comment", "error"),
    [
        ("needs-info", "what", errors.UnknownAction),  # not offered here
        ("maybe", "", errors.UnknownAction),
        ("", "", errors.UnknownAction),
        ("APPROVED", "", errors.UnknownAction),
        ("rejected", "", errors.CommentMissing),
        ("rejected", "\x00", Invalid),
    ],
)
def test_bad_decisions_change_nothing(ann, fay, outcome, comment, error):
    task = running.approval_task(by=ann, requireComment=True)

    with pytest.raises(error):
        approvals.decide(task, by=fay, outcome=outcome, comment=comment)

    assert services.fresh(task).status == "OPEN"
    assert not Decision.objects.exists()


def test_sending_back_ends_the_approval_with_the_question(ann, fay):
    running.template()
    activity = start(approval_step(quorum=1), review_step("ask", "gate:needs-info"), by=ann, supplier="A")
    task = open_task(activity)
    with pytest.raises(errors.CommentMissing):
        approvals.decide(task, by=fay, outcome="needs-info")

    approvals.decide(task, by=fay, outcome="needs-info", comment="Which PO?")
    settle(activity)

    assert step(activity, "gate").action == "needs-info"
    assert open_task(activity).step_slug == "ask"


def test_people_who_leave_and_join_are_on_record_and_counted(ann, fay, max_, project):
    task = running.approval_task(by=ann, quorum="all")
    approvals.decide(task, by=fay, outcome="approved")
    late = builders.person("lena", "approver", "finance-manager", project=project)
    MembershipRole.objects.filter(membership__person=max_, slug="finance-manager").delete()

    still = approvals.retally(task)
    settled = approvals.decide(task, by=late, outcome="approved")

    assert still.status == "OPEN"
    assert settled.action == "approved"
    changes = task.history.filter(kind__in=["JOINED", "LEFT"]).values_list("kind", "subject__username")
    assert set(changes) == {("LEFT", "max"), ("JOINED", "lena")}
    with pytest.raises(NotAllowed):
        approvals.decide(task, by=max_, outcome="approved")


def test_a_quorum_that_can_no_longer_be_reached_is_rejected(ann, fay, max_):
    task = running.approval_task(by=ann, quorum=2)
    approvals.decide(task, by=fay, outcome="approved")
    MembershipRole.objects.filter(membership__person=max_).delete()

    settled = approvals.retally(task)

    assert (settled.status, settled.action, settled.done_by) == ("DONE", "rejected", None)
    assert step(task.activity, "gate").action == "rejected"


def test_an_approval_without_anybody_waits_for_somebody_to_get_the_role(ann, project):
    task = running.approval_task(by=ann)
    assert approvals.retally(task).status == "OPEN"

    late = builders.person("lena", "approver", "finance-manager", project=project)

    assert Task.objects.for_candidate(late).get() == task
    assert approvals.decide(task, by=late, outcome="approved").action == "approved"


def test_decisions_are_never_changed(approval, fay):
    approvals.decide(approval, by=fay, outcome="approved")
    decision = Decision.objects.get()

    with pytest.raises(DecisionsStay):
        decision.save()
    with pytest.raises(DecisionsStay):
        Decision.objects.update(outcome="rejected")
    with pytest.raises(DecisionsStay):
        Decision.objects.all().delete()


def test_tasks_are_not_decided_and_approvals_not_finished(task, approval, ann, fay):
    with pytest.raises(errors.WrongKind):
        approvals.decide(task, by=ann, outcome="approved")
    for verb in (
        lambda: services.claim(approval, by=fay),
        lambda: services.complete(approval, by=fay, action="approved"),
        lambda: services.save_draft(approval, by=fay, data={}),
    ):
        with pytest.raises(errors.WrongKind):
            verb()


def race(*calls):
    """Run the calls at the same moment, each in a thread of its own; return what each gave or raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def attempt(index, call):
        try:
            gate.wait()
            results[index] = call()
        except Exception as error:  # noqa: BLE001
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_people_finish_at_once_and_one_wins():
    ann = builders.ann()
    rita = builders.person("rita", "reviewer", project=builders.project())
    for _round in range(5):
        task = running.review_task(by=ann)

        results = race(
            lambda task=task: services.complete(task, by=ann, action="approve", data=GOOD),
            lambda task=task: services.complete(task, by=rita, action="reject", data=GOOD, comment="no"),
        )

        winners = [result for result in results if isinstance(result, Task)]
        losers = [result for result in results if isinstance(result, errors.TaskClosed)]
        assert (len(winners), len(losers)) == (1, 1), results
        assert losers[0].extra["by"] == winners[0].done_by.name
        assert step(task.activity, "review").action == winners[0].action


@pytest.mark.django_db(transaction=True)
def test_two_people_claim_at_once_and_one_wins():
    ann = builders.ann()
    rita = builders.person("rita", "reviewer", project=builders.project())
    for _round in range(5):
        task = running.review_task(by=ann)

        results = race(
            lambda task=task: services.claim(task, by=ann), lambda task=task: services.claim(task, by=rita)
        )

        assert sorted(type(result).__name__ for result in results) == ["Task", "TaskClaimed"], results


@pytest.mark.django_db(transaction=True)
def test_two_people_decide_at_once_and_there_is_one_outcome():
    project = builders.project()
    fay = builders.person("fay", "approver", "finance-manager", project=project)
    other = builders.person("max", "approver", "finance-manager", project=project)
    for _round in range(5):
        task = running.approval_task()

        results = race(
            lambda task=task: approvals.decide(task, by=fay, outcome="approved"),
            lambda task=task: approvals.decide(task, by=other, outcome="rejected", comment="no"),
        )

        assert sorted(type(result).__name__ for result in results) == ["Task", "TaskClosed"], results
        assert Decision.objects.filter(task=task).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_completion():
    ann = builders.ann()
    task = running.review_task(by=ann)

    results = race(*[lambda: services.complete(task, by=ann, action="approve", data=GOOD)] * 4)

    assert all(isinstance(result, Task) for result in results), results
    assert task.history.filter(kind="FINISHED").count() == 1


@pytest.mark.django_db(transaction=True)
def test_completing_and_cancelling_at_once_end_without_a_deadlock():
    from activities import services as runs

    ann = builders.ann()
    for _round in range(10):
        task = running.review_task(by=ann)

        completed, cancelled = race(
            lambda task=task: services.complete(task, by=ann, action="approve", data=GOOD),
            lambda task=task: runs.cancel(task.activity_id, by=ann),
        )

        row = services.fresh(task)
        won = isinstance(completed, Task)
        assert won or isinstance(completed, errors.TaskClosed), completed
        assert row.status == ("DONE" if won else "CANCELLED")
        assert won is isinstance(cancelled, Exception), cancelled
