"""Pages of plans and settings: who sees what, what they do, and how many queries they take."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from plans import services
from plans.models import Binding, Person, Plan, Project, Secret, TaskTemplate
from tests import builders
from tests.builders import document, person, script

YAML = """\
# the author's own words
slug: invoices
name: Invoices
steps:
  - slug: first
    kind: SCRIPT
    config: {scriptBody: "return {}"}
"""
BROKEN = YAML + "  - slug: second\n    kind: SCRIPT\n    dependsOn: [nowhere]\n    config: {scriptBody: x}\n"


def test_home_shows_the_project_and_its_plans(project: Project, ann: Person, page: Any) -> None:
    builders.plan(project)

    answer = page(ann).get("/")

    assert answer.status_code == 200
    assert "Accounts payable" in answer.text
    assert "Invoices" in answer.text


def test_a_person_without_a_project_is_told_so(cy: Person, page: Any) -> None:
    answer = page(cy).get("/")

    assert "You are not a member of any project yet" in answer.text


def test_the_list_says_state_and_project(project: Project, ann: Person, page: Any) -> None:
    builders.plan(project)
    services.save_plan(project.organization, document(script("a", "b"), slug="broken"), by=ann)

    answer = page(ann).get("/plans/")

    assert "Published" in answer.text
    assert "Errors" in answer.text
    assert "nowhere" in answer.text


def test_search_keeps_what_holds_all_words(project: Project, ann: Person, page: Any) -> None:
    builders.plan(project)
    builders.plan(project, slug="orders")

    answer = page(ann).get("/plans/?q=ord")

    assert [row["plan"].slug for row in answer.context["rows"]] == ["orders"]
    assert "No plan is called that" in page(ann).get("/plans/?q=zebra").text


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    project: Project, ann: Person, page: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = page(ann)
    builders.plan(project)
    browser.get("/plans/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        browser.get("/plans/")
    for number in range(8):
        builders.plan(project, slug=f"plan-{number}")

    with django_assert_num_queries(len(one)):
        browser.get("/plans/")
    assert len(one) <= 14


def test_the_plan_page_has_graph_findings_and_versions(project: Project, ann: Person, page: Any) -> None:
    services.save_plan(
        project.organization, document(script("a"), script("b", "a"), script("c", "no")), by=ann
    )

    answer = page(ann).get("/plans/invoices/")

    props = answer.context["props"]
    assert [step["slug"] for step in props["graph"]["steps"]] == ["a", "b", "c"]
    assert props["graph"]["edges"] == [
        {"from": "a", "to": "b", "action": None, "await": False, "implied": False}
    ]
    assert "depends on unknown slug" in answer.text
    assert "First version" in answer.text
    assert "Publish version" not in answer.text


def test_an_author_publishes_and_restores_from_the_page(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)
    services.save_plan(project.organization, document(), by=ann)
    services.save_plan(project.organization, document(script("second")), by=ann)

    browser.post("/plans/invoices/publish/", {"number": "1"})
    browser.post("/plans/invoices/restore/", {"number": "1"})

    plan = Plan.objects.get()
    assert plan.published is not None
    assert plan.head is not None
    assert (plan.published.number, plan.head.number) == (1, 3)


def test_a_refused_press_leads_back_with_the_reason(project: Project, ann: Person, page: Any) -> None:
    services.save_plan(project.organization, document(script("a", "no")), by=ann)

    answer = page(ann).post(
        "/plans/invoices/publish/",
        {"number": "1"},
        headers={"Referer": "http://testserver/plans/invoices/"},
        follow=True,
    )

    assert answer.redirect_chain == [("http://testserver/plans/invoices/", 302)]
    assert "can&#x27;t be published" in answer.text


def test_a_viewer_sees_plans_and_changes_none(project: Project, ann: Person, ben: Person, page: Any) -> None:
    builders.plan(project)
    browser = page(ben)

    assert browser.get("/plans/invoices/").status_code == 200
    for path in ("publish", "restore", "bind", "unbind", "rewrite", "delete"):
        assert browser.post(f"/plans/invoices/{path}/", {"number": "1"}).status_code == 403
    assert browser.get("/plans/-/import/").status_code == 403
    assert browser.get("/settings/").status_code == 403


def test_a_viewer_does_not_see_what_is_bound_nowhere(
    project: Project, ann: Person, ben: Person, page: Any
) -> None:
    services.save_plan(project.organization, document(), by=ann)

    assert page(ben).get("/plans/invoices/").status_code == 404


PATHS = (
    "/plans/",
    "/plans/invoices/",
    "/plans/invoices/versions/1/",
    "/plans/invoices/source.yaml",
    "/plans/-/import/",
    "/plans/invoices/start/",
    "/projects/northwind/accounts-payable/",
    "/settings/",
    "/settings/members/",
    "/settings/bindings/",
    "/settings/secrets/",
    "/settings/task-templates/",
    "/settings/task-templates/review/",
)


@pytest.mark.parametrize("path", PATHS)
def test_to_a_stranger_nothing_exists(
    path: str, project: Project, ann: Person, cy: Person, page: Any
) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")

    assert page(cy).get(path).status_code == 404
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", PATHS)
def test_a_member_of_another_organization_is_a_stranger(
    path: str, project: Project, ann: Person, page: Any
) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")
    elsewhere = builders.project("sales", organization_slug="contoso")
    dan = person("dan", "admin", "author", project=elsewhere)

    answer = page(dan).get(path)

    assert "Invoices" not in answer.text
    assert "Ann" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_every_page_opens_for_who_may(path: str, project: Project, ann: Person, page: Any) -> None:
    builders.plan(project)
    TaskTemplate.objects.create(organization=project.organization, slug="review", name="Review")

    assert page(ann).get(path, follow=True).status_code == 200


def test_choosing_a_project_lasts(project: Project, ann: Person, page: Any) -> None:
    other = builders.project("treasury")
    person("ann", "viewer", project=other)
    browser = page(ann)

    browser.post("/projects/northwind/treasury/")

    assert browser.get("/").context["project"] == other


def test_checking_an_import_saves_nothing_and_names_lines(project: Project, ann: Person, page: Any) -> None:
    answer = page(ann).post("/plans/-/import/", {"source": BROKEN, "check": ""})

    assert not Plan.objects.exists()
    found = {item["finding"].code: item["line"] for item in answer.context["findings"]}
    assert found == {"unknown-dep-slug": 10}
    assert "dependsOn: [nowhere]" in answer.text


def test_an_imported_plan_keeps_the_authors_text(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)

    answer = browser.post("/plans/-/import/", {"source": YAML, "note": "hello", "bind": "1", "save": ""})

    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert plan.head is not None
    assert (plan.head.source, plan.head.note) == (YAML, "hello")
    assert Binding.objects.filter(project=project, resource_slug="invoices").exists()
    assert browser.get("/plans/invoices/source.yaml").text == YAML
    assert browser.get("/plans/invoices/source.json").json()["steps"][0]["slug"] == "first"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slug: [", "line 1"),
        ("", "Choose a file"),
        ("just words", "this is no plan"),
        ("a: 1\na: 2\n", "stands twice"),
        ("x" * (5 * 1024 * 1024 + 1), "larger than 5 MiB"),
    ],
)
def test_a_broken_text_is_refused_and_kept(
    text: str, says: str, project: Project, ann: Person, page: Any
) -> None:
    answer = page(ann).post("/plans/-/import/", {"source": text, "save": ""})

    assert answer.status_code in (400, 413)
    assert says in answer.text
    assert answer.context["form"]["source"].value() == text


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe\x00broken", "is no text in UTF-8"), (b"x" * (6 * 1024 * 1024), "larger than 5 MiB")],
)
def test_a_file_that_is_none_is_refused_and_the_text_stays(
    content: bytes, says: str, project: Project, ann: Person, page: Any
) -> None:
    file = SimpleUploadedFile("plan.yaml", content)

    answer = page(ann).post("/plans/-/import/", {"source": "typed: before", "file": file, "save": ""})

    assert says in answer.text
    assert "typed: before" in answer.text


def test_a_file_is_shown_as_text_where_it_is_broken(project: Project, ann: Person, page: Any) -> None:
    file = SimpleUploadedFile("plan.json", b'{"slug": "x", }')

    answer = page(ann).post("/plans/-/import/", {"source": "", "file": file, "save": ""})

    assert answer.status_code == 400
    assert answer.context["form"]["source"].value() == '{"slug": "x", }'


def test_an_admin_sets_roles_of_a_member(project: Project, ann: Person, page: Any) -> None:
    fiona = person("fiona")

    page(ann).post("/settings/members/", {"email": fiona.email, "roles": "approver, finance-manager"})

    from plans.access import roles_of

    assert roles_of(fiona, project) == {"approver", "finance-manager"}


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"email": "nobody@x.example", "roles": "viewer"}, "Nobody here has this e-mail address"),
        ({"email": "ann@northwind.example", "roles": "viewer"}, "last administrator"),
        ({"email": "ann@northwind.example", "roles": "Bad_Role"}, "may hold a-z"),
    ],
)
def test_a_wrong_change_of_members_is_told(
    sent: dict[str, str], says: str, project: Project, ann: Person, page: Any
) -> None:
    answer = page(ann).post("/settings/members/", sent)

    assert answer.status_code == 400
    assert says in answer.text
    assert sent["roles"] in answer.text


def test_a_secret_is_set_and_never_shown(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)

    browser.post("/settings/secrets/", {"name": "ERP_KEY", "value": "hunter2"})

    assert Secret.objects.get().name == "ERP_KEY"
    assert "hunter2" not in browser.get("/settings/secrets/").text


def test_a_template_is_made_and_changed_as_json(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)
    made = {"slug": "review", "name": "Review", "metadata": '{"actions": [{"slug": "approve"}]}'}

    assert browser.post("/settings/task-templates/new_/", made).status_code == 302
    changed = {"name": "Review it", "metadata": "{}", "change_sequence": "1"}
    assert browser.post("/settings/task-templates/review/", changed).status_code == 302
    assert browser.post("/settings/task-templates/review/", changed).status_code == 409

    template = TaskTemplate.objects.get()
    assert (template.name, template.metadata, template.change_sequence) == ("Review it", {}, 2)


@pytest.mark.parametrize("text", ["{", "[]", '{"actions": [{"slug": "No Good"}]}', ""])
def test_a_wrong_template_is_refused_and_kept(text: str, project: Project, ann: Person, page: Any) -> None:
    answer = page(ann).post("/settings/task-templates/new_/", {"slug": "x", "name": "X", "metadata": text})

    assert answer.status_code == 400
    assert answer.context["form"]["metadata"].value() == text
    assert not TaskTemplate.objects.exists()


def test_bindings_are_made_and_ended(project: Project, ann: Person, page: Any) -> None:
    services.save_plan(project.organization, document(), by=ann)
    browser = page(ann)

    browser.post("/settings/bindings/", {"resource": "activity-plan/invoices"})
    binding = Binding.objects.get()
    browser.post("/settings/bindings/", {"unbind": str(binding.pk)})

    assert not Binding.objects.exists()
