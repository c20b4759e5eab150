"""Stand-ins: who is away has what waits done by somebody else, for a time, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from plans.errors import Conflict, Invalid, NotAllowed, NotFound
from tasks import approvals, services, substitutes
from tasks.models import Decision, StandIn, Task
from tests import builders
from tests.tasks import running

GOOD = {"supplier": "Acme", "total": 12.5}
DAY = timedelta(days=1)


@pytest.fixture
def dora(project):
    """A member who may only look on."""
    return builders.person("dora", "viewer", project=project)


def away(owner, substitute, *, starts=-DAY, ends=DAY):
    now = timezone.now()
    return substitutes.stand_in(owner, substitute=substitute, starts_at=now + starts, ends_at=now + ends)


def waits_for(person, task):
    return Task.objects.waiting_for(person).filter(pk=task.pk).exists()


def test_a_stand_in_decides_what_comes_in_for_the_owner(ann, fay, dora):
    away(fay, dora)
    approval = running.approval_task(by=ann)
    assert waits_for(dora, approval)

    approvals.decide(approval, by=dora, outcome="approved")

    decision = Decision.objects.get()
    assert (decision.person, decision.owner) == (dora, fay)


def test_a_stand_in_finishes_what_the_owner_has_claimed(task, rita, dora, ben):
    services.claim(task, by=rita)
    away(rita, dora)

    assert waits_for(dora, task)
    assert not waits_for(ben, task)
    assert services.complete(task, by=dora, action="approve", data=GOOD).done_for == rita


@pytest.mark.parametrize(("starts", "ends"), [(DAY, 2 * DAY), (-DAY, timedelta(seconds=30))])
def test_before_and_after_there_is_none(approval, fay, dora, starts, ends):
    away(fay, dora, starts=starts, ends=ends)
    if starts < timedelta():
        StandIn.objects.update(ends_at=timezone.now() - timedelta(seconds=1))

    assert not waits_for(dora, approval)
    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=dora, outcome="approved")


def test_the_requester_stands_in_for_nobody_who_decides_it(approval, ann, fay):
    away(fay, ann)

    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=ann, outcome="approved")


def test_a_stand_in_of_a_stand_in_is_none(approval, fay, dora, ben):
    away(fay, dora)
    away(dora, ben)

    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=ben, outcome="approved")


def test_ending_it_ends_what_it_allowed(approval, fay, dora, ben):
    row = away(fay, dora)
    with pytest.raises(NotFound):
        substitutes.end(ben, row.pk)
    substitutes.end(fay, row.pk)

    with pytest.raises(NotAllowed):
        approvals.decide(approval, by=dora, outcome="approved")
    with pytest.raises(NotFound):
        substitutes.end(fay, row.pk)


def test_bad_times_and_people_are_refused(fay, dora, ben, cy):
    away(fay, dora)

    with pytest.raises(Conflict):
        away(fay, ben, starts=timedelta(), ends=3 * DAY)
    for starts, ends in ((DAY, DAY), (-3 * DAY, -2 * DAY), (3 * DAY, 2 * DAY)):
        with pytest.raises(Invalid):
            away(ben, dora, starts=starts, ends=ends)
    for nobody in (ben, cy):
        with pytest.raises(Invalid):
            away(ben, nobody)


def test_the_door_of_stand_ins(fay, dora, cy):
    client = APIClient()
    client.force_login(fay)
    now = timezone.now()
    body = {"substitute": "dora", "startsAt": now.isoformat(), "endsAt": (now + DAY).isoformat()}
    for bad in ({}, body | {"substitute": "cy"}, body | {"endsAt": "x"}, body | {"until": "x"}):
        assert client.post("/api/stand-ins", bad, format="json").status_code == 400

    made = client.post("/api/stand-ins", body, format="json")

    assert (made.status_code, made.json()["substitute"]["username"]) == (201, "dora")
    assert [row["id"] for row in client.get("/api/stand-ins").json()] == [made.json()["id"]]
    client.force_login(cy)
    assert client.get("/api/stand-ins").json() == []
    assert client.delete(f"/api/stand-ins/{made.json()['id']}").status_code == 404
    client.force_login(fay)
    assert client.delete(f"/api/stand-ins/{made.json()['id']}").status_code == 204
    assert client.get("/api/stand-ins").json() == []


def test_the_page_of_stand_ins(client, fay, dora):
    client.force_login(fay)
    today = timezone.localdate()
    sent = {"substitute": "dora", "from": today.isoformat(), "to": (today + DAY).isoformat()}

    assert client.post("/me/stand-in/", sent | {"to": "soon"}).status_code == 400
    assert client.post("/me/stand-in/", sent | {"substitute": "cy"}).status_code == 400
    page = client.post("/me/stand-in/", sent, follow=True).content.decode()

    row = StandIn.objects.get()
    assert f'value="{row.pk}"' in page
    assert "Dora" in page
    assert client.post("/me/stand-in/", {"end": str(row.pk)}, follow=True).status_code == 200
    assert not substitutes.mine(fay).exists()
