"""The pages of new plans and of what differs between two versions."""

from __future__ import annotations

from typing import Any

import pytest

from plans.catalog import catalog_of
from plans.editor.starting import starters
from plans.language.findings import check_document
from plans.language.source import parse_source
from plans.models import Binding, Person, Plan, Project
from plans.services import save_plan
from tests import builders
from tests.builders import document, script

NEW = "/plans/-/new/"


def made(page: Any, person: Person, **fields: str) -> Any:
    return page(person).post(NEW, {"name": "Pay rent", "slug": "", "origin": "blank", "plan": "", **fields})


def test_a_plan_is_made_of_nothing_and_opens_in_the_editor(project: Project, ann: Person, page: Any) -> None:
    answer = made(page, ann, bind="on")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/plans/pay-rent/edit/")
    plan = Plan.objects.get(slug="pay-rent")
    assert plan.head is not None
    assert (plan.name, plan.head.document()["steps"]) == ("Pay rent", [])
    assert Binding.objects.filter(project=project, resource_slug="pay-rent").exists()


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.slug)
def test_every_template_is_sound_in_an_empty_organization(
    starter: Any, project: Project, ann: Person, page: Any
) -> None:
    made(page, ann, origin=f"starter:{starter.slug}", slug="mine")

    version = Plan.objects.get(slug="mine").versions.get()
    parsed, findings = check_document(version.document(), catalog_of(project.organization))
    assert findings == []
    assert (parsed.slug, parsed.name, len(parsed.steps)) == ("mine", "Pay rent", starter.steps)
    assert parse_source(version.source, filename="plan.yaml")["slug"] == "mine"  # type: ignore[index]
    assert version.source.startswith("# "), "the comments came along"


def test_a_template_brings_test_cases_of_its_own() -> None:
    assert len(starters()) >= 4
    for starter in starters():
        parsed: Any = parse_source(starter.text, filename="plan.yaml")
        assert parsed["test"]["cases"], starter.slug


def test_a_plan_is_made_of_another_with_its_text(project: Project, ann: Person, page: Any) -> None:
    text = "slug: invoices # here\nname: Invoices\nsteps: [{slug: a, kind: SCRIPT, script: 'return {};'}]\n"
    save_plan(project.organization, parse_source(text, filename="plan.yaml"), by=ann, source=text)

    made(page, ann, origin="plan", plan="invoices")

    version = Plan.objects.get(slug="pay-rent").versions.get()
    assert version.source == text.replace("invoices", "pay-rent").replace("Invoices", "Pay rent")
    assert [step["slug"] for step in version.document()["steps"]] == ["a"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"name": ""}, 400, "required"),
        ({"name": "!?"}, 400, "Type a slug"),
        ({"slug": "Upper"}, 400, "a-z, 0-9 and -"),
        ({"slug": "invoices"}, 409, "already"),
        ({"origin": "plan"}, 400, "Choose the plan"),
        ({"origin": "plan", "plan": "lost"}, 400, "valid choice"),
        ({"origin": "starter:lost"}, 400, "valid choice"),
    ],
)
def test_what_cannot_be_made_is_said_at_its_field_and_what_was_typed_stays(
    fields: dict[str, str], status: int, said: str, project: Project, ann: Person, page: Any
) -> None:
    builders.plan(project)

    answer = made(page, ann, **fields)

    assert (answer.status_code, Plan.objects.count()) == (status, 1)
    assert said in answer.content.decode()
    assert f'value="{fields.get("name", "Pay rent")}"' in answer.content.decode() or not fields.get(
        "name", "x"
    )


def test_the_list_leads_to_a_new_plan_and_a_plan_to_its_copy(
    project: Project, ann: Person, page: Any
) -> None:
    builders.plan(project)

    assert f'href="{NEW}"' in page(ann).get("/plans/").content.decode()
    assert f'href="{NEW}?from=invoices"' in page(ann).get("/plans/invoices/").content.decode()
    chosen = page(ann).get(f"{NEW}?from=invoices").content.decode()
    assert '<option value="invoices" selected>' in chosen and 'value="plan" ' in chosen


def test_only_authors_make_plans(project: Project, ben: Person, page: Any) -> None:
    assert page(ben).get(NEW).status_code == 403
    assert made(page, ben).status_code == 403
    assert f'href="{NEW}"' not in page(ben).get("/plans/").content.decode()


@pytest.fixture
def two_versions(project: Project) -> Plan:
    """A plan in two versions."""
    plan = builders.plan(project, script("a"), script("b", "a"), script("c", "b"))
    save_plan(
        project.organization, document(script("a", name="A"), script("b", "a"), script("d", "b")), by=None
    )
    return plan


def test_two_versions_are_compared_in_words_and_on_the_graph(
    two_versions: Plan, ann: Person, page: Any
) -> None:
    answer = page(ann).get("/plans/invoices/compare/?from=1&to=2")

    text = answer.content.decode()
    assert (
        "step &quot;c&quot; (SCRIPT) removed" in text and "step &quot;d&quot; (SCRIPT) added after b" in text
    )
    drawn = {step["slug"]: step["line"] for step in answer.context["props"]["graph"]["steps"]}
    assert drawn == {"a": "Changed", "b": "", "d": "Added", "c": "Removed"}
    assert ("b", "c") in [(edge["from"], edge["to"]) for edge in answer.context["props"]["graph"]["edges"]]
    assert answer.context["props"]["steps"]["c"]["config"].keys() == {"before"}


def test_without_numbers_the_two_newest_are_compared(two_versions: Plan, ann: Person, page: Any) -> None:
    context = page(ann).get("/plans/invoices/compare/").context

    assert (context["before"].number, context["after"].number) == (1, 2)


def test_versions_that_say_the_same_are_said_to(two_versions: Plan, ben: Person, page: Any) -> None:
    assert "The two say the same" in page(ben).get("/plans/invoices/compare/?from=2&to=2").content.decode()


@pytest.mark.parametrize("query", ["from=9", "from=x", "to=²", "to=99999999999999999999"])
def test_a_version_that_is_none_is_not_found(query: str, two_versions: Plan, ann: Person, page: Any) -> None:
    assert page(ann).get(f"/plans/invoices/compare/?{query}").status_code == 404


def test_to_strangers_there_is_nothing_to_compare(two_versions: Plan, cy: Person, page: Any) -> None:
    assert page(cy).get("/plans/invoices/compare/").status_code == 404
