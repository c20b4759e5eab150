"""What an author can choose from."""

from __future__ import annotations

from typing import Any

from django.test.utils import CaptureQueriesContext

from plans.models import (
    AgentRuntime,
    Person,
    Project,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskTemplate,
)
from tests import builders

CATALOG = "/api/plan-editor/catalog/"


def furnish(project: Project) -> None:
    own = {"organization": project.organization}
    TaskTemplate.objects.create(
        slug="review", name="Review", metadata={"actions": [{"slug": "approve", "label": "Approve"}]}, **own
    )
    endpoint = {"name": "post", "method": "POST", "path": "/bills/{id}", "requestSchema": {"type": "object"}}
    auth = {"type": "oauth2_client_credentials", "clientSecret": "${secrets.ERP}"}
    definition = {"baseUrl": "https://erp.example", "endpoints": [endpoint], "auth": auth}
    ServiceBridge.objects.create(slug="erp", name="ERP", definition=definition, **own)
    PromptTemplate.objects.create(
        slug="triage", name="Triage", prompt="Judge {text} for {{ inputs.x }}", **own
    )
    AgentRuntime.objects.create(slug="desk", name="Desk", definition={"status": "PAUSED"}, **own)
    ScriptModule.objects.create(slug="sums", name="Sums", script="", **own)
    builders.plan(project, slug="child", inputOptions=[{"name": "n", "type": "number", "required": True}])


def test_every_list_of_the_pickers_is_there(project: Project, ann: Person, api: Any) -> None:
    furnish(project)

    found = api(ann).get(CATALOG).json()

    assert found["taskTemplates"] == [
        {
            "slug": "review",
            "name": "Review",
            "actions": [{"slug": "approve", "label": "Approve"}],
            "url": "/settings/task-templates/review/",
        }
    ]
    assert found["bridges"][0]["endpoints"] == [
        {
            "name": "post",
            "method": "POST",
            "path": "/bills/{id}",
            "description": "",
            "tokens": ["id"],
            "requestSchema": {"type": "object"},
        }
    ]
    assert found["prompts"] == [{"slug": "triage", "name": "Triage", "variables": ["text"]}]
    assert found["agentRuntimes"] == [{"slug": "desk", "name": "Desk", "status": "PAUSED"}]
    assert found["scriptModules"] == [{"slug": "sums", "name": "Sums", "ref": "northwind/sums"}]
    assert found["people"] == [{"username": "ann", "name": "Ann"}]
    assert found["plans"] == [
        {
            "slug": "child",
            "name": "Child",
            "inputs": ["n"],
        }
    ]
    assert {"slug": "approver", "name": "Approver"} in found["roles"]
    assert found["models"] == ["SMALL", "LARGE"]


def test_modules_come_with_the_schema_of_their_options(project: Project, ann: Person, api: Any) -> None:
    modules = {entry["ref"]: entry for entry in api(ann).get(CATALOG).json()["modules"]}

    assert modules["builtin/pdf-text"]["title"] == "Read the text of PDFs"
    assert "maxPages" in modules["builtin/pdf-text"]["optionsSchema"]["properties"]


def test_no_secret_is_among_the_choices(project: Project, ann: Person, api: Any) -> None:
    furnish(project)

    assert "secrets" not in api(ann).get(CATALOG).content.decode()


def test_custom_roles_come_first(project: Project, ann: Person, api: Any) -> None:
    builders.person("fay", "finance-manager", project=project)

    assert api(ann).get(CATALOG).json()["roles"][0] == {"slug": "finance-manager", "name": "Finance manager"}


def test_the_number_of_queries_does_not_grow(project: Project, ann: Person, api: Any) -> None:
    from django.db import connection

    program = api(ann)
    furnish(project)
    with CaptureQueriesContext(connection) as few:
        program.get(CATALOG)
    for number in range(3):
        builders.plan(project, slug=f"more-{number}")
        builders.person(f"p{number}", "author", project=project)
    with CaptureQueriesContext(connection) as many:
        program.get(CATALOG)

    assert len(many) == len(few)


def test_only_authors_choose(project: Project, ben: Person, cy: Person, api: Any) -> None:
    assert [api(person).get(CATALOG).status_code for person in (ben, cy)] == [403, 404]
