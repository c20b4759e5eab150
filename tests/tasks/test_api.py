"""The REST API of tasks: every door for one who may, one who may something, and a stranger."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from tasks import services
from tasks.models import Decision, Task, TaskDraft
from tests import builders
from tests.tasks import running

GOOD = {"supplier": "Acme", "total": 12.5}
VERBS = [
    ("claim", {}, 200),
    ("release", {}, 200),
    ("assign", {"to": "rita"}, 200),
    ("draft", {"data": {"total": "x"}}, 200),
    ("comments", {"text": "Odd"}, 201),
    ("actions/approve", {"data": GOOD}, 200),
]


def as_(person):
    client = APIClient()
    client.force_login(person)
    return client


def post(person, path, body=None, **headers):
    return as_(person).post(f"/api/{path}", body or {}, format="json", **headers)


@pytest.mark.parametrize(("verb", "body", "status"), VERBS)
def test_who_may_is_answered_and_others_are_refused(task, ann, ben, cy, verb, body, status):
    address = f"tasks/{task.pk}/{verb}"

    assert post(cy, address, body).status_code == 404
    assert post(ben, address, body).status_code == 403
    assert APIClient().post(f"/api/{address}", body, format="json").status_code in {401, 403}
    answer = post(ann, address, body)
    assert answer.status_code == status, answer.content


@pytest.mark.parametrize(("verb", "body", "status"), VERBS)
def test_forged_ids_are_not_found(ann, verb, body, status):
    assert post(ann, f"tasks/{uuid4()}/{verb}", body).status_code == 404
    assert post(ann, f"tasks/1/{verb}", body).status_code == 404
    assert post(ann, f"tasks/%00/{verb}", body).status_code == 404


def test_reading_a_task(task, ann, ben, cy):
    assert as_(cy).get(f"/api/tasks/{task.pk}").status_code == 404
    assert as_(ben).get(f"/api/tasks/{task.pk}").status_code == 200

    found = as_(ann).get(f"/api/tasks/{task.pk}").json()

    assert found["title"] == "Review Acme"
    assert found["activity"] == {
        "id": str(task.activity_id),
        "title": task.activity.title,
        "status": "RUNNING",
        "seq": task.activity.seq,
    }
    assert found["form"]["required"] == ["supplier", "total"]
    assert [action["slug"] for action in found["actions"]] == ["approve", "reject"]
    assert found["candidates"] == [{"role": "reviewer"}]
    assert (found["statusSlug"], found["taskTemplateRef"], found["stepSlug"]) == ("", "review", "review")


def test_completing_answers_with_the_new_state(task, rita):
    answer = post(rita, f"tasks/{task.pk}/actions/approve", {"data": GOOD, "comment": "ok"}).json()

    assert (answer["status"], answer["action"], answer["data"]) == ("DONE", "approve", GOOD)
    assert answer["doneBy"]["username"] == "rita"
    assert answer["activity"]["status"] == "COMPLETED"
    assert answer["activity"]["seq"] > task.activity.seq


def test_the_same_idempotency_key_is_done_once(task, rita):
    address = f"tasks/{task.pk}/comments"

    first = post(rita, address, {"text": "Odd"}, HTTP_IDEMPOTENCY_KEY="k1")
    second = post(rita, address, {"text": "Odd"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert first.json() == second.json()
    assert task.comments.count() == 1


def test_a_second_completion_is_a_conflict_that_names_the_first(task, rita, ann):
    post(rita, f"tasks/{task.pk}/actions/approve", {"data": GOOD})

    answer = post(ann, f"tasks/{task.pk}/actions/reject", {"data": GOOD, "comment": "no"})

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["by"]) == ("task-closed", "Rita")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"data": {"total": "x"}}, 400, "invalid-form"),
        ({"data": "text"}, 400, None),
        ({"data": [1]}, 400, None),
        ({"data": GOOD, "comment": {"a": 1}}, 400, None),
        ({"data": GOOD, "comment": "x" * 10_001}, 400, "invalid"),
        ({"data": {**GOOD, "notes": "x" * 1_100_000}}, 400, "invalid-form"),
        ([1, 2], 400, None),
        ("text", 400, None),
    ],
)
def test_bad_bodies_are_refused(task, rita, body, status, code):
    answer = as_(rita).post(f"/api/tasks/{task.pk}/actions/approve", body, format="json")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code
    assert services.fresh(task).is_open


@pytest.mark.parametrize("body", [b"{", b'{"data": NaN}', b"\xff\xfe", b'{"data": {"a": "\\ud800"}}'])
def test_bodies_that_are_no_json_are_refused(task, rita, body):
    answer = as_(rita).post(f"/api/tasks/{task.pk}/actions/approve", body, content_type="application/json")

    assert answer.status_code == 400
    assert services.fresh(task).is_open


def test_errors_of_the_form_are_at_their_pointers(task, rita):
    answer = post(rita, f"tasks/{task.pk}/actions/approve", {"data": {"total": "x"}}).json()

    assert answer["errors"] == {
        "/supplier": ["Supplier is missing."],
        "/total": ['This takes a number, not "x".'],
    }


def test_an_unknown_action_names_those_there_are(task, rita):
    answer = post(rita, f"tasks/{task.pk}/actions/nonsense", {"data": GOOD})

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-action")
    assert "approve, reject" in answer.json()["detail"]


def test_a_draft_is_kept_as_typed(task, rita):
    answer = post(rita, f"tasks/{task.pk}/draft", {"data": {"total": "12x"}, "comment": "hm"})

    assert answer.json()["data"] == {"total": "12x"}
    assert TaskDraft.objects.get().comment == "hm"


def test_assigning_to_somebody_who_is_not_there(task, ann):
    for to in ("nobody", "cy", "", "x" * 200):
        assert post(ann, f"tasks/{task.pk}/assign", {"to": to}).status_code == 400


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Gate", "Review"]),
        ("?mine=true", ["Review"]),
        ("?status=OPEN&kind=APPROVAL", ["Gate"]),
        ("?status=DONE", []),
        ("?assignee=me", ["Review"]),
        ("?assignee=none", ["Gate"]),
        ("?assignee=nobody", []),
        ("?activity={review}", ["Review"]),
        ("?project={project}", ["Gate", "Review"]),
        ("?project=999999", []),
    ],
)
def test_the_list_is_narrowed(task, approval, rita, query, titles):
    services.claim(task, by=rita)

    answer = as_(rita).get("/api/tasks" + query.format(review=task.activity_id, project=task.project_id))

    assert sorted(row["title"].split()[0].strip(":") for row in answer.json()["results"]) == titles


@pytest.mark.parametrize("query", ["?status=x", "?activity=x", "?project=x", "?mine=x", "?kind=%00"])
def test_bad_filters_are_refused(ann, query):
    assert as_(ann).get("/api/tasks" + query).status_code == 400


def test_a_stranger_s_list_is_empty(task, cy):
    assert as_(cy).get("/api/tasks").json()["results"] == []


def test_a_list_takes_the_same_queries_for_one_task_and_for_ten(ann, rita, django_assert_max_num_queries):
    for _number in range(10):
        running.review_task(by=ann)

    client = as_(rita)

    with django_assert_max_num_queries(3):  # session, person, tasks
        assert len(client.get("/api/tasks").json()["results"]) == 10


def decide(person, task, body=None, step="gate"):
    return post(person, f"activities/{task.activity_id}/steps/{step}/decide", body or {"outcome": "approved"})


def test_deciding_by_activity_and_step(approval, fay, ann, ben, cy):
    assert decide(cy, approval).status_code == 404
    assert decide(ben, approval).status_code == 403
    assert decide(ann, approval).status_code == 403  # decides, but is no candidate, and asked for it

    answer = decide(fay, approval, {"outcome": "approved", "comment": "good"})

    assert answer.status_code == 200
    assert answer.json()["activity"]["status"] == "COMPLETED"
    assert answer.json()["decisions"][0]["comment"] == "good"
    assert decide(fay, approval).status_code == 200  # a double click
    assert decide(fay, approval, {"outcome": "rejected"}).status_code == 409
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"outcome": "maybe"}, 400),
        ({}, 400),
        ({"outcome": None}, 400),
        ({"outcome": ["approved"]}, 400),
        ({"outcome": "needs-info", "comment": "x"}, 400),
        ({"outcome": "approved", "run": 7}, 409),
        ({"outcome": "approved", "run": "x"}, 400),
    ],
)
def test_bad_decisions_are_refused(approval, fay, body, status):
    assert post(fay, f"activities/{approval.activity_id}/steps/gate/decide", body).status_code == status
    assert services.fresh(approval).is_open


def test_there_is_nothing_to_decide_at_other_steps(approval, task, fay):
    assert decide(fay, approval, step="nothing").status_code == 404
    assert decide(fay, task, step="review").status_code == 404
    assert post(fay, f"activities/{uuid4()}/steps/gate/decide", {"outcome": "approved"}).status_code == 404


def test_a_task_of_another_project_does_not_exist(task, project):
    elsewhere = builders.project("elsewhere")
    other = builders.person("otto", "admin", "operator", "reviewer", project=elsewhere)

    assert as_(other).get(f"/api/tasks/{task.pk}").status_code == 404
    assert post(other, f"tasks/{task.pk}/claim").status_code == 404
    assert Task.objects.for_candidate(other).count() == 0
