"""What a start is checked for beside its inputs: documents, one run per project; and the name it gets."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from activities import ai, live, naming, runtime, services
from activities.messages import wire
from activities.models import Activity, ModelUse, Outbox
from plans.errors import Invalid
from tests import builders
from tests.activities.running import WAITS, document, fresh

pytestmark = pytest.mark.django_db
ONCE = {"metadata": {"serializePerProject": True}}


def start(plan: Any, *names: str, project: Any = None, **more: Any) -> Activity:
    documents = [document(name) for name in names]
    return services.start(
        plan, project=project or builders.project(), by=None, inputs={}, documents=documents, **more
    )


# -- one run per project ---------------------------------------------------------------------------------------------


def test_a_second_start_is_folded_into_the_run_there_is(world: Any, project: Any) -> None:
    world.answers["first"] = WAITS
    plan = builders.plan(project, **ONCE)
    running = start(plan)
    world.play(running)

    assert start(plan) == running
    assert Activity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_starts_at_the_same_moment_all_get_the_same_run(world: Any) -> None:
    plan = builders.plan(builders.project(), **ONCE)
    together = threading.Barrier(4)

    def begin(_: int) -> Activity:
        together.wait()
        try:
            return start(plan)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        started = set(pool.map(begin, range(4)))

    assert len(started) == Activity.objects.count() == 1


def test_what_has_ended_folds_nothing_in(world: Any, project: Any) -> None:
    plan = builders.plan(project, **ONCE)
    ended = world.play(start(plan))

    assert start(plan) != ended


def test_a_paused_run_is_a_run(world: Any, project: Any) -> None:
    plan = builders.plan(project, **ONCE)
    running = start(plan)
    services.pause(running.pk, by=None)

    assert start(plan) == running


def test_another_project_and_another_plan_have_runs_of_their_own(world: Any, project: Any) -> None:
    legal = builders.project("legal")
    plan = builders.plan(project, **ONCE)
    builders.bind(legal, "activity-plan", "invoices")
    running = start(plan)

    assert start(plan, project=legal) != running
    assert start(builders.plan(project, slug="other", **ONCE)) != running


def test_a_refused_start_is_refused_though_there_is_a_run(world: Any, project: Any) -> None:
    plan = builders.plan(project, documentFamilyGroups=[{"name": "Bills", "maxHits": 1}], **ONCE)
    start(plan)

    with pytest.raises(Invalid):
        start(plan, "a.csv", "b.csv")


def test_replanning_the_one_run_starts_a_fresh_one(world: Any, project: Any) -> None:
    world.answers["first"] = WAITS
    running = start(builders.plan(project, **ONCE))

    replanned = services.replan(running.pk, by=None)

    assert replanned != running
    assert fresh(running).status == "REPLANNED"


# -- groups of documents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "names", "told"),
    [
        ([{"name": "Bills", "required": True}], [], 'requires at least one document in "Bills"'),
        (
            [{"name": "Bills", "maxHits": 1}],
            ["a.csv", "b.csv"],
            'at most 1 documents in "Bills"; it was given 2',
        ),
        (
            [{"name": "Bills", "maxHits": 1}, {"name": "Notes", "maxHits": 1}],
            ["a.csv", "b.csv", "c.csv"],
            'at most 2 documents in "Bills" + "Notes"; it was given 3',
        ),
        (
            [{"name": "Bills", "maxSize": 1}],
            ["a.csv"],
            'documents in "Bills" may have 1\xa0byte; larger: a.csv',
        ),
        (
            [{"name": "Bills", "uniqueFilenames": True}],
            ["a.csv", "b.csv", "a.csv"],
            'documents in "Bills" need different names; there are several of a.csv',
        ),
    ],
)
def test_documents_that_a_plan_does_not_take_are_refused(
    world: Any, project: Any, groups: Any, names: Any, told: str
) -> None:
    plan = builders.plan(project, documentFamilyGroups=groups)

    with pytest.raises(Invalid) as caught:
        start(plan, *names)

    assert told in caught.value.message
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ([], ["a.csv", "a.csv"]),
        ([{"name": "Bills", "required": True, "maxHits": 2, "uniqueFilenames": True}], ["a.csv", "b.csv"]),
        ([{"name": "Bills", "maxHits": 1}, {"name": "Notes"}], ["a.csv", "b.csv"]),
        ([{"name": "Bills", "maxHits": 1}], []),
    ],
)
def test_documents_that_a_plan_takes_are_taken(world: Any, project: Any, groups: Any, names: Any) -> None:
    plan = builders.plan(project, documentFamilyGroups=groups)

    assert start(plan, *names).activity_documents.count() == len(names)


# -- names -----------------------------------------------------------------------------------------------------------

NAMED = {
    "name": "Invoices",
    "defaultTitleTemplate": "Invoice run",
    "metadata": {
        "aiNaming": {"enabled": True, "prompt": "Name {activityPlanName}: {documentFamilyPaths} {x}"}
    },
}


@pytest.fixture
def model(world: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A model that answers as told; `asked` keeps its prompts."""
    world.line.unsent = ("tell-owner",)
    told: dict[str, Any] = {"answer": '{"title": "Acme, October", "description": "Two bills."}', "asked": []}

    def ask(chosen: Any, prompt: str, **_: Any) -> ai.Reply:
        told["asked"].append(prompt)
        if isinstance(told["answer"], Exception):
            raise told["answer"]
        return ai.Reply(told["answer"], "test", "small", stand_in=False)

    monkeypatch.setattr(naming.ai, "choose", lambda wanted: ai.Chosen("test", "small", model="test"))
    monkeypatch.setattr(naming.ai, "ask", ask)
    return told


