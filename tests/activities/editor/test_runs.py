"""Data of earlier runs, beside the fields of the editor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.run_data import LONGEST, cut
from activities.steps import Completed
from plans.models import Person, Project
from tests import builders
from tests.activities.running import World, fan

RUNS = "/api/activity-plans/invoices/runs"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def got(api: Any, person: Person, address: str) -> Any:
    answer = api(person).get(address)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_the_newest_ten_runs_are_listed(world: World, ann: Person, api: Any) -> None:
    plan = builders.plan(builders.project())
    started = [world.start_plan(plan, by=ann) for _ in range(12)]

    runs = got(api, ann, RUNS)["runs"]

    assert [run["id"] for run in runs] == [str(activity.pk) for activity in reversed(started)][:10]
    assert runs[0] == {
        "id": str(started[-1].pk),
        "title": "Invoices",
        "status": "RUNNING",
        "startedAt": runs[0]["startedAt"],
        "versionNumber": 1,
        "url": f"/activities/{started[-1].pk}/",
    }


def test_a_run_shows_what_it_was_given_and_what_its_steps_gave(world: World, ann: Person, api: Any) -> None:
    world.answers["first"] = Completed({"n": 1}, "done")
    steps = [builders.script("first"), fan("each", "first")]
    activity = world.start(*steps, by=ann, documents=["a.csv", "b.csv"], inputs={"amount": 5})
    world.play(activity)

    shown = got(api, ann, f"{RUNS}/{activity.pk}/")

    each = {"status": "COMPLETED", "action": None, "result": {"by": "each"}, "error": None}
    assert shown == {
        "inputs": {"amount": 5},
        "variables": {},
        "documents": ["a.csv", "b.csv"],
        "steps": {
            "first": {"status": "COMPLETED", "action": "done", "result": {"n": 1}, "error": None},
            "each": {
                "status": "COMPLETED",
                "action": None,
                "result": {"documents": {"a.csv": {"by": "each"}, "b.csv": {"by": "each"}}},
                "error": None,
                "documents": {"a.csv": each, "b.csv": each},
            },
        },
    }


@pytest.mark.parametrize("size", [100_000, 2_000_000])
def test_a_huge_value_is_cut_with_a_mark(world: World, ann: Person, api: Any, size: int) -> None:
    world.answers["first"] = Completed({"text": "x" * size, "more": 1})
    activity = world.start(builders.script("first"), by=ann)
    world.play(activity)

    result = got(api, ann, f"{RUNS}/{activity.pk}")["steps"]["first"]["result"]

    assert len(json.dumps(result)) < LONGEST + 1000
    assert "… (cut" in json.dumps(result, ensure_ascii=False)


def test_runs_of_other_projects_and_plans_are_not_shown(
    world: World, ann: Person, cy: Person, api: Any
) -> None:
    other = builders.project("secret")
    plan = builders.plan(builders.project())
    mine = world.start_plan(plan, by=ann)
    of_another_plan = world.start(builders.script("a"), slug="other", by=ann)
    from plans.services import bind

    bind(other, "activity-plan", "invoices", by=None)
    from activities import services

    hidden = services.start(plan, project=other, by=None, inputs={})

    assert [run["id"] for run in got(api, ann, RUNS)["runs"]] == [str(mine.pk)]
    assert [api(ann).get(f"{RUNS}/{each.pk}").status_code for each in (hidden, of_another_plan)] == [404, 404]
    assert api(cy).get(RUNS).status_code == 404
    assert api(cy).get(f"{RUNS}/{mine.pk}").status_code == 404


def test_what_a_viewer_may_see_is_shown(world: World, project: Project, ben: Person, api: Any) -> None:
    activity = world.start(builders.script("first"))

    assert api(ben).get(f"{RUNS}/{activity.pk}").status_code == 200


@given(JSON)
def test_a_value_that_fits_is_left_alone(value: Any) -> None:
    assert cut(value, longest=10_000_000) is value


@given(JSON, st.integers(0, 200))
def test_a_cut_value_is_json_of_about_the_room_it_has(value: Any, room: int) -> None:
    shown = cut(value, longest=room)

    assert json.loads(json.dumps(shown)) == shown
    whole = len(json.dumps(value, ensure_ascii=False))
    assert shown == value or whole > room


def test_a_cut_list_and_object_say_how_much_is_missing() -> None:
    shown = cut({"a": list(range(100)), "b": 1, "c": 2}, longest=60)

    assert shown["a"][-1].startswith("… (cut: ")
    assert shown["…"] == "cut: 2 more keys"
