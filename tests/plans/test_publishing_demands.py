"""What a plan demands before a version of it is published: that its test cases hold, that somebody else publishes."""

from __future__ import annotations

from typing import Any

import pytest

from plans.errors import Invalid, NotAllowed
from plans.models import Person, Plan, Project
from plans.services import publish, save_plan
from tests import builders

REVIEW = {"publish": {"requireReview": True}}
TESTS = {"publish": {"requireTests": True}}
HOLDS = {"name": "holds", "status": "COMPLETED"}
FAILS = {"name": "fails", "steps": {"first": {"result": {"n": 1}}}}


@pytest.fixture
def dora(project: Project) -> Person:
    """Another author."""
    return builders.person("dora", "author", project=project)


def saved(project: Project, by: Person | None, **keys: Any) -> Plan:
    """Save the next version of the plan."""
    return save_plan(project.organization, builders.document(**keys), by=by).plan


def published_number(plan: Plan) -> int | None:
    """The number of the version that starts use."""
    published = Plan.objects.select_related("published").get(pk=plan.pk).published
    return published.number if published else None


def test_cases_that_do_not_hold_keep_a_version_from_being_published(project: Project, ann: Person) -> None:
    plan = saved(project, ann, metadata=TESTS, test={"cases": [HOLDS, FAILS]})

    with pytest.raises(Invalid) as refused:
        publish(plan, by=ann)

    assert refused.value.code == "test-cases-failing"
    assert refused.value.extra["failing"] == ["fails: steps.first.result: expected {'n': 1}, got {}"]
    assert "fails: steps.first.result" in refused.value.message
    assert published_number(plan) is None


def test_a_version_whose_cases_hold_is_published(project: Project, ann: Person) -> None:
    plan = saved(project, ann, metadata=TESTS, test={"cases": [HOLDS]})

    publish(plan, by=ann)

    assert published_number(plan) == 1


def test_a_plan_that_demands_tests_has_some(project: Project, ann: Person) -> None:
    plan = saved(project, ann, metadata=TESTS)

    with pytest.raises(Invalid, match="the plan has no test cases"):
        publish(plan, by=ann)


def test_who_does_not_demand_tests_may_publish_while_they_fail(project: Project, ann: Person) -> None:
    plan = saved(project, ann, test={"cases": [FAILS]})

    publish(plan, by=ann)

    assert published_number(plan) == 1


def test_who_saved_a_version_does_not_publish_it_where_a_review_is_demanded(
    project: Project, ann: Person, dora: Person
) -> None:
    plan = saved(project, ann, metadata=REVIEW)

    with pytest.raises(NotAllowed) as refused:
        publish(plan, by=ann)
    assert refused.value.code == "review-required"
    assert published_number(plan) is None

    publish(plan, by=dora)
    assert published_number(plan) == 1


def test_a_review_is_not_got_rid_of_by_leaving_it_out(project: Project, ann: Person, dora: Person) -> None:
    plan = saved(project, ann, metadata=REVIEW)
    publish(plan, by=dora)

    without = saved(project, ann)
    with pytest.raises(NotAllowed):
        publish(without, by=ann)
    assert published_number(plan) == 1

    publish(without, by=dora)
    publish(saved(project, ann, description="mine"), by=ann)
    assert published_number(plan) == 3


def test_the_operator_at_the_command_line_is_reviewed_by_nobody(project: Project, ann: Person) -> None:
    plan = saved(project, ann, metadata=REVIEW)

    publish(plan, by=None)

    assert published_number(plan) == 1


@pytest.mark.parametrize("rules", [None, "yes", [], {"requireTests": "yes", "requireReview": 1}])
def test_what_is_no_demand_demands_nothing(project: Project, ann: Person, rules: Any) -> None:
    plan = saved(project, ann, metadata={"publish": rules}, test={"cases": [FAILS]})

    publish(plan, by=ann)

    assert published_number(plan) == 1


def test_a_program_is_told_which_cases_fail(project: Project, ann: Person, api: Any) -> None:
    saved(project, ann, metadata=TESTS, test={"cases": [FAILS]})

    answer = api(ann).post("/api/activity-plans/invoices/publish")

    assert (answer.status_code, answer.json()["code"]) == (400, "test-cases-failing")
    assert answer.json()["failing"] == ["fails: steps.first.result: expected {'n': 1}, got {}"]
