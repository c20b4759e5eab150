"""Saving from the editor: versions, drafts, and the merge with what somebody else saved."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Person, Plan, PlanDraft, Project
from tests import builders
from tests.builders import document, script

PLAN = "/api/activity-plans/invoices"
SOURCE = """\
slug: invoices # mine
name: Invoices
steps:
- {slug: first, kind: SCRIPT, script: 'return {};', dependsOn: []}
"""


@pytest.fixture
def plan(project: Project) -> Plan:
    """A plan in its first version, published."""
    return builders.plan(project)


@pytest.fixture
def dora(project: Project) -> Person:
    """A second author."""
    return builders.person("dora", "author", project=project)


def save(api: Any, person: Person, document: dict[str, Any], sequence: int, **more: Any) -> Any:
    body = {
        "document": document,
        "source": "",
        "notation": "yaml",
        "note": "",
        "changeSequence": sequence,
    } | more
    return api(person).post(f"{PLAN}/save/", body, format="json")


def test_a_save_makes_a_version_with_its_source(plan: Plan, ann: Person, api: Any) -> None:
    answer = save(api, ann, document(), plan.change_sequence, source=SOURCE, note="From the editor")

    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in ("versionNumber", "changeSequence", "changed")} == {
        "versionNumber": 2,
        "changeSequence": plan.change_sequence + 1,
        "changed": True,
    }
    version = plan.versions.get(number=2)
    assert (version.source, version.note, version.author) == (SOURCE, "From the editor", ann)


def test_the_source_that_is_kept_says_what_the_document_says(plan: Plan, ann: Person, api: Any) -> None:
    save(api, ann, document(script("first", name="Later")), plan.change_sequence, source=SOURCE)

    source = plan.versions.get(number=2).source
    assert "# mine" in source and "name: Later" in source


def test_a_save_throws_the_draft_away_and_leaves_uuids(plan: Plan, ann: Person, api: Any) -> None:
    api(ann).put(f"{PLAN}/draft/", document(script("x")), format="json")

    answer = save(api, ann, document(script("a", uuid="u-1")), plan.change_sequence)

    assert answer.json()["steps"][0]["uuid"] == "u-1"
    assert not PlanDraft.objects.exists()


def test_a_stale_save_is_kept_as_the_draft_of_the_version_it_began_from(
    plan: Plan, ann: Person, dora: Person, api: Any
) -> None:
    sequence = plan.change_sequence
    save(api, dora, document(script("first", body="return 1;")), sequence)

    answer = save(api, ann, document(script("second")), sequence, source="# typed", beganFromVersionNumber=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale-change-sequence")
    draft = api(ann).get(f"{PLAN}/draft/").json()
    assert (draft["document"]["steps"][0]["slug"], draft["beganFromVersionNumber"]) == ("second", 1)


def test_a_draft_holds_document_source_and_the_version_it_began_from(
    plan: Plan, ann: Person, dora: Person, api: Any
) -> None:
    save(api, dora, document(script("other")), plan.change_sequence)
    body = {"document": document(script("b")), "source": "# b", "beganFromVersionNumber": 1}

    answer = api(ann).put(f"{PLAN}/draft/", body, format="json")

    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in body} == body


def test_a_draft_as_a_bare_document_is_kept_as_before(plan: Plan, ann: Person, api: Any) -> None:
    answer = api(ann).put(f"{PLAN}/draft/", document(script("b")), format="json")

    assert answer.json()["document"] == document(script("b"))


def test_what_does_not_touch_is_merged(plan: Plan, ann: Person, dora: Person, api: Any) -> None:
    save(api, dora, document(script("first"), script("theirs", "first")), plan.change_sequence)
    mine = document(script("first", name="Mine"))

    found = (
        api(ann).post(f"{PLAN}/merge/", {"document": mine, "beganFromVersionNumber": 1}, format="json").json()
    )

    assert found["document"]["steps"] == [
        {
            "slug": "first",
            "kind": "SCRIPT",
            "name": "Mine",
            "dependsOn": [],
            "config": {"scriptBody": "return {};"},
        },
        {"slug": "theirs", "kind": "SCRIPT", "dependsOn": ["first"], "config": {"scriptBody": "return {};"}},
    ]
    assert (found["conflicts"], found["mine"]) == ([], ['step "first": name set to "Mine"'])
    assert found["theirs"] == {
        "versionNumber": 2,
        "changeSequence": plan.change_sequence + 1,
        "author": "Dora",
        "changes": ['step "theirs" (SCRIPT) added after first'],
    }
    saved = save(api, ann, found["document"], found["theirs"]["changeSequence"])
    assert (saved.status_code, saved.json()["versionNumber"]) == (200, 3)


def test_a_conflict_is_shown_and_can_go_either_way(plan: Plan, ann: Person, dora: Person, api: Any) -> None:
    save(api, dora, document(script("first", body="return 'theirs';")), plan.change_sequence)
    body = {"document": document(script("first", body="return 'mine';")), "beganFromVersionNumber": 1}

    found = api(ann).post(f"{PLAN}/merge/", body, format="json").json()
    taken = api(ann).post(f"{PLAN}/merge/", body | {"takeTheirs": [0]}, format="json").json()

    assert found["conflicts"] == [
        {
            "step": "first",
            "path": ["steps", 0, "config", "scriptBody"],
            "base": "return {};",
            "mine": "return 'mine';",
            "theirs": "return 'theirs';",
        }
    ]
    bodies = [answer["document"]["steps"][0]["config"]["scriptBody"] for answer in (found, taken)]
    assert bodies == ["return 'mine';", "return 'theirs';"]


def test_the_draft_knows_where_a_merge_begins(plan: Plan, ann: Person, api: Any) -> None:
    without = api(ann).post(f"{PLAN}/merge/", {"document": document()}, format="json")
    api(ann).put(f"{PLAN}/draft/", document(), format="json")

    answer = api(ann).post(f"{PLAN}/merge/", {"document": document()}, format="json")

    assert (without.status_code, answer.status_code, answer.json()["conflicts"]) == (404, 200, [])


@pytest.mark.parametrize("verb", ["save", "merge"])
def test_only_authors_save_and_merge(verb: str, plan: Plan, ben: Person, cy: Person, api: Any) -> None:
    body = {"document": document(), "changeSequence": 1, "beganFromVersionNumber": 1}

    answers = [api(person).post(f"{PLAN}/{verb}/", body, format="json").status_code for person in (ben, cy)]

    assert answers == [403, 404]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"document": 5},
        {"document": {}, "changeSequence": "x"},
        {"document": {"slug": "invoices"}, "changeSequence": True},
        {"document": {"slug": "invoices"}, "source": 5},
        {"document": {"slug": "invoices"}, "notation": "toml"},
        {"document": {"slug": "other"}},
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(
    body: dict[str, Any], plan: Plan, ann: Person, api: Any
) -> None:
    answer = api(ann).post(f"{PLAN}/save/", body, format="json")

    assert answer.status_code == 400 and answer.json()["detail"]
    assert plan.versions.count() == 1
