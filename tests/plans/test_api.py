"""The API of plans, resources, projects and bindings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plans import services
from plans.models import Binding, IdempotencyKey, Person, Plan, Project, TaskTemplate
from tests import builders
from tests.builders import document, person, script


def test_a_plan_is_posted_and_got_back(project: Project, ann: Person, api: Any) -> None:
    made = api(ann).post("/api/activity-plans", document() | {"note": "first"}, format="json")

    assert made.status_code == 201
    got = api(ann).get("/api/activity-plans/invoices")
    assert got.json()["steps"][0]["slug"] == "first"
    assert got.headers["ETag"] == '"1"'
    assert {
        key: got.json()[key] for key in ("changeSequence", "versionNumber", "publishedVersionNumber", "state")
    } == {
        "changeSequence": 1,
        "versionNumber": 1,
        "publishedVersionNumber": None,
        "state": "draft",
    }


def test_what_was_got_can_be_put_back_unchanged(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    program.post("/api/activity-plans/", document(), format="json")

    answer = program.put(
        "/api/activity-plans/invoices/", program.get("/api/activity-plans/invoices").json(), format="json"
    )

    assert answer.status_code == 200
    assert answer.json()["changed"] is False


def test_an_existing_slug_is_a_conflict(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    program.post("/api/activity-plans", document(), format="json")

    answer = program.post("/api/activity-plans", document(script("other")), format="json")

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "slug-taken"


@pytest.mark.parametrize("by_header", [True, False])
def test_a_stale_put_is_a_conflict_with_the_sequence(
    by_header: bool, project: Project, ann: Person, api: Any
) -> None:
    program = api(ann)
    program.post("/api/activity-plans", document(), format="json")
    program.put("/api/activity-plans/invoices", document(script("theirs")), format="json")
    mine = document(script("mine")) | ({} if by_header else {"changeSequence": 1})

    answer = program.put(
        "/api/activity-plans/invoices", mine, format="json", headers={"If-Match": '"1"'} if by_header else {}
    )

    assert answer.status_code == 409
    assert answer.json()["changeSequence"] == 2
    assert program.get("/api/activity-plans/invoices/draft").json()["document"]["steps"][0]["slug"] == "mine"


def test_yaml_is_taken_and_its_text_is_kept(project: Project, ann: Person, api: Any) -> None:
    text = "# mine\nslug: invoices\nsteps: []\n"

    answer = api(ann).post("/api/activity-plans", text, content_type="application/yaml")

    assert answer.status_code == 201
    plan = Plan.objects.get()
    assert plan.head is not None
    assert plan.head.source == text


def test_validate_lists_everything_and_saves_nothing(project: Project, ann: Person, api: Any) -> None:
    sent = document(script("a", "no"), {"slug": "b", "kind": "WALRUS"})

    answer = api(ann).post("/api/activity-plans/validate", sent, format="json")

    assert answer.status_code == 200
    assert answer.json()["valid"] is False
    assert {finding["code"] for finding in answer.json()["findings"]} >= {"unknown-dep-slug", "unknown-kind"}
    assert not Plan.objects.exists()


def test_validate_knows_the_organizations_templates(project: Project, ann: Person, api: Any) -> None:
    step = {"slug": "t", "kind": "CREATE_TASK", "config": {"taskTemplateRef": "review"}}
    program = api(ann)

    before = program.post("/api/activity-plans/validate", document(step), format="json").json()
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")
    after = program.post("/api/activity-plans/validate", document(step), format="json").json()

    assert [finding["code"] for finding in before["findings"]] == ["unknown-task-template"]
    assert after == {"valid": True, "findings": []}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "invalid-source"),
        ("[]", 400, "no-plan"),
        ('"text"', 400, "no-plan"),
        ("{}", 400, "slug-missing"),
        ('{"slug": "A B"}', 400, "slug-format"),
        ('{"slug": NaN}', 400, "invalid-source"),
        ("[" * 100_000, 413, "too-large"),
        ('{"slug": "big", "name": "' + "x" * (6 * 1024 * 1024) + '"}', 413, "too-large"),
    ],
)
def test_a_broken_body_is_a_problem(
    body: str, status: int, code: str, project: Project, ann: Person, api: Any
) -> None:
    answer = api(ann).post("/api/activity-plans", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    assert not Plan.objects.exists()


def test_publishing_by_the_api(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    program.post("/api/activity-plans", document(), format="json")

    answer = program.post("/api/activity-plans/invoices/publish")

    assert answer.status_code == 200
    assert answer.json()["publishedVersionNumber"] == 1


def test_publishing_with_errors_lists_them(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    program.post("/api/activity-plans", document(script("a", "no")), format="json")

    answer = program.post("/api/activity-plans/invoices/publish")

    assert answer.status_code == 400
    assert answer.json()["code"] == "plan-has-errors"
    assert answer.json()["findings"][0]["step"] == "a"


def test_versions_are_listed_and_read(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    program.post("/api/activity-plans", document(), format="json")
    program.put("/api/activity-plans/invoices", document(script("b")) | {"note": "renamed"}, format="json")

    listed = program.get("/api/activity-plans/invoices/versions").json()["results"]
    first = program.get("/api/activity-plans/invoices/versions/1").json()

    assert [(row["number"], row["note"], row["author"]) for row in listed] == [
        (2, "renamed", "Ann"),
        (1, "", "Ann"),
    ]
    assert first["document"]["steps"][0]["slug"] == "first"
    assert program.get("/api/activity-plans/invoices/versions/9").status_code == 404


def test_a_rewrite_is_shown_then_saved_then_nothing(project: Project, ann: Person, api: Any) -> None:
    uuid = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    program = api(ann)
    program.post("/api/activity-plans", document(script("a", uuid=uuid), script("b", uuid)), format="json")

    shown = program.get("/api/activity-plans/invoices/rewrite-uuids").json()
    saved = program.post("/api/activity-plans/invoices/rewrite-uuids").json()
    again = program.post("/api/activity-plans/invoices/rewrite-uuids").json()

    assert shown["changes"]
    assert (saved["versionNumber"], saved["steps"][1]["dependsOn"]) == (2, ["a"])
    assert (again["versionNumber"], again["changed"]) == (2, False)


def test_a_plan_bound_somewhere_is_not_deleted(project: Project, ann: Person, api: Any) -> None:
    builders.plan(project)
    program = api(ann)

    assert program.delete("/api/activity-plans/invoices").json()["code"] == "resource-is-bound"
    binding = program.get("/api/project-resources").json()["results"][0]
    assert program.delete(f"/api/project-resources/{binding['id']}").status_code == 204
    assert program.delete("/api/activity-plans/invoices").status_code == 204


def test_binding_is_201_then_200(project: Project, ann: Person, api: Any) -> None:
    services.save_plan(project.organization, document(), by=ann)
    program = api(ann)
    sent = {
        "projectId": project.pk,
        "resourceType": "activity-plan",
        "resourceUri": "activity-plan://northwind/invoices",
    }

    first = program.post("/api/project-resources/bind", sent, format="json")
    second = program.post("/api/project-resources", sent, format="json")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["status"] == "existing"
    assert Binding.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"resourceType": "walrus", "resourceSlug": "invoices"}, 400),
        ({"resourceType": "activity-plan", "resourceSlug": "none"}, 404),
        ({"resourceType": "activity-plan", "resourceUri": "activity-plan://northwind/invoices:2"}, 400),
        ({"projectId": 999_999, "resourceType": "activity-plan", "resourceSlug": "invoices"}, 404),
        ({"projectId": "9" * 40, "resourceType": "activity-plan", "resourceSlug": "invoices"}, 404),
        ([], 400),
    ],
)
def test_a_wrong_binding_is_a_problem(
    sent: Any, status: int, project: Project, ann: Person, api: Any
) -> None:
    builders.plan(project)

    answer = api(ann).post("/api/project-resources", sent, format="json")

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_resources_are_made_changed_and_deleted(project: Project, ann: Person, api: Any) -> None:
    program = api(ann)
    sent = {"slug": "review", "name": "Review", "metadata": {"actions": [{"slug": "approve"}]}}

    assert program.post("/api/task-templates", sent, format="json").status_code == 201
    assert program.post("/api/task-templates", sent, format="json").status_code == 409
    changed = program.put(
        "/api/task-templates/review", sent | {"changeSequence": 1, "name": "R"}, format="json"
    )
    assert changed.json()["changeSequence"] == 2
    stale = program.put("/api/task-templates/review", sent | {"changeSequence": 1}, format="json")
    assert stale.status_code == 409
    assert program.delete("/api/task-templates/review").status_code == 204


def test_a_bridge_never_shows_a_secret(project: Project, ann: Person, api: Any) -> None:
    definition = {
        "baseUrl": "https://erp.example",
        "defaultHeaders": [{"name": "X-Key", "value": "${secrets.ERP_KEY}"}],
        "endpoints": [{"name": "post", "method": "POST", "path": "/"}],
    }
    sent = {"slug": "erp", "name": "ERP", "definition": definition}

    answer = api(ann).post("/api/service-bridges", sent, format="json")

    assert answer.status_code == 201
    assert answer.json()["definition"] == definition


def test_projects_say_what_one_may(project: Project, ben: Person, api: Any) -> None:
    answer = api(ben).get("/api/projects").json()["results"]

    assert [(row["slug"], row["organization"], row["roles"], row["verbs"]) for row in answer] == [
        ("accounts-payable", "northwind", ["viewer"], ["see"])
    ]


LISTS = (
    "/api/activity-plans",
    "/api/task-templates",
    "/api/task-statuses",
    "/api/service-bridges",
    "/api/projects",
    "/api/organizations",
    "/api/project-resources",
)


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_empty_for_a_stranger(
    path: str, project: Project, ann: Person, cy: Person, api: Any
) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")

    assert api(cy).get(path).json()["results"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/activity-plans/invoices"),
        ("put", "/api/activity-plans/invoices"),
        ("delete", "/api/activity-plans/invoices"),
        ("get", "/api/activity-plans/invoices/versions"),
        ("get", "/api/activity-plans/invoices/versions/1"),
        ("post", "/api/activity-plans/invoices/publish"),
        ("post", "/api/activity-plans/invoices/restore"),
        ("post", "/api/activity-plans/invoices/rewrite-uuids"),
        ("get", "/api/activity-plans/invoices/draft"),
        ("get", "/api/task-templates/review"),
        ("put", "/api/task-templates/review"),
        ("delete", "/api/task-templates/review"),
        ("get", "/api/organizations/northwind"),
    ],
)
def test_to_a_stranger_nothing_exists(
    method: str, path: str, project: Project, ann: Person, cy: Person, api: Any
) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")

    answer = getattr(api(cy), method)(path, {}, format="json")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/activity-plans"),
        ("put", "/api/activity-plans/invoices"),
        ("delete", "/api/activity-plans/invoices"),
        ("post", "/api/activity-plans/invoices/publish"),
        ("post", "/api/activity-plans/invoices/rewrite-uuids"),
        ("put", "/api/activity-plans/invoices/draft"),
        ("delete", "/api/task-templates/review"),
        ("post", "/api/project-resources"),
    ],
)
def test_a_viewer_changes_nothing(
    method: str, path: str, project: Project, ann: Person, ben: Person, api: Any
) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")
    bound = {"projectId": project.pk, "resourceType": "activity-plan", "resourceSlug": "invoices"}
    bodies = {"project-resources": bound, "publish": {}, "rewrite-uuids": {}}
    sent = bodies.get(path.rpartition("/")[2], document(script("mine")))

    answer = getattr(api(ben), method)(path, sent, format="json")

    assert answer.status_code == 403
    assert "takes one of the roles" in answer.json()["detail"]


def test_who_is_not_signed_in_gets_403(project: Project, db: None) -> None:
    from rest_framework.test import APIClient

    assert APIClient().get("/api/activity-plans").status_code in (401, 403)


def test_one_slug_in_two_organizations_must_be_told_apart(project: Project, ann: Person, api: Any) -> None:
    elsewhere = builders.project("sales", organization_slug="contoso")
    person("ann", "author", project=elsewhere)
    builders.plan(project)
    builders.plan(elsewhere)
    program = api(ann)

    assert program.get("/api/activity-plans/invoices").json()["code"] == "ambiguous"
    answer = program.get("/api/activity-plans/invoices?organization=contoso")
    assert answer.json()["organization"] == "contoso"


def test_a_list_takes_as_many_queries_for_many_as_for_one(
    project: Project, ann: Person, api: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        builders.plan(project, slug=f"plan-{number}")

    program = api(ann)

    with django_assert_max_num_queries(3):
        assert len(program.get("/api/activity-plans").json()["results"]) == 8


def test_a_repeat_with_the_key_gets_the_first_answer(project: Project, ann: Person, api: Any) -> None:
    headers = {"Idempotency-Key": "one"}

    first = api(ann).post("/api/activity-plans", document(), format="json", headers=headers)
    second = api(ann).post("/api/activity-plans", document(), format="json", headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert json.loads(json.dumps(second.json())) == first.json()
    assert Plan.objects.count() == 1


def test_a_key_with_another_body_is_refused(project: Project, ann: Person, api: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    api(ann).post("/api/activity-plans", document(), format="json", headers=headers)

    answer = api(ann).post("/api/activity-plans", document(slug="other"), format="json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_a_key_at_work_is_a_conflict_until_it_is_abandoned(project: Project, ann: Person, api: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    headers = {"Idempotency-Key": "one"}
    api(ann).post("/api/activity-plans", document(), format="json", headers=headers)
    IdempotencyKey.objects.update(status=None, response=None)

    busy = api(ann).post("/api/activity-plans", document(), format="json", headers=headers)
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency-key-in-progress")

    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    taken = api(ann).post("/api/activity-plans", document(), format="json", headers=headers)
    assert taken.json()["code"] == "slug-taken"


def test_a_refusal_frees_the_key(project: Project, ann: Person, api: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    refused = api(ann).post("/api/activity-plans", {"slug": "NO"}, format="json", headers=headers)

    assert refused.status_code == 400
    assert not IdempotencyKey.objects.exists()


def test_keys_belong_to_a_person(project: Project, ann: Person, api: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    bob = person("bob", "author", project=project)
    api(ann).post("/api/activity-plans", document(), format="json", headers=headers)

    answer = api(bob).post("/api/activity-plans", document(slug="other"), format="json", headers=headers)

    assert answer.status_code == 201
