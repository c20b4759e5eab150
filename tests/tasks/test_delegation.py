"""Delegation: somebody else may, the owner stays responsible, and four eyes hold for both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from plans.errors import Invalid, NotAllowed, NotFound
from tasks import approvals, delegation, errors, services
from tasks.models import Decision, Delegation, Task
from tests import builders
from tests.tasks import running
from tests.tasks.running import approval_step, open_task, review_step, settle, start, step

GOOD = {"supplier": "Acme", "total": 12.5}


@pytest.fixture
def dora(project):
    """A member who may only look on."""
    return builders.person("dora", "viewer", project=project)


def post(person, path, body=None):
    client = APIClient()
    client.force_login(person)
    return client.post(f"/api/tasks/{path}", body or {}, format="json")


def waits_for(person, task):
    return Task.objects.waiting_for(person).filter(pk=task.pk).exists()


def test_a_delegate_decides_for_the_owner_who_stays_on_record(approval, fay, dora):
    delegation.delegate(approval, by=fay, to=dora)
    assert waits_for(dora, approval)
    assert waits_for(fay, approval)

    settled = approvals.decide(approval, by=dora, outcome="approved")

    decision = Decision.objects.get()
    assert (decision.person, decision.owner) == (dora, fay)
    assert settled.action == "approved"
    record = step(approval.activity, "gate").result["decisions"][0]
    assert (record["by"], record["for"]) == ("dora", "fay")
    assert approval.history.filter(kind="DELEGATED", person=fay, subject=dora).exists()


def test_owner_and_delegate_decide_once_between_them(ann, fay, max_, dora):
    approval = running.approval_task(by=ann, quorum=2)
    delegation.delegate(approval, by=fay, to=dora)
    approvals.decide(approval, by=dora, outcome="approved")

    for person in (fay, dora):
        with pytest.raises(errors.AlreadyDecided):
            approvals.decide(approval, by=person, outcome="rejected")
    assert not waits_for(fay, approval)
    assert services.fresh(approval).is_open
    assert approvals.decide(approval, by=max_, outcome="approved").action == "approved"


def test_after_the_owner_the_delegate_decides_no_more(ann, fay, max_, dora):
    approval = running.approval_task(by=ann, quorum=2)
    delegation.delegate(approval, by=fay, to=dora)
    approvals.decide(approval, by=fay, outcome="approved")

    with pytest.raises(errors.AlreadyDecided):
        approvals.decide(approval, by=dora, outcome="approved")
    assert not waits_for(dora, approval)


def test_an_approver_who_is_a_delegate_too_decides_in_their_own_right(ann, fay, max_):
    approval = running.approval_task(by=ann, quorum=2)
    delegation.delegate(approval, by=fay, to=max_)

    approvals.decide(approval, by=max_, outcome="approved")

    assert Decision.objects.get().owner is None
    with pytest.raises(errors.AlreadyDecided):
        approvals.decide(approval, by=max_, outcome="rejected")
    assert services.fresh(approval).is_open
    assert approvals.decide(approval, by=fay, outcome="approved").action == "approved"


def test_the_requester_is_no_delegate(approval, ann, fay, cy):
    gone = builders.person("gus", "viewer", project=builders.project())
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    for nobody in (ann, fay, cy, gone):
        with pytest.raises(Invalid) as refused:
            delegation.delegate(approval, by=fay, to=nobody)
        assert refused.value.code == "no-such-delegate"
    with pytest.raises(NotAllowed):
        delegation.delegate(approval, by=ann, to=fay)  # one's own request is not one's own to give away


def test_whoever_did_a_step_for_another_is_kept_from_it_as_the_other_is(ann, fay, max_, dora):
    running.template(candidates={"people": ["fay"]})
    gate = approval_step("gate", "review", distinctFrom=["review"])
    activity = start(review_step(), gate, by=ann, supplier="Acme")
    task = open_task(activity)
    delegation.delegate(task, by=fay, to=dora)
    done = services.complete(task, by=dora, action="approve", data=GOOD)
    settle(activity)

    assert (done.done_by, done.done_for) == (dora, fay)
    with pytest.raises(NotAllowed):
        approvals.decide(open_task(activity), by=fay, outcome="approved")
    assert approvals.decide(open_task(activity), by=max_, outcome="approved").action == "approved"


def test_a_claimed_task_is_finished_by_the_delegate(task, rita, dora, ben):
    services.claim(task, by=rita)
    delegation.delegate(services.fresh(task), by=rita, to=dora)

    assert services.fresh(task).assignee == rita
    with pytest.raises(NotAllowed):
        services.complete(task, by=ben, action="approve", data=GOOD)
    assert services.complete(task, by=dora, action="approve", data=GOOD).done_for == rita


def test_an_end_date_falls_back_by_itself(approval, fay, dora):
    delegation.delegate(approval, by=fay, to=dora, until=timezone.now() + timedelta(hours=1))
    Delegation.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert not waits_for(dora, approval)
    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=dora, outcome="approved")
    assert waits_for(fay, approval)
    with pytest.raises(Invalid):
        delegation.delegate(approval, by=fay, to=dora, until=timezone.now())


def test_taking_back_and_delegating_anew(approval, fay, dora, ben):
    delegation.delegate(approval, by=fay, to=dora)
    delegation.delegate(approval, by=fay, to=ben)
    assert [row.delegate for row in delegation.in_force(approval)] == [ben]

    delegation.recall(approval, by=fay)

    assert not delegation.in_force(approval)
    kinds = list(approval.history.values_list("kind", flat=True))
    assert kinds[-3:] == ["DELEGATED", "DELEGATED", "RECALLED"]
    with pytest.raises(NotAllowed):
        delegation.recall(approval, by=fay)
    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=ben, outcome="approved")


def test_a_delegate_hands_nothing_on(approval, fay, dora, ben):
    delegation.delegate(approval, by=fay, to=dora)

    with pytest.raises(NotAllowed):
        delegation.delegate(approval, by=dora, to=ben)


def test_an_owner_who_loses_the_role_takes_it_from_the_delegate(approval, fay, max_, dora):
    from plans.models import MembershipRole

    delegation.delegate(approval, by=fay, to=dora)
    MembershipRole.objects.filter(membership__person=fay).delete()

    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=dora, outcome="approved")
    assert not waits_for(dora, approval)


def test_the_doors_of_delegation(approval, fay, ben, cy, dora):
    until = (timezone.now() + timedelta(days=1)).isoformat()
    for person, status in ((ben, 403), (cy, 404)):
        assert post(person, f"{approval.pk}/delegate", {"to": "dora"}).status_code == status
        assert post(person, f"{approval.pk}/recall").status_code == status
    for body in (
        {},
        {"to": "nobody"},
        {"to": "cy"},
        {"to": "dora", "until": "x"},
        {"to": "dora", "till": until},
    ):
        assert post(fay, f"{approval.pk}/delegate", body).status_code == 400

    answer = post(fay, f"{approval.pk}/delegate", {"to": "dora", "until": until})

    assert answer.status_code == 200
    assert [row["delegate"]["username"] for row in answer.json()["delegations"]] == ["dora"]
    assert post(fay, f"{approval.pk}/recall").json()["delegations"] == []
    with pytest.raises(NotFound):
        delegation.delegate(approval, by=cy, to=dora)


def test_the_pages_of_delegation(client, approval, fay, dora):
    client.force_login(fay)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert 'data-key="d"' in page

    refused = client.post(f"/tasks/{approval.pk}/delegate/", {"to": "dora", "until": "soon"})
    assert refused.status_code == 400
    page = client.post(
        f"/tasks/{approval.pk}/delegate/", {"to": "dora", "until": ""}, follow=True
    ).content.decode()
    assert "Dora may do this for Fay, who stays responsible" in page
    assert "Take back" in page

    client.force_login(dora)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert 'name="outcome"' in page
    assert "Take back" not in page
    page = client.post(f"/tasks/{approval.pk}/decide/", {"outcome": "approved"}, follow=True).content.decode()
    assert "Dora for Fay" in page