def test_a_model_names_the_activity_after_its_start(world: Any, project: Any, model: Any) -> None:
    activity = start(builders.plan(project, **NAMED), "a.csv", "b.csv")
    assert activity.title == "Invoice run"

    activity = world.play(activity)

    assert (activity.title, activity.description) == ("Acme, October", "Two bills.")
    assert model["asked"][0].startswith("Name Invoices: a.csv, b.csv {x}")


def test_open_pages_hear_of_the_name_and_it_is_on_record(
    world: Any, project: Any, model: Any, ann: Any, api: Any
) -> None:
    activity = start(builders.plan(project, **NAMED))
    before = live.snapshot(activity.pk)

    activity = world.play(activity)

    told = [each for each in live.events_after(activity.pk, before.seq) if each.type == "ActivityNamed"]
    assert [(each.text, each.steps) for each in told] == [("Activity named “Acme, October”", [])]
    assert wire(told[0])["activity"]["title"] == live.snapshot(activity.pk).activity.title == "Acme, October"
    named = activity.events.get(type="ActivityNamed")
    assert "Acme" not in str(named.data)
    usage = api(ann).get(f"/api/activities/{activity.pk}/").json()["usage"]
    assert (usage["requests"], usage["standIn"], usage["models"][0]["model"]) == (1, False, "small")
    assert ModelUse.objects.get().position is None


def test_a_title_that_changed_meanwhile_stays(world: Any, project: Any, model: Any) -> None:
    activity = start(builders.plan(project, **NAMED))

    runtime.rename(activity.pk, title="Late", instead_of="Another")

    assert fresh(activity).title == "Invoice run"


def test_a_name_after_the_end_moves_nothing(world: Any, project: Any, model: Any) -> None:
    ended = world.play(start(builders.plan(project, output={"x": 1}, **NAMED), title="Mine"))
    outbox = Outbox.objects.filter(activity=ended).count()

    runtime.rename(ended.pk, title="Ours", instead_of="Mine", description="All of it.")

    named = fresh(ended)
    assert (named.title, named.description, named.status) == ("Ours", "All of it.", ended.status)
    assert Outbox.objects.filter(activity=ended).count() == outbox
    assert bytes(named.state) == bytes(ended.state)


@pytest.mark.parametrize(
    "answer", [ai.ModelFailed("down", code="down"), "", '{"title": ""}', '{"title": null}']
)
def test_the_first_title_stays_whatever_goes_wrong(world: Any, project: Any, model: Any, answer: Any) -> None:
    model["answer"] = answer

    activity = world.play(start(builders.plan(project, **NAMED)))

    assert (activity.title, activity.status) == ("Invoice run", "COMPLETED")
    assert not Outbox.objects.filter(activity=activity, delivered_at=None).exists()


def test_a_title_that_was_given_is_kept(world: Any, project: Any, model: Any) -> None:
    activity = world.play(start(builders.plan(project, **NAMED), title="Mine"))

    assert (activity.title, model["asked"]) == ("Mine", [])


def test_a_plan_that_does_not_ask_for_it_is_not_named(world: Any, project: Any, model: Any) -> None:
    plan = builders.plan(project, **NAMED | {"metadata": {"aiNaming": {"enabled": False, "prompt": "x"}}})

    world.play(start(plan))

    assert model["asked"] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"title": "A", "description": "B"}', ("A", "B")),
        ('Sure!\n```json\n{"title": "A  b\\n c"}\n```', ("A b c", "")),
        ('"Acme invoices"\nand more', ("Acme invoices", "")),
        ("{not json}", ("{not json}", "")),
        ('{"title": "' + "x" * 400 + '"}', ("x" * 300, "")),
        ("", ("", "")),
    ],
)
def test_names_are_read_from_whatever_a_model_says(text: str, names: Any) -> None:
    assert naming.read_names(text) == names


def test_a_prompt_can_read_the_metadata_of_documents(world: Any, project: Any) -> None:
    families = [document("a.csv"), document("b.csv"), document("c.csv")]
    for family, metadata in zip(
        families, ({"po": {"n": 7}}, {"po": {"n": 7}}, {"po": {"n": "x"}}), strict=True
    ):
        family.metadata = metadata
    text = "{metadata:po.n} {metadata:none} {externalData:x}|{documentFamilyCount}|{templateName}|{unknown:z}"
    plan = naming.Plan(slug="p", name="P", metadata={"aiNaming": {"enabled": True, "prompt": text}})

    assert naming.prompt_for(plan, families).startswith("7; x  |3|P|{unknown:z}")
