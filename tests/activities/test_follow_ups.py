"""Activities that scripts ask for next: when, with what, and what is said of those that can't be started."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from activities import delivery, services
from activities.follow_ups import MAX_LINEAGE, lineage
from activities.models import Activity, Outbox
from activities.steps import Completed
from tests import builders
from tests.activities.running import FAILS, WAITS, document, fresh

pytestmark = pytest.mark.django_db
NEXT = "return {nextActivity: {}}"  # what a script mentions; what it returns is the world's answer
ONE = {"activityPlanRef": "second"}


@pytest.fixture(autouse=True)
def _sent(world: Any) -> None:
    """Let follow-ups be delivered, which trials leave out."""
    world.line.unsent = ("tell-owner",)


@pytest.fixture
def second(project: Any) -> Any:
    return builders.plan(project, builders.script("only"), slug="second", name="Second")


def first(world: Any, result: dict[str, Any], *more: dict[str, Any], **keys: Any) -> Activity:
    """Start a plan whose script returns the result, and work until nothing more can happen."""
    world.answers["ask"] = Completed(result, result.get("action"))
    activity = world.start(builders.script("ask", body=NEXT), *more, **keys)
    return world.play(activity)


def result_of(activity: Activity) -> Any:
    return activity.steps.get(slug="ask").result


def followed(activity: Activity) -> list[Activity]:
    found = Activity.objects.filter(trigger_kind="NEXT_ACTIVITY").order_by("created_at", "pk")
    return [each for each in found if each.trigger_metadata["sourceActivityId"] == str(activity.pk)]


def test_the_next_activity_starts_when_its_source_is_completed(world: Any, second: Any, ann: Any) -> None:
    entry = ONE | {"inputs": {"n": 1}, "title": "Then", "description": "Why", "triggerMetadata": {"why": "x"}}

    source = first(world, {"nextActivity": entry}, by=ann, documents=["a.csv"])

    (started,) = followed(source)
    assert (started.plan.slug, started.title, started.description) == ("second", "Then", "Why")
    assert (started.inputs, started.started_by, started.status) == ({"n": 1}, ann, "COMPLETED")
    assert started.trigger_metadata == {
        "why": "x",
        "sourceActivityId": str(source.pk),
        "sourceStepId": "ask",
        "sourceActionUuid": None,
        "sourceProjectId": "accounts-payable",
    }
    assert [row.document.name for row in started.activity_documents.all()] == ["a.csv"]
    assert result_of(source) == {"nextActivity": entry, "nextActivityId": str(started.pk)}


def test_nothing_starts_before_the_source_is_completed(world: Any, second: Any) -> None:
    world.answers["last"] = WAITS

    source = first(world, {"nextActivity": ONE}, builders.script("last", "ask"))

    assert (source.status, followed(source)) == ("RUNNING", [])


def test_nothing_starts_after_a_source_that_failed(world: Any, second: Any) -> None:
    world.answers["last"] = FAILS

    source = first(world, {"nextActivity": ONE}, builders.script("last", "ask"))

    assert (source.status, followed(source)) == ("FAILED", [])


def test_several_start_in_order_and_one_that_can_t_is_a_note(world: Any, second: Any) -> None:
    entries = [
        ONE | {"title": "A"},
        {"activityPlanRef": "activity-plan://northwind/nope"},
        ONE | {"title": "B"},
    ]

    source = first(world, {"nextActivities": entries})

    a, b = sorted(followed(source), key=lambda each: each.title)
    told = result_of(source)
    assert source.status == "COMPLETED"
    assert told["nextActivityIds"] == [str(a.pk), None, str(b.pk)]
    assert told["nextActivityErrors"] == [None, "there is no plan “nope”", None]
    assert (told["nextActivityId"], told["nextActivityError"]) == (str(a.pk), "there is no plan “nope”")


def test_each_script_starts_its_own(world: Any, second: Any) -> None:
    world.answers["also"] = Completed({"nextActivity": ONE})

    source = first(world, {"nextActivity": ONE}, builders.script("also", body=NEXT))

    assert len(followed(source)) == 2
    assert "nextActivityId" in source.steps.get(slug="also").result


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"activityPlanRef": "unbound"}, 'activity-plan "unbound" is not bound to project'),
        ({"activityPlanRef": "strict"}, "missing required inputs: total"),
        (ONE | {"projectId": "nowhere"}, "there is no project “nowhere”"),
        (ONE | {"documentFamilyIds": ["x"]}, "unknown documents: x"),
        (ONE | {"projectId": "legal"}, 'activity-plan "second" is not bound to project'),
    ],
)
def test_a_start_that_is_refused_is_soft(
    world: Any, project: Any, second: Any, entry: Any, told: str
) -> None:
    builders.project("legal")
    builders.plan(builders.project("legal"), slug="unbound")
    builders.plan(project, slug="strict", inputOptions=[{"name": "total", "required": True}])

    source = first(world, {"nextActivity": entry})

    assert source.status == "COMPLETED"
    assert told in result_of(source)["nextActivityError"]
    assert "nextActivityId" not in result_of(source)
    assert followed(source) == []


def test_a_plan_of_another_project_starts_there_without_documents_that_are_not_its_own(
    world: Any, second: Any
) -> None:
    legal = builders.project("legal")
    builders.bind(legal, "activity-plan", "second")

    source = first(world, {"nextActivity": ONE | {"projectId": "legal"}}, documents=["a.csv"])

    (started,) = followed(source)
    assert started.project == legal
    assert started.activity_documents.count() == 0


def test_documents_that_are_named_are_those_that_go_along(world: Any, second: Any) -> None:
    other = document("b.csv")

    source = first(world, {"nextActivity": ONE | {"documentFamilyIds": [str(other.pk)]}}, documents=["a.csv"])

    assert [row.document for row in followed(source)[0].activity_documents.all()] == [other]


def test_a_delivery_that_is_doubled_starts_nothing_twice(world: Any, second: Any) -> None:
    source = first(world, {"nextActivity": ONE})
    before = result_of(source)
    Outbox.objects.filter(activity=source, kind="follow-ups").update(
        delivered_at=None, due_at=source.finished_at
    )

    delivery.deliver(source.pk)

    assert len(followed(source)) == 1
    assert result_of(fresh(source)) == before


def test_a_step_that_is_done_again_starts_its_own_again(world: Any, second: Any) -> None:
    source = first(world, {"nextActivity": ONE})

    services.rerun(source.pk, "ask", by=None)
    world.play(source)

    assert len(followed(source)) == 2


def test_a_plan_that_starts_itself_ends_after_ten(world: Any, project: Any) -> None:
    world.answers["ask"] = Completed({"nextActivity": {"activityPlanRef": "loop"}})

    world.play(world.start(builders.script("ask", body=NEXT), slug="loop"))
    while world.hints:
        world.play(Activity.objects.latest("created_at"))

    assert Activity.objects.count() == MAX_LINEAGE + 1
    last = next(each for each in Activity.objects.all() if lineage(each) == MAX_LINEAGE)
    assert "10 activities led to this one" in result_of(last)["nextActivityError"]


def test_a_source_that_is_gone_ends_the_lineage(world: Any, second: Any) -> None:
    activity = first(world, {})
    activity.trigger_metadata = {"sourceActivityId": str(uuid4())}

    assert lineage(activity) == 1


def test_it_is_as_urgent_as_the_script_says(world: Any, second: Any) -> None:
    source = first(world, {"nextActivity": ONE | {"priority": 1}})

    (started,) = followed(source)
    assert started.priority == 1
    assert source.priority == 0
