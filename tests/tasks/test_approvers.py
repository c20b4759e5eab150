"""Approvers added and removed while an approval waits: the decisions count anew, and all is on record."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from plans.errors import Conflict, Invalid, NotAllowed, NotFound
from tasks import approvals, approvers, delegation, errors, services
from tasks.models import Task
from tests import builders
from tests.tasks import running
from tests.tasks.running import step


@pytest.fixture
def paul(project):
    """An approver whom no step names."""
    return builders.person("paul", "approver", project=project)


def post(person, path, body):
    client = APIClient()
    client.force_login(person)
    return client.post(f"/api/tasks/{path}", body, format="json")


def waits_for(person, task):
    return Task.objects.waiting_for(person).filter(pk=task.pk).exists()


def test_who_was_added_decides_and_counts(ann, fay, paul):
    approval = running.approval_task(by=ann, quorum="all")
    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=paul, outcome="approved")

    approvers.add(approval, by=ann, person=paul)

    assert waits_for(paul, approval)
    assert approvals.decide(approval, by=fay, outcome="approved").is_open
    assert approvals.decide(approval, by=paul, outcome="approved").action == "approved"
    assert approval.history.filter(kind="ADDED", person=ann, subject=paul).exists()


def test_who_was_removed_decides_no_longer_whatever_the_role(ann, fay, max_, paul):
    approval = running.approval_task(by=ann, quorum="all")
    approvers.remove(approval, by=ann, person=max_)

    assert not waits_for(max_, approval)
    with pytest.raises(errors.NotEntitled):
        approvals.decide(approval, by=max_, outcome="approved")
    delegation.delegate(approval, by=fay, to=max_)
    with pytest.raises(errors.NotEntitled):
        approvals.decide(approval, by=max_, outcome="approved")
    assert approvals.decide(approval, by=fay, outcome="approved").action == "approved"
    assert approval.history.filter(kind="REMOVED", person=ann, subject=max_).exists()


def test_removing_the_last_one_missing_settles_it(ann, fay, max_):
    approval = running.approval_task(by=ann, quorum="all")
    approvals.decide(approval, by=fay, outcome="approved")

    assert approvers.remove(approval, by=ann, person=max_).action == "approved"
    assert step(approval.activity, "gate").action == "approved"


def test_a_quorum_out_of_reach_by_a_removal_is_rejected(ann, fay, max_):
    approval = running.approval_task(by=ann, quorum=2)
    approvals.decide(approval, by=fay, outcome="approved")

    assert approvers.remove(approval, by=ann, person=max_).action == "rejected"
    assert step(approval.activity, "gate").action == "rejected"


def test_who_was_removed_can_be_added_again(approval, ann, fay, max_):
    approvers.remove(approval, by=ann, person=max_)
    approvers.add(approval, by=ann, person=max_)
    approvers.add(approval, by=ann, person=max_)

    assert waits_for(max_, approval)
    assert approval.history.filter(kind="ADDED").count() == 1
    assert approvals.decide(approval, by=max_, outcome="approved").action == "approved"


def test_bad_changes_are_refused(ann, fay, max_, ben, paul):
    approval = running.approval_task(by=ann, quorum=2)
    approvals.decide(approval, by=fay, outcome="approved")

    for person in (ben, ann):  # decides nothing here; asked for it
        with pytest.raises(Invalid):
            approvers.add(approval, by=ann, person=person)
    with pytest.raises(Invalid):
        approvers.remove(approval, by=ann, person=paul)
    with pytest.raises(Conflict):
        approvers.remove(approval, by=ann, person=fay)
    approvals.decide(approval, by=max_, outcome="approved")
    with pytest.raises(errors.TaskClosed):
        approvers.add(approval, by=ann, person=paul)


def test_the_doors_for_operators_only(approval, ann, fay, ben, cy, paul, client):
    for person, status in ((fay, 403), (ben, 403), (cy, 404)):
        for verb in ("add", "remove"):
            assert post(person, f"{approval.pk}/approvers/{verb}", {"person": "paul"}).status_code == status
    for body in ({}, {"person": "cy"}, {"person": "ben"}, {"who": "paul"}):
        assert post(ann, f"{approval.pk}/approvers/add", body).status_code == 400
    assert post(ann, f"{approval.pk}/approvers/add", {"person": "paul"}).status_code == 200
    assert post(ann, f"{approval.pk}/approvers/remove", {"person": "paul"}).status_code == 200
    with pytest.raises(NotFound):
        approvers.add(approval, by=cy, person=paul)

    client.force_login(ann)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert 'data-key="p"' in page
    page = client.post(
        f"/tasks/{approval.pk}/approvers/add/", {"person": "paul"}, follow=True
    ).content.decode()
    assert "Ann</span> asked Paul to decide as well" in page
    client.force_login(fay)
    assert 'data-key="p"' not in client.get(f"/tasks/{approval.pk}/").content.decode()
    assert services.fresh(approval).is_open
