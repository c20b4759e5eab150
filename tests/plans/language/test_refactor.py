"""Renames reach every reference, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.language.findings import Catalog, check
from plans.language.refactor import RefactorError, Rewrite, rename_action, rename_step, rewrite_uuids
from plans.language.spellings import read, write

EXTRACT = "11111111-1111-4111-8111-111111111111"
ROUTE = "22222222-2222-4222-8222-222222222222"
REVIEW = "c0ffee00-0000-4000-8000-000000000001"


def legacy_plan() -> dict[str, Any]:
    """Make a plan that names its steps by uuid wherever a step can be named."""
    return {
        "slug": "p",
        "layout": {EXTRACT: {"x": 1, "y": 2}, "other": {"x": 0, "y": 0}},
        "output": {"$from": {"step": EXTRACT}},
        "steps": [
            {"slug": "extract", "uuid": EXTRACT, "kind": "EXECUTION", "config": {"moduleRef": "m"}},
            {
                "slug": "route",
                "uuid": ROUTE,
                "kind": "SCRIPT",
                "dependsOn": [EXTRACT],
                "config": {
                    "scriptBody": f'return {{action: steps["{EXTRACT}"].x}};',
                    "scriptActions": [{"uuid": REVIEW, "name": "Review"}, {"slug": "post", "uuid": "post"}],
                },
            },
            {
                "slug": "after",
                "kind": "EXECUTION",
                "dependsOn": [f"{ROUTE}?:{REVIEW}", f"{EXTRACT}?"],
                "conditionExpr": f"steps.`{EXTRACT}`.x = 'x' and $lookup(steps, '{ROUTE}').action = '{REVIEW}'",
                "input": {"k": [{"$from": {"step": EXTRACT}, "path": "a", "$on_skip": "use_default", "$default": 1}]},
                "config": {"moduleRef": "m", "moduleOptions": {"t": f"{{{{ steps.{ROUTE}.action }}}}"}},
            },
            {
                "slug": "sign",
                "kind": "APPROVAL",
                "dependsOn": ["after"],
                "config": {"approverRole": "cfo", "distinctFrom": [ROUTE]},
            },
        ],
        "test": {
            "mocks": [{"step": EXTRACT, "returns": {"outcome": "success"}}],
            "cases": [{"mocks": [{"step": ROUTE}], "steps": {EXTRACT: {"status": "COMPLETED"}}}],
        },
    }  # fmt: skip


def test_uuids_are_rewritten_as_slugs_wherever_they_stand() -> None:
    plan, done = rewrite_uuids(read(legacy_plan())[0])
    document = write(plan)

    route, after, sign = document["steps"][1:]
    assert route["dependsOn"] == ["extract"]
    assert route["config"] == {
        "scriptBody": 'return {action: steps["extract"].x};',
        "scriptActions": [{"slug": REVIEW, "name": "Review"}, {"slug": "post"}],
    }
    assert after["dependsOn"] == [f"route?:{REVIEW}", "extract?"]
    assert after["conditionExpr"] == (
        f"steps.extract.x = 'x' and $lookup(steps, 'route').action = '{REVIEW}'"
    )
    assert after["input"]["k"][0]["$from"] == {"step": "extract"}
    assert after["config"]["moduleOptions"] == {"t": "{{ steps.route.action }}"}
    assert sign["config"]["distinctFrom"] == ["route"]
    assert document["layout"] == {"extract": {"x": 1, "y": 2}, "other": {"x": 0, "y": 0}}
    assert document["output"] == {"$from": {"step": "extract"}}
    assert document["test"]["mocks"][0]["step"] == "extract"
    assert document["test"]["cases"][0] == {
        "mocks": [{"step": "route"}],
        "steps": {"extract": {"status": "COMPLETED"}},
    }
    assert '"uuid"' not in json.dumps(document)
    assert Rewrite("route", "dependsOn[0]", EXTRACT, "extract") in done
    assert Rewrite("after", "dependsOn[0]", f"{ROUTE}?:{REVIEW}", f"route?:{REVIEW}") in done
    assert Rewrite("extract", "uuid", EXTRACT, None) in done
    assert {finding.code for finding in check(plan, Catalog())} == {
        "action-qualifier-on-await-ignored",
        "action-unrouted",
        "distinct-from-nobody",
    }


def test_a_second_rewrite_changes_nothing() -> None:
    once, _ = rewrite_uuids(read(legacy_plan())[0])

    assert rewrite_uuids(once) == (once, [])
    assert rewrite_uuids(read(write(once))[0]) == (once, [])


def test_a_uuid_that_collides_stays_a_finding() -> None:
    document = legacy_plan()
    document["steps"][0]["uuid"] = "route"

    plan, _ = rewrite_uuids(read(document)[0])

    assert plan.steps[0].uuid == "route"
    assert "legacy-uuid-collision" in [finding.code for finding in check(plan, Catalog())]


def test_an_action_keeps_its_slug_and_edges_by_its_uuid_follow() -> None:
    document = {
        "steps": [
            {
                "slug": "a",
                "kind": "SCRIPT",
                "config": {"scriptBody": "x", "scriptActions": [{"slug": "x", "uuid": "y"}]},
            },
            {"slug": "b", "kind": "EXECUTION", "dependsOn": ["a:y"], "config": {"moduleRef": "m"}},
        ]
    }

    plan, _ = rewrite_uuids(read(document)[0])

    assert [str(entry) for entry in plan.steps[1].depends_on] == ["a:x"]
    assert check(plan, Catalog()) == []


PLAN: dict[str, Any] = {
    "slug": "p",
    "layout": {"a": {"x": 1}},
    "output": {"$step": "a"},
    "steps": [
        {
            "slug": "a",
            "kind": "SCRIPT",
            "config": {
                "scriptBody": "return {action: 'go'}; // go",
                "scriptActions": [{"slug": "go"}, {"slug": "stop"}],
            },
        },
        {
            "slug": "b",
            "kind": "LLM",
            "dependsOn": ["a:go", "a?"],
            "conditionExpr": "steps.a.action = 'go' and 'stop' != steps.a.action and inputs.a = 'go' and my.steps.a",
            "input": {"$if": {"$step": "a"}, "then": {"$literal": {"$step": "a"}}},
            "config": {
                "promptBody": "Look at {{ steps.a.x }} of steps.a",
                "promptVariables": {"v": "steps.a.x & 'steps.a'", "w": "{{steps.a.x}}"},
                "outputMapping": {"k": "steps.a"},
                "enrichment": [
                    {"serviceBridgeRef": "erp", "operation": "steps.a", "inputMapping": {"q": "$.steps.a.x"}}
                ],
            },
        },
        {
            "slug": "c",
            "kind": "SCRIPT",
            "dependsOn": ["a:stop"],
            "config": {"scriptBody": "var s = steps.a?.x; log('steps.a'); return {v: steps.ab, w: my.steps.a};"},
        },
    ],
    "test": {
        "mocks": [{"step": "a", "returns": [{"outcome": "success", "action": "go"}]}],
        "cases": [{"name": "one", "steps": {"a": {"action": "go"}}}],
    },
}  # fmt: skip


def test_renaming_a_step_reaches_every_reference_and_no_other_text() -> None:
    plan, done = rename_step(read(PLAN)[0], "a", "new-a")
    document = write(plan)

    _, second, third = document["steps"]
    assert second["dependsOn"] == ["new-a:go", "new-a?"]
    assert second["conditionExpr"] == (
        "steps.`new-a`.action = 'go' and 'stop' != steps.`new-a`.action and inputs.a = 'go' and my.steps.a"
    )
    assert second["input"] == {"$if": {"$step": "new-a"}, "then": {"$literal": {"$step": "a"}}}
    assert second["config"] == {
        "promptBody": "Look at {{ steps.new-a.x }} of steps.a",
        "promptVariables": {"v": "steps.`new-a`.x & 'steps.a'", "w": "{{steps.new-a.x}}"},
        "outputMapping": {"k": "steps.a"},
        "enrichment": [
            {"serviceBridgeRef": "erp", "operation": "steps.a", "inputMapping": {"q": "$.steps.new-a.x"}}
        ],
    }
    assert third["config"]["scriptBody"] == (
        "var s = steps[\"new-a\"]?.x; log('steps.a'); return {v: steps.ab, w: my.steps.a};"
    )
    assert document["layout"] == {"new-a": {"x": 1}}
    assert document["output"] == {"$step": "new-a"}
    assert document["test"]["mocks"][0]["step"] == "new-a"
    assert document["test"]["cases"][0]["steps"] == {"new-a": {"action": "go"}}
    assert done[0] == Rewrite("new-a", "slug", "a", "new-a")
    assert plan.by_slug.keys() == {"new-a", "b", "c"}


def test_renaming_a_step_back_gives_the_plan_again() -> None:
    plan = read(PLAN)[0]

    there, _ = rename_step(plan, "a", "z")
    back, _ = rename_step(there, "z", "a")

    assert back == plan


def test_renaming_an_action_reaches_edges_comparisons_and_tests() -> None:
    plan, _ = rename_action(read(PLAN)[0], "a", "go", "run")
    document = write(plan)

    first, second, _ = document["steps"]
    assert first["config"] == {
        "scriptBody": "return {action: 'run'}; // go",
        "scriptActions": [{"slug": "run"}, {"slug": "stop"}],
    }
    assert second["dependsOn"] == ["a:run", "a?"]
    assert second["conditionExpr"].startswith(
        "steps.a.action = 'run' and 'stop' != steps.a.action and inputs.a = 'go'"
    )
    assert document["test"]["mocks"][0]["returns"][0]["action"] == "run"
    assert document["test"]["cases"][0]["steps"] == {"a": {"action": "run"}}
    assert check(plan, Catalog()) == []


def test_an_action_compared_from_the_right_is_renamed_too() -> None:
    plan, _ = rename_action(read(PLAN)[0], "a", "stop", "halt")

    assert "'halt' != steps.a.action" in (plan.steps[1].condition_expr or "")


def test_an_action_is_renamed_where_scripts_compare_it_and_cases_expect_it_of_documents() -> None:
    route = {"slug": "a-b", "kind": "SCRIPT", "config": {"scriptBody": "", "scriptActions": [{"slug": "go"}]}}
    bodies = {
        "x": "steps['a-b'].action === 'go' || steps[\"a-b\"]?.completedActionUuid != \"go\"",
        "y": "'go' == ctx.steps['a-b'].action && 'go' === steps.a.action && steps['a-b'].result === 'go'",
    }
    readers = [
        {"slug": slug, "kind": "SCRIPT", "dependsOn": ["a-b:go"], "config": {"scriptBody": body}}
        for slug, body in bodies.items()
    ]
    expected = {"a-b": {"documents": {"one.txt": {"action": "go"}, "two.txt": {"status": "FAILED"}}}}
    test = {"cases": [{"name": "one", "steps": expected}]}

    renamed, _ = rename_action(read({"steps": [route, *readers], "test": test})[0], "a-b", "go", "run")

    document = write(renamed)
    assert [step["config"]["scriptBody"] for step in document["steps"][1:]] == [
        "steps['a-b'].action === 'run' || steps[\"a-b\"]?.completedActionUuid != \"run\"",
        "'run' == ctx.steps['a-b'].action && 'go' === steps.a.action && steps['a-b'].result === 'go'",
    ]
    documents = document["test"]["cases"][0]["steps"]["a-b"]["documents"]
    assert documents == {"one.txt": {"action": "run"}, "two.txt": {"status": "FAILED"}}


def test_renaming_a_step_reaches_prompts_and_request_scripts() -> None:
    steps = [
        {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "return {}"}},
        {"slug": "b", "kind": "LLM", "config": {"promptBody": "{steps.a.x} and {{ steps.a.y }}"}},
        {"slug": "c", "kind": "AGENT", "config": {"agentRuntimeRef": "r", "prompt": "{steps.a.x}"}},
        {"slug": "d", "kind": "BRIDGE_CALL", "config": {"requestScript": "return {body: ctx.steps.a}"}},
    ]

    plan, _ = rename_step(read({"steps": steps})[0], "a", "z")

    config = [step["config"] for step in write(plan)["steps"]]
    assert config[1]["promptBody"] == "{steps.z.x} and {{ steps.z.y }}"
    assert (config[2]["prompt"], config[3]["requestScript"]) == ("{steps.z.x}", "return {body: ctx.steps.z}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lost", "x", 'there is no step "lost"'),
        ("a", "b", 'another step is named "b"'),
        ("a", "A", '"A" is no slug'),
    ],
)
def test_a_step_cannot_take_a_name_that_is_wrong_or_taken(old: str, new: str, message: str) -> None:
    with pytest.raises(RefactorError, match=message):
        rename_step(read(PLAN)[0], old, new)


@pytest.mark.parametrize(
    ("step", "old", "new", "message"),
    [
        ("b", "go", "x", 'step "b" declares no action "go"'),
        ("lost", "go", "x", 'step "lost" declares no action "go"'),
        ("a", "go", "stop", 'step "a" has an action "stop" already'),
        ("a", "go", "No!", '"No!" is no slug'),
    ],
)
def test_an_action_cannot_take_a_name_that_is_wrong_or_taken(
    step: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(RefactorError, match=message):
        rename_action(read(PLAN)[0], step, old, new)


def test_actions_of_a_task_are_renamed_in_its_template() -> None:
    step = {
        "slug": "t",
        "kind": "CREATE_TASK",
        "config": {"taskTemplateRef": "r", "actions": [{"slug": "go"}]},
    }

    with pytest.raises(RefactorError, match="come from its task template"):
        rename_action(read({"steps": [step]})[0], "t", "go", "run")


def test_a_rewrite_says_itself_in_words() -> None:
    assert str(Rewrite("a", "dependsOn[0]", "u", "b")) == 'step "a", dependsOn[0]: "u" is now "b"'
    assert str(Rewrite(None, "layout", "u", None)) == 'layout: "u" dropped'


def test_rewriting_a_plan_without_uuids_keeps_what_could_not_be_read() -> None:
    plan, done = rewrite_uuids(read({"steps": False})[0])

    assert (write(plan), done) == ({"steps": False}, [])


SLUGS = st.sampled_from(["a", "b", "c"])
UUIDS = st.sampled_from(["u1", "u2", "u3", "a", "b"])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"slug": SLUGS, "kind": st.just("SCRIPT")},
            optional={
                "uuid": UUIDS,
                "dependsOn": st.lists(SLUGS | UUIDS | st.sampled_from(["u1?:x", "u2:y"]), max_size=3),
                "conditionExpr": st.sampled_from(["steps.u1.x = 1", "steps.`u2` = 'u2'", "true"]),
                "input": st.sampled_from([{"$step": "u1"}, [{"$from": {"step": "u3"}}], {}]),
            },
        ),
        max_size=4,
    )
)
def test_rewriting_is_idempotent_for_any_plan(steps: list[dict[str, Any]]) -> None:
    once, _ = rewrite_uuids(read({"steps": steps})[0])

    assert rewrite_uuids(read(write(once))[0]) == (once, [])


def test_a_renamed_step_is_found_in_the_inputs_of_a_plan_step() -> None:
    child = {
        "slug": "b",
        "kind": "PLAN",
        "config": {"activityPlanRef": "c", "inputs": {"v": "steps.a.x + 1"}},
    }
    plan, _ = rename_step(read({"steps": [{**PLAN["steps"][0]}, child]})[0], "a", "z")

    assert write(plan)["steps"][1]["config"]["inputs"] == {"v": "steps.z.x + 1"}


def test_what_may_be_the_action_and_may_be_another_thing_is_told() -> None:
    body = "const by = {1: 'go'}; return {action: n ? 'go' : by[n]};"
    route = {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": body, "scriptActions": [{"slug": "go"}]}}

    renamed, changes = rename_action(read({"slug": "p", "steps": [route]})[0], "a", "go", "run")

    assert write(renamed)["steps"][0]["config"]["scriptBody"] == body.replace("n ? 'go'", "n ? 'run'")
    assert str(changes[-1]) == (
        'step "a", config.scriptBody: "go" still stands where it may be another thing; look at it'
    )
