"""Prompt templates and agent runtimes: saved, served, pinned."""

from __future__ import annotations

from typing import Any

import pytest

from plans.errors import Invalid, NotAllowed
from plans.language.spellings import read
from plans.models import AgentRuntime, Person, Project, PromptTemplate, ScriptModule
from plans.services import pin, save_resource, validate
from tests import builders

pytestmark = pytest.mark.django_db

SCRIPT = {"slug": "money", "name": "Money", "script": "function cents(n) { return n * 100 }\n"}
PROMPT = {"slug": "triage", "name": "Triage", "prompt": "Vendor {vendor}.\n"}
RUNTIME = {"slug": "clerk", "name": "Clerk", "definition": {"model": "SMALL", "maxConcurrent": 1}}


@pytest.mark.parametrize(
    ("path", "sent"), [("prompt-templates", PROMPT), ("agent-runtimes", RUNTIME), ("script-modules", SCRIPT)]
)
def test_they_are_made_changed_and_deleted_by_the_api(
    path: str, sent: dict[str, Any], project: Project, ann: Person, api: Any
) -> None:
    program, address = api(ann), f"/api/{path}"

    made = program.post(address, sent, format="json")

    assert made.status_code == 201
    assert sent.items() <= made.json().items()
    assert (
        program.put(f"{address}/{sent['slug']}", sent | {"changeSequence": 0}, format="json").status_code
        == 409
    )
    assert program.delete(f"{address}/{sent['slug']}").status_code == 204


@pytest.mark.parametrize(
    ("path", "sent"), [("prompt-templates", PROMPT), ("agent-runtimes", RUNTIME), ("script-modules", SCRIPT)]
)
def test_a_stranger_and_a_viewer_make_none(
    path: str, sent: dict[str, Any], project: Project, ann: Person, ben: Person, cy: Person, api: Any
) -> None:
    api(ann).post(f"/api/{path}", sent, format="json")

    assert api(cy).get(f"/api/{path}").json()["results"] == []
    assert api(cy).get(f"/api/{path}/{sent['slug']}").status_code == 404
    assert api(ben).post(f"/api/{path}", sent | {"slug": "other"}, format="json").status_code == 403


def test_settings_show_and_save_a_prompt(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)

    assert browser.get("/settings/").status_code == 200
    assert browser.post("/settings/prompt-templates/new_/", PROMPT | {"description": ""}).status_code == 302
    assert "Vendor {vendor}." in browser.get("/settings/prompt-templates/triage/").text
    assert browser.get("/settings/agent-runtimes/new_/").status_code == 200


@pytest.mark.parametrize(
    ("definition", "place"),
    [({"maxConcurrent": 0}, "/maxConcurrent"), ({"tools": []}, "/tools"), ({"status": "ON"}, "/status")],
)
def test_a_runtime_that_is_none_is_refused_with_its_places(
    definition: dict[str, Any], place: str, project: Project
) -> None:
    with pytest.raises(Invalid, match=place):
        save_resource(AgentRuntime, project.organization, "clerk", {"definition": definition}, by=None)


def test_an_author_makes_prompts_and_only_an_administrator_runtimes(project: Project) -> None:
    author = builders.person("eve", "author", project=project)

    save_resource(PromptTemplate, project.organization, "triage", {"prompt": "x"}, by=author)
    with pytest.raises(NotAllowed):
        save_resource(AgentRuntime, project.organization, "clerk", {"definition": {}}, by=author)


def test_a_plan_pins_the_prompts_and_runtimes_it_names_and_no_others(project: Project) -> None:
    organization = project.organization
    for slug in ("triage", "other"):
        save_resource(PromptTemplate, organization, slug, {"prompt": f"{slug} {{x}}"}, by=None)
        save_resource(AgentRuntime, organization, slug, {"definition": {"maxConcurrent": 3}}, by=None)
    steps = [
        {"slug": "ask", "kind": "LLM", "config": {"promptTemplateRef": "northwind/triage"}},
        {"slug": "work", "kind": "AGENT", "config": {"agentRuntimeRef": "northwind/triage"}},
    ]
    plan, _findings = read(builders.document(*steps))

    document = pin(organization, plan).document

    assert {slug: shape["prompt"] for slug, shape in document["promptTemplates"].items()} == {
        "triage": "triage {x}"
    }
    assert {slug: shape["maxConcurrent"] for slug, shape in document["agentRuntimes"].items()} == {
        "triage": 3
    }


def test_a_plan_that_names_no_prompt_template_there_is_has_an_error(project: Project) -> None:
    step = {"slug": "ask", "kind": "LLM", "config": {"promptTemplateRef": "northwind/triage"}}
    typed = builders.document(step)
    assert [finding.code for finding in validate(typed, project.organization)] == ["unknown-prompt-template"]

    save_resource(PromptTemplate, project.organization, "triage", {"prompt": "x"}, by=None)

    assert validate(typed, project.organization) == []


def test_a_plan_without_models_pins_as_before(project: Project) -> None:
    plan, _findings = read(builders.document())

    assert set(pin(project.organization, plan).document) == {
        "taskTemplates",
        "taskStatuses",
        "serviceBridges",
    }


def test_a_script_module_is_pinned_with_the_plans_that_name_it(project: Project) -> None:
    save_resource(
        ScriptModule, project.organization, "money", {"name": "Money", "script": SCRIPT["script"]}, by=None
    )
    step = builders.script("a") | {
        "config": {"scriptBody": "return {}", "scriptSidecars": ["northwind/money"]}
    }
    naming, _findings = read(builders.document(step))
    other, _findings = read(builders.document(builders.script("a")))

    assert pin(project.organization, naming).document["scriptModules"]["money"]["script"] == SCRIPT["script"]
    assert "scriptModules" not in pin(project.organization, other).document


def test_settings_show_and_save_a_script_module(project: Project, ann: Person, page: Any) -> None:
    browser = page(ann)

    assert browser.post("/settings/script-modules/new_/", SCRIPT | {"description": ""}).status_code == 302
    assert "cents(n)" in browser.get("/settings/script-modules/money/").text
