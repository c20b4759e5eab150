"""The API against its own OpenAPI schema: what it says is what is there, whatever a program sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from plans.models import Person, Project

load_all_checks()
TOKEN = "t" * 32
EXAMPLES = 6
CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_the_schema_is_made_without_a_warning() -> None:
    from django.core.management import call_command

    said, complaints = StringIO(), StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=said, stderr=complaints)

    assert complaints.getvalue() == ""
    assert "application/problem+json" in said.getvalue()


@pytest.fixture
def api(project: Project, ann: Person) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The schema, served to a session of ann by the application itself, about things that exist."""
    from django.core.wsgi import get_wsgi_application
    from django.test import Client

    from tests.builders import plan
    from tests.tasks.running import approval_step, review_step, start, template

    template()
    plan(project)
    activity = start(approval_step(), review_step(), by=ann)
    things = {
        "activity-plans/slug": "invoices", "activity-plans/number": "1", "task-templates/slug": "review",
        "activities/id": str(activity.pk), "activities/activity_id": str(activity.pk), "activities/slug": "gate",
        "tasks/id": str(activity.tasks.order_by("kind").last().pk), "tasks/slug": "approve",
        "projects/id": str(project.pk), "organizations/slug": project.organization.slug,
    }  # fmt: skip
    client, application = Client(), get_wsgi_application()
    client.force_login(ann)
    session = f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"

    def signed_in(environ: dict[str, Any], start_response: Any) -> Any:
        return application(environ | {"HTTP_COOKIE": session, "HTTP_X_CSRFTOKEN": TOKEN}, start_response)

    # The application would close the connection on which the test has its transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema: Any = schemathesis.openapi.from_wsgi("/api/schema/?format=json", signed_in)
    yield schema, things
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def about(things: dict[str, Any], path: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return path parameters of things that exist, where the test has one; else the generated ones."""
    known = {f"{path.split('/')[2]}/{name}": name for name in given}
    return given | {name: things[place] for place, name in known.items() if place in things}


def test_every_operation_answers_as_the_schema_says(api: tuple[Any, dict[str, Any]]) -> None:
    schema, things = api
    wrong: list[str] = []
    answered: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.seed(7)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def answers_as_said(case: Any) -> None:
            case.path_parameters = about(things, case.operation.path, dict(case.path_parameters or {}))
            response = case.call()
            answered[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        try:
            answers_as_said()
        except (BaseExceptionGroup, AssertionError) as error:
            wrong.append(f"{operation.label}: {error}"[:1500])

    assert wrong == []
    assert answered[200] > EXAMPLES and answered[403] < answered[200], (
        answered
    )  # it was let in, and got somewhere
