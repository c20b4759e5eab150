"""Renames, the rewrite of uuids, and comparisons, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Person, Project
from tests.builders import document, script

ROUTE = script("route", body="return {action: 'go'};", uuid="u-1")
ROUTE["config"]["scriptActions"] = [{"slug": "go", "uuid": "u-2"}]
NEXT = script(
    "next",
    "route:go",
    body="return {v: steps.route.result, w: steps['route']};",
    conditionExpr="steps.route.action = 'go'",
    input={"v": {"$step": "route"}},
)


def post(api: Any, person: Person, verb: str, **body: Any) -> Any:
    return api(person).post(f"/api/plan-editor/{verb}/", body, format="json")


def test_a_step_is_renamed_wherever_it_is_named(project: Project, ann: Person, api: Any) -> None:
    found = post(api, ann, "rename", document=document(ROUTE, NEXT), step="route", to="choose-way").json()
    looked = post(api, ann, "look", document=found["document"]).json()

    assert [step["slug"] for step in found["document"]["steps"]] == ["choose-way", "next"]
    assert 'step "next", dependsOn[0]: "route:go" is now "choose-way:go"' in found["changes"]
    assert [finding["code"] for finding in looked["findings"]] == ["action-identity-conflict", "legacy-uuids"]
    assert '"route"' not in str(found["document"]).replace("'", '"')


def test_an_action_is_renamed_wherever_it_is_named(project: Project, ann: Person, api: Any) -> None:
    found = post(
        api, ann, "rename", document=document(ROUTE, NEXT), step="route", action="go", to="on"
    ).json()

    route, following = found["document"]["steps"]
    assert (route["config"]["scriptActions"], route["config"]["scriptBody"]) == (
        [{"slug": "on"}],
        "return {action: 'on'};",
    )
    assert (following["dependsOn"], following["conditionExpr"]) == (["route:on"], "steps.route.action = 'on'")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"step": "route", "to": "next"}, "another step is named"),
        ({"step": "route", "to": "No slug"}, "is no slug"),
        ({"step": "lost", "to": "found"}, "there is no step"),
        ({"step": "route", "action": "lost", "to": "found"}, "declares no action"),
    ],
)
def test_a_rename_that_cannot_be_done_says_why(
    names: dict[str, str], said: str, project: Project, ann: Person, api: Any
) -> None:
    answer = post(api, ann, "rename", document=document(ROUTE, NEXT), **names)

    assert (answer.status_code, answer.json()["code"]) == (400, "cannot-rename")
    assert said in answer.json()["detail"]


def test_uuids_are_rewritten_and_told(project: Project, ann: Person, api: Any) -> None:
    found = post(api, ann, "rewrite", document=document(ROUTE, script("end", "u-1:u-2"))).json()
    again = post(api, ann, "rewrite", document=found["document"]).json()

    assert "uuid" not in str(found["document"])
    assert found["document"]["steps"][1]["dependsOn"] == ["route:go"]
    assert len(found["changes"]) == 3
    assert again == {"document": found["document"], "changes": []}


def test_references_by_uuid_in_the_text_are_told_too(project: Project, ann: Person, api: Any) -> None:
    text = "slug: p\nsteps:\n- {slug: a, kind: SCRIPT, uuid: u-1}\n- {slug: b, kind: SCRIPT, dependsOn: [u-1?]}\n"
    normal = post(api, ann, "look", source=text, notation="yaml").json()["document"]

    found = post(api, ann, "rewrite", document=normal, source=text, notation="yaml").json()

    assert found["changes"] == ['step "a", uuid: "u-1" dropped', 'step "b", dependsOn[0]: "u-1?" is now "a?"']


def test_two_documents_are_compared(project: Project, ann: Person, api: Any) -> None:
    before = document(script("a"), script("b"), script("c"), layout={"a": {"x": 1, "y": 1}})
    after = document(script("a"), script("b", name="B"), script("d", "b"))

    assert post(api, ann, "compare", before=before, after=after).json() == {
        "changes": [
            'step "c" (SCRIPT) removed',
            'step "b": name set to "B"',
            'step "d" (SCRIPT) added after b',
        ],
        "steps": {"c": "removed", "b": "changed", "d": "added"},
    }


@pytest.mark.parametrize("verb", ["rename", "rewrite", "compare", "source"])
def test_only_authors_change_documents(
    verb: str, project: Project, ben: Person, cy: Person, api: Any
) -> None:
    bodies = {"document": {}, "before": {}, "after": {}, "step": "a", "to": "b"}

    assert [post(api, person, verb, **bodies).status_code for person in (ben, cy)] == [403, 404]


@pytest.mark.parametrize("verb", ["rename", "rewrite", "compare", "source"])
def test_without_a_document_there_is_nothing_to_change(
    verb: str, project: Project, ann: Person, api: Any
) -> None:
    assert post(api, ann, verb).json()["code"] == "no-plan"
