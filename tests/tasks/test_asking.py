"""Asking back: the work stays open, the answer comes back, and both stay on record."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from plans.errors import Conflict, Invalid, NotAllowed, NotFound
from tasks import approvals, asking, errors, services
from tasks.models import Task
from tests import builders
from tests.tasks import running
from tests.tasks.running import step


def post(person, path, body):
    client = APIClient()
    client.force_login(person)
    return client.post(f"/api/tasks/{path}", body, format="json")


def test_a_question_goes_to_the_requester_and_its_answer_comes_back(approval, ann, fay):
    question = asking.ask(approval, by=fay, text="Which PO?")

    assert question.asked == ann
    assert services.fresh(approval).is_open
    assert Task.objects.waiting_for(ann).filter(pk=approval.pk).exists()

    asking.answer(approval, by=ann, text="PO 7")

    assert not Task.objects.waiting_for(ann).filter(pk=approval.pk).exists()
    assert Task.objects.for_candidate(fay).filter(pk=approval.pk).exists()


def test_question_and_answer_are_in_the_result_of_the_step(approval, ann, fay):
    asked = asking.ask(approval, by=fay, text="Which PO?")
    given = asking.answer(approval, by=ann, text="PO 7")
    asking.ask(approval, by=fay, text="And who took it?")

    approvals.decide(approval, by=fay, outcome="approved")

    first, second = step(approval.activity, "gate").result["questions"]
    assert first == {
        "by": "fay",
        "of": "ann",
        "question": "Which PO?",
        "at": asked.at.isoformat(),
        "answer": "PO 7",
        "answeredBy": "ann",
        "answeredAt": given.at.isoformat(),
    }
    assert (second["question"], second["answer"]) == ("And who took it?", None)


def test_a_named_person_is_asked_and_nobody_else_answers(approval, ann, fay, ben):
    question = asking.ask(approval, by=fay, text="Did you see it?", of=ben)

    with pytest.raises(NotAllowed):
        asking.answer(approval, by=ann, text="I did", question=question.pk)
    assert asking.answer(approval, by=ben, text="Yes").question == question
    with pytest.raises(NotAllowed):  # it is answered
        asking.answer(approval, by=ben, text="Yes, twice")


def test_an_answer_to_somebody_else_s_question_is_refused(approval, ann, fay, ben):
    theirs = asking.ask(approval, by=fay, text="Which PO?")
    asking.ask(approval, by=fay, text="Did you see it?", of=ben)

    with pytest.raises(Conflict):
        asking.answer(approval, by=ben, text="Yes", question=theirs.pk)


def test_who_may_not_decide_may_not_ask(approval, ann, ben, cy, max_):
    for person, refusal in ((ann, NotAllowed), (ben, NotAllowed), (cy, NotFound)):
        with pytest.raises(refusal):
            asking.ask(approval, by=person, text="Why?", of=max_)
        with pytest.raises(refusal):
            asking.answer(approval, by=person, text="Because")


def test_nobody_can_be_asked_who_could_not_answer(ann, fay, cy):
    approval = running.approval_task(by=None)
    gone = builders.person("gus", "reviewer", project=builders.project())
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    for nobody in (None, fay, cy, gone):
        with pytest.raises(Invalid) as refused:
            asking.ask(approval, by=fay, text="Why?", of=nobody)
        assert refused.value.code == "nobody-to-ask"


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_question_is_none(approval, fay, text):
    with pytest.raises(errors.CommentMissing):
        asking.ask(approval, by=fay, text=text)


def test_a_settled_approval_is_not_asked_about(approval, ann, fay):
    asking.ask(approval, by=fay, text="Which PO?")
    approvals.decide(approval, by=fay, outcome="approved")

    with pytest.raises(errors.TaskClosed):
        asking.answer(approval, by=ann, text="PO 7")


def test_the_doors_of_asking(approval, ann, fay, ben, cy):
    asked = post(fay, f"{approval.pk}/ask", {"text": "Which PO?"})

    assert asked.status_code == 201
    assert asked.json()["asked"]["username"] == "ann"
    assert post(ben, f"{approval.pk}/ask", {"text": "Why?"}).status_code == 403
    assert post(cy, f"{approval.pk}/ask", {"text": "Why?"}).status_code == 404
    assert post(fay, f"{uuid4()}/ask", {"text": "Why?"}).status_code == 404
    assert post(fay, f"{approval.pk}/ask", {"text": "Why?", "of": "cy"}).status_code == 400
    assert post(fay, f"{approval.pk}/ask", {"text": "Why?", "to": "ann"}).status_code == 400

    for body in ({}, {"text": ""}, {"text": "x", "question": 0}, {"text": "x", "question": 2**70}):
        assert post(ann, f"{approval.pk}/answer", body).status_code == 400
    assert post(ben, f"{approval.pk}/answer", {"text": "PO"}).status_code == 403
    given = post(ann, f"{approval.pk}/answer", {"text": "PO 7", "question": asked.json()["id"]})

    assert (given.status_code, given.json()["question"]) == (201, asked.json()["id"])


def test_the_pages_of_asking(client, approval, ann, fay):
    client.force_login(fay)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert 'data-key="q"' in page
    assert '<option value="ann">' in page
    asked = client.post(f"/tasks/{approval.pk}/ask/", {"text": "Which PO?", "of": "ann"}, follow=True)
    assert "asked Ann" in asked.content.decode()

    client.force_login(ann)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert "Fay asks you" in page
    answered = client.post(f"/tasks/{approval.pk}/answer/", {"text": "PO 7"}, follow=True)
    assert "Fay asks you" not in answered.content.decode()

    client.force_login(fay)
    page = client.get(f"/tasks/{approval.pk}/").content.decode()
    assert "Ann answered “Which PO?”:" in page
    assert "PO 7" in page
