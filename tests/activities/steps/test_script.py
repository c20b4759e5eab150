"""A SCRIPT from its text to its outcome; what the sandbox itself bears is tested with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.steps import Completed, Failed, StepView
from activities.steps.script import Script
from plans.models import Binding, Organization, Project
from tests.activities.steps.calls import bridge, call, view

ACTIONS = [{"slug": "clean", "name": "All clean"}, {"slug": "review", "name": "Review"}]


def run(body: str, *, actions: Any = (), **more: Any) -> Any:
    return Script().run(call("SCRIPT", {"scriptBody": body, "scriptActions": list(actions)}, **more))


@pytest.mark.parametrize(
    ("body", "actions", "expected"),
    [
        ("return {action: 'clean', n: 1}", ACTIONS, ({"action": "clean", "n": 1}, "clean")),
        ("return {action: 'ALL clean'}", ACTIONS, ({"action": "ALL clean"}, "clean")),
        ("", (), ({}, None)),
        ("return null", (), ({}, None)),
        ("return {a: [1, {b: null}]}", (), ({"a": [1, {"b": None}]}, None)),
    ],
)
def test_what_a_script_returns_is_its_result(body: str, actions: Any, expected: Any) -> None:
    outcome = run(body, actions=actions)

    assert isinstance(outcome, Completed)
    assert (outcome.result, outcome.action) == expected


@pytest.mark.parametrize(
    ("body", "actions", "told"),
    [
        (
            "return {action: 'Clean'}",
            ACTIONS,
            'action "Clean", which is not declared (actions: clean, review)',
        ),
        ("return {}", ACTIONS, "returned no action; return one of clean, review"),
        ("", ACTIONS, "returned no action"),
        ("return {action: 7}", ACTIONS, "action 7"),
        ("return {action: 'clean'}", (), "which is not declared (actions: none)"),
        ("return 7", (), "returned 7; it must return an object"),
        ("return [1]", (), "returned [1]"),
        ("throw new TypeError('boom')", (), "boom"),
        ("return {", (), ""),
    ],
)
def test_what_is_no_outcome_fails_the_step(body: str, actions: Any, told: str) -> None:
    outcome = run(body, actions=actions)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "business"
    assert told in outcome.error.message


def test_a_throw_has_class_message_and_place_of_the_author() -> None:
    outcome = run("const a = 1;\n  throw new TypeError('boom');")

    assert isinstance(outcome, Failed)
    assert (outcome.error.kind, outcome.error.message) == ("TypeError", "boom")
    assert outcome.error.place.startswith("2:")


def test_a_script_that_never_ends_is_cut_off() -> None:
    outcome = run("while (true) {}", timeout_seconds=0.3)

    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.error.code) == ("timeout", "timeout")


def test_a_script_sees_inputs_documents_steps_and_where_it_runs() -> None:
    body = """return {inputs, names: families.map(f => f.name), doc: documents.get('id-b.pdf').name, task, org, project,
        status: steps.read.status, total: steps.read.total, result: steps.read.result, action: steps.read.action};"""

    outcome = run(
        body,
        inputs={"n": 1},
        documents=(view("a.pdf"), view("b.pdf")),
        steps={"read": StepView("COMPLETED", None, {"total": 2})},
    )

    assert isinstance(outcome, Completed)
    assert outcome.result == {
        "inputs": {"n": 1},
        "names": ["a.pdf", "b.pdf"],
        "doc": "b.pdf",
        "task": None,
        "org": {"id": "acme", "slug": "acme"},
        "project": {"id": "payables", "slug": "payables", "name": "Payables"},
        "status": "COMPLETED",
        "total": 2,
        "result": {"total": 2},
        "action": None,
    }


def test_a_per_document_run_sees_its_one_document() -> None:
    documents = (view("a.pdf"), view("b.pdf"))

    outcome = run("return {names: families.map(f => f.name)}", documents=documents, document=documents[1])

    assert isinstance(outcome, Completed)
    assert outcome.result == {"names": ["b.pdf"]}


def test_logs_are_kept_up_to_a_bound_and_marked_where_cut() -> None:
    outcome = run("log.warn('first'); for (let i = 0; i < 900; i++) console.log('x'.repeat(200)); return {};")

    assert isinstance(outcome, Completed)
    assert outcome.logs[0] == {"level": "warn", "text": "first"}
    assert sum(len(line["text"]) for line in outcome.logs) < 66_000
    assert "log cut at 64 KiB" in outcome.logs[-1]["text"]


def test_logs_of_a_script_that_failed_are_kept() -> None:
    outcome = run("log.info('so far'); throw new Error('x')")

    assert isinstance(outcome, Failed)
    assert [line["text"] for line in outcome.logs] == ["so far"]


@pytest.mark.parametrize(
    ("body", "pure"),
    [
        ("return {n: families.length + documents.length}", True),
        ("serviceBridge.list()", False),
        ("llm.invoke('x')", False),
        ("tasks.list()", False),
        ("loadDocument('x')", False),
        ("documents .get('x')", False),
    ],
)
def test_a_script_is_pure_unless_it_mentions_the_outside(body: str, pure: bool) -> None:
    assert Script().pure(call("SCRIPT", {"scriptBody": body}).step) is pure


MONEY = {
    "money": {
        "slug": "money",
        "script": "function cents(n) {\n  return Math.round(n * 100);\n}\nvar VAT = 19;",
    }
}


def with_sidecars(body: str, *refs: str, modules: Any = None, **more: Any) -> Any:
    definitions = {"scriptModules": MONEY | (modules or {})}
    config = {"scriptBody": body, "scriptSidecars": list(refs)}
    return Script().run(call("SCRIPT", config, definitions=definitions, **more))


def test_what_a_sidecar_declares_the_script_can_use() -> None:
    modules = {"tax": {"script": "const gross = (n) => cents(n) * (100 + VAT) / 100;"}}

    outcome = with_sidecars(
        "return {n: gross(inputs.n)}", "acme/money", "acme/tax", modules=modules, inputs={"n": 2}
    )

    assert isinstance(outcome, Completed)
    assert outcome.result == {"n": 238}


def test_a_sidecar_sees_the_globals_and_changes_none() -> None:
    modules = {"peek": {"script": "inputs.n = 7; const seen = inputs.n + families.length;"}}

    outcome = with_sidecars(
        "return {seen, n: inputs.n}", "acme/peek", modules=modules, inputs={"n": 1}, documents=(view(),)
    )

    assert outcome.result == {"seen": 2, "n": 1}


@pytest.mark.parametrize(
    ("script", "told", "place"),
    [
        ("var a = 1;\nboom();", "sidecar acme/bad: boom is not defined", "acme/bad:2:"),
        ("var = 1", "sidecar acme/bad: ", "acme/bad:1:"),
        ("while (true) {}", "ran longer than", ""),
    ],
)
def test_a_sidecar_that_breaks_is_named_with_its_place(script: str, told: str, place: str) -> None:
    outcome = with_sidecars("return {}", "acme/bad", modules={"bad": {"script": script}}, timeout_seconds=0.5)

    assert isinstance(outcome, Failed)
    assert told in outcome.error.message
    assert outcome.error.place.startswith(place)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("acme/nope", 'step "push" names unknown script sidecar "acme/nope"'),
        ("money", "must be 'orgSlug/moduleSlug'"),
        ("acme/money:2", "must be 'orgSlug/moduleSlug'"),
    ],
)
def test_a_sidecar_that_nobody_provides_is_a_system_error(reference: str, told: str) -> None:
    outcome = with_sidecars("return {}", reference)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "system"
    assert told in outcome.error.message


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{nextActivity: {}}", "a next activity is an object with an activityPlanRef"),
        ("{nextActivities: 'x'}", "nextActivities must be a list"),
        ("{nextActivity: {activityPlanRef: 'a'}, nextActivities: []}", "return one of them"),
        (
            "{nextActivities: Array(33).fill({activityPlanRef: 'a'})}",
            "may start 32 activities; this one returned 33",
        ),
        ("{nextActivity: {activityPlanRef: 'a', input: {}}}", 'has no "input"'),
        (
            "{nextActivity: {activityPlanRef: 'a', inputs: [1]}}",
            "inputs of a next activity must be an object",
        ),
        (
            "{nextActivity: {activityPlanRef: 'a', priority: 'high'}}",
            "priority of a next activity must be a whole number",
        ),
        ("{nextActivity: {activityPlanRef: 'a', priority: 6}}", "from 0 (none) over 1 (highest) to 5"),
    ],
)
def test_a_next_activity_that_could_not_be_started_fails_the_script(value: str, told: str) -> None:
    outcome = run(f"return {value}")

    assert isinstance(outcome, Failed)
    assert (outcome.kind, told in outcome.error.message) == ("business", True)


def test_a_per_document_script_starts_no_next_activity() -> None:
    outcome = run("return {a: 1, nextActivity: {activityPlanRef: 'x'}}", document=view(), documents=(view(),))

    assert outcome.result == {"a": 1}
    assert outcome.logs[-1]["level"] == "warn"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{badges: 'x'}", "badges is not a list"),
        ("{badges: [{icon: 'x'}, {label: 'ok'}]}", "of 2 badges those without a label"),
        ("{taskProperties: [1]}", "taskProperties is not an object"),
        ("{features: [{featureId: 'f'}]}", "features were ignored"),
        ("{nextActivity: {activityPlanRef: 'a', features: ['f']}}", "features were ignored"),
    ],
)
def test_what_has_no_use_is_a_warning(value: str, told: str) -> None:
    outcome = run(f"return {value}")

    assert isinstance(outcome, Completed)
    assert told in outcome.logs[-1]["text"]


@pytest.fixture
def bound(db: None) -> dict[str, int]:
    """Bind the bridge erp to a project."""
    organization = Organization.objects.create(slug="acme", name="Acme")
    project = Project.objects.create(organization=organization, slug="payables", name="Payables")
    Binding.objects.create(
        organization=organization, project=project, resource_type="service-bridge", resource_slug="erp"
    )
    return {"organization_id": organization.pk, "project_id": project.pk}


def test_a_script_calls_a_bridge_and_gets_the_body(service: Any, bound: dict[str, int]) -> None:
    service.says(201, {"id": 7})
    body = """const a = serviceBridge.call('erp', 'post', {n: 1});
        serviceBridge.call('acme/erp', 'post', {n: 2});
        return a;"""

    outcome = run(body, definitions=bridge(service.url), **bound)

    assert isinstance(outcome, Completed)
    assert outcome.result == {"id": 7}
    assert [json.loads(request["body"]) for request in service.requests] == [{"n": 1}, {"n": 2}]
    keys = [request["headers"]["idempotency-key"].rpartition("/")[2] for request in service.requests]
    assert keys == ["1", "2"]


def test_a_script_lists_the_bridges_of_its_project(bound: dict[str, int]) -> None:
    outcome = run("return {bridges: serviceBridge.list()}", definitions=bridge("http://x.example"), **bound)

    assert isinstance(outcome, Completed)
    (listed,) = outcome.result["bridges"]
    assert (listed["slug"], listed["name"]) == ("erp", "ERP")
    assert listed["endpoints"][0] == {"name": "post", "method": "POST", "path": "/bills"}


@pytest.mark.parametrize(
    ("status", "reply", "told"),
    [(404, {"message": "gone"}, "erp post answered 404"), (500, None, "erp post answered 500")],
)
def test_an_answer_that_is_no_success_throws_in_the_script(
    service: Any, bound: dict[str, int], status: int, reply: Any, told: str
) -> None:
    service.says(status, reply)
    body = "try { serviceBridge.call('erp', 'post', {}) } catch (e) { return {name: e.name, message: e.message} }"

    outcome = run(body, definitions=bridge(service.url), **bound)

    assert isinstance(outcome, Completed)
    assert outcome.result["name"] == "BridgeError"
    assert told in outcome.result["message"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "serviceBridge.call('nope', 'post')",
            'no service bridge "nope" is bound to project payables (bound: erp)',
        ),
        ("serviceBridge.call('erp', 'nope')", 'no endpoint "nope"'),
        ("serviceBridge.call('erp', 'post')", "service bridge egress denied"),
        ("knowledge.find('x')", "knowledge is not defined"),
        ("serviceBridge.call()", "no service bridge"),
    ],
)
def test_a_call_that_is_not_possible_throws(bound: dict[str, int], body: str, told: str) -> None:
    outcome = run(body, definitions=bridge("http://127.0.0.1:9"), **bound)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "business"
    assert told in outcome.error.message


def test_a_bridge_that_is_not_bound_to_the_project_is_not_there(service: Any, bound: dict[str, int]) -> None:
    Binding.objects.all().delete()

    outcome = run("serviceBridge.call('erp', 'post')", definitions=bridge(service.url), **bound)

    assert isinstance(outcome, Failed)
    assert service.requests == []


def test_the_eleventh_call_is_refused(service: Any, bound: dict[str, int]) -> None:
    outcome = run(
        "for (let i = 0; i < 11; i++) serviceBridge.call('erp', 'post')",
        definitions=bridge(service.url),
        **bound,
    )

    assert isinstance(outcome, Failed)
    assert "10 bridge calls" in outcome.error.message
    assert len(service.requests) == 10
