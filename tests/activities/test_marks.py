"""What a completed step leaves behind: badges on the activity, a status on its documents."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from activities import services
from activities.live import events_after, snapshot
from activities.messages import wire
from activities.models import DocumentFamily
from activities.steps import Completed, StepCall
from plans.models import Person
from tests import builders
from tests.activities.running import FAILS, SKIPS, WAITS, complete, fan, fresh

pytestmark = pytest.mark.django_db
HOT = {"label": "Hot", "color": "red"}


def stamps(slug: str, *depends_on: str, status: str = "read", **keys: Any) -> dict[str, Any]:
    return builders.script(slug, *depends_on) | {"setDocumentStatus": status} | keys


def documents() -> dict[str, str]:
    return dict(DocumentFamily.objects.values_list("name", "status"))


def test_a_step_stamps_all_documents_of_its_activity_when_it_completes(world: Any) -> None:
    activity = world.start(stamps("a"), documents=["x.csv", "y.csv"])
    assert documents() == {"x.csv": "", "y.csv": ""}

    world.play(activity)

    assert documents() == {"x.csv": "read", "y.csv": "read"}


@pytest.mark.parametrize("answer", [FAILS, SKIPS])
def test_a_step_that_does_not_complete_stamps_nothing(world: Any, answer: Any) -> None:
    world.answers["a"] = answer

    world.play(world.start(stamps("a"), documents=["x.csv"]))

    assert documents() == {"x.csv": ""}


def test_a_per_document_step_stamps_those_that_completed_there(world: Any) -> None:
    def each(call: StepCall) -> Any:
        assert call.document is not None
        return FAILS if call.document.name == "bad.csv" else Completed({})

    world.answers["read"] = each

    world.play(world.start(fan("read") | {"setDocumentStatus": "read"}, documents=["x.csv", "bad.csv"]))

    assert documents() == {"x.csv": "read", "bad.csv": ""}


def test_a_status_that_is_none_is_logged_and_fails_nothing(world: Any, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING, logger="throughline.marks"):
        activity = world.play(world.start(stamps("a", status="No Such!"), documents=["x.csv"]))

    assert (activity.status, documents()) == ("COMPLETED", {"x.csv": ""})
    assert "unknown document status 'No Such!'" in caplog.text


def test_the_next_step_sees_the_new_status(world: Any) -> None:
    world.play(world.start(stamps("a"), fan("b", "a"), documents=["x.csv"]))

    (call,) = world.called("b")
    assert call.document.status == "read"


def test_a_later_step_of_the_same_worker_sees_the_new_status(world: Any) -> None:
    steps = [builders.script("first"), stamps("a", "first"), builders.script("last", "a")]
    for step in (steps[0], steps[2]):
        step["config"]["scriptBody"] = "return {n: families.length}"

    world.play(world.start(*steps, documents=["x.csv"]))

    seen = {call.step.slug: [each.status for each in call.documents] for call in world.calls}
    assert (seen["first"], seen["last"]) == ([""], ["read"])


def test_badges_of_a_plan_s_step_are_put_on_where_they_are_promoted(world: Any) -> None:
    badges = [HOT | {"promote": True}, {"label": "Own"}, {"label": "No", "promote": False}]

    activity = world.play(world.start(builders.script("a", badges=badges)))

    assert activity.badges == [HOT]


def test_badges_of_a_script_are_put_on_once_each(world: Any) -> None:
    world.answers["a"] = Completed({"badges": [HOT, {"label": "PO 7", "icon": "tag", "extra": 1}]})
    world.answers["b"] = Completed({"badges": [HOT, HOT | {"color": "blue"}, "nonsense", {"icon": "x"}]})

    activity = world.play(world.start(builders.script("a"), builders.script("b", "a")))

    assert activity.badges == [HOT, {"label": "PO 7", "icon": "tag"}, HOT | {"color": "blue"}]


def test_badges_of_documents_are_put_on_when_their_step_completes(world: Any) -> None:
    step = {
        "slug": "each",
        "kind": "SCRIPT",
        "config": {"scriptBody": "return {badges: []}", "perDocument": True},
    }
    world.answers["each"] = lambda call: Completed({"badges": [{"label": call.document.name}]})

    activity = world.play(world.start(step, documents=["x.csv", "y.csv"]))

    assert activity.badges == [{"label": "x.csv"}, {"label": "y.csv"}]


def test_results_of_other_kinds_carry_no_badges(world: Any) -> None:
    world.answers["m"] = Completed({"badges": [HOT]})
    step = {"slug": "m", "kind": "EXECUTION", "config": {"moduleRef": "builtin/noop"}}

    assert world.play(world.start(step)).badges == []


def test_a_browser_and_a_program_see_the_badges(world: Any, ann: Person, api: Any) -> None:
    world.answers["a"] = Completed({"badges": [HOT]})

    activity = world.play(world.start(builders.script("a"), by=ann))

    assert wire(snapshot(activity.pk))["activity"]["badges"] == [HOT]
    moved = [wire(event)["activity"] for event in events_after(activity.pk, 0)]
    assert next(each for each in moved if each and each["badges"])["status"] in ("RUNNING", "COMPLETED")
    assert api(ann).get(f"/api/activities/{activity.pk}").json()["badges"] == [HOT]


def test_the_badges_of_what_is_done_again_come_off_until_it_completes(world: Any) -> None:
    first, cold = builders.script("a"), {"label": "Cold"}
    last = builders.script("b", "a") | {"badges": [{"label": "Late", "promote": True}]}
    for step in (first, last):
        step["config"]["scriptBody"] = "return {badges: []}"
    world.answers["a"] = Completed({"badges": [HOT]})
    world.answers["b"] = Completed({"badges": [cold]})
    activity = world.play(world.start(first, last))
    assert activity.badges == [HOT, {"label": "Late"}, cold]

    world.answers["b"] = WAITS
    services.rerun(activity.pk, "b", by=None)

    assert fresh(world.play(activity)).badges == [HOT]
    assert complete(activity, "b", result={"badges": []})
    assert fresh(activity).badges == [HOT, {"label": "Late"}]
