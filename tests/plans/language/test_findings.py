"""Each finding, with its exact message, at its step and field."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from plans.language.finding import Finding
from plans.language.findings import Catalog, TaskTemplateDef, check_document, live_actions, read_catalog
from plans.language.schema import CreateTaskStep, Plan

TRUST = Catalog()
SHOP = Catalog(
    task_templates={"review": TaskTemplateDef(("approve", "reject")), "twice": TaskTemplateDef(("go", "go"))},
    task_statuses={"to-do": "OPEN", "approved": "DONE"},
    service_bridges={"erp": {"endpoints": [{"name": "post", "path": "/bills/{id}"}]}},
    plans=frozenset({"child"}),
    modules=frozenset({"acme/work"}),
)


def work(slug: str, *depends_on: str, **keys: Any) -> dict[str, Any]:
    """Make an EXECUTION step; other keys stand beside the config."""
    config = keys.pop("config", {})
    step = {"slug": slug, "kind": "EXECUTION", "config": {"moduleRef": "acme/work", **config}, **keys}
    return {**step, "dependsOn": list(depends_on)} if depends_on else step


def script(slug: str, *actions: str, **config: Any) -> dict[str, Any]:
    """Make a SCRIPT step that declares actions."""
    declared = [{"slug": action} for action in actions]
    return {
        "slug": slug,
        "kind": "SCRIPT",
        "config": {"scriptBody": "x", "scriptActions": declared, **config},
    }


def task(slug: str, template: str = "review", **config: Any) -> dict[str, Any]:
    """Make a CREATE_TASK step."""
    return {"slug": slug, "kind": "CREATE_TASK", "config": {"taskTemplateRef": template, **config}}


def call(slug: str, **config: Any) -> dict[str, Any]:
    """Make a BRIDGE_CALL step."""
    target = {"serviceBridgeRef": "erp", "endpointName": "post", "requestPath": {"id": "inputs.id"}}
    return {"slug": slug, "kind": "BRIDGE_CALL", "config": {**target, **config}}


def approval(slug: str, **config: Any) -> dict[str, Any]:
    """Make an APPROVAL step."""
    return {"slug": slug, "kind": "APPROVAL", "config": {"approverRole": "cfo", **config}}


def found_in(steps: list[dict[str, Any]], catalog: Catalog = TRUST, **plan: Any) -> list[Finding]:
    """Check a plan of these steps."""
    return check_document({"slug": "p", "steps": steps, **plan}, catalog)[1]


ERRORS: list[tuple[list[dict[str, Any]], str, str, str, str]] = [
    ([work("a"), work("a")], "duplicate-step-slug", 'duplicate step slug "a"', "a", "slug"),
    ([work("A b")], "slug-format", 'step slug "A b" may hold a-z, 0-9, _ and - only', "A b", "slug"),
    ([script("a", "X")], "slug-format", 'action slug "X" on step "a" may hold a-z, 0-9, _ and - only', "a",
     "config.scriptActions[0]"),
    ([script("a", "x", "x")], "duplicate-action-slug", 'duplicate action slug "x" on step "a"', "a",
     "config.scriptActions"),
    ([work("a", "aa")], "unknown-dep-slug", 'step "a" depends on unknown slug "aa"', "a", "dependsOn[0]"),
    ([work("a", input={"k": [{"$step": "b"}]})], "unknown-dep-slug", 'step "a" depends on unknown slug "b"', "a",
     "input"),
    ([work("a", skipIf={"$from": {"step": "b"}})], "unknown-dep-slug", 'step "a" depends on unknown slug "b"', "a",
     "skipIf"),
    ([work("a", input={"$if": {"$input": "x"}, "then": {"$step": "b"}})], "unknown-dep-slug",
     'step "a" depends on unknown slug "b"', "a", "input"),
    ([approval("a", distinctFrom=["b"])], "unknown-dep-slug", 'step "a" depends on unknown slug "b"', "a",
     "config.distinctFrom[0]"),
    ([work("a"), work("b", "a?")], "await-no-condition",
     'step "b" has await deps (? suffix) but no conditionExpr', "b", "conditionExpr"),
    ([script("a", "x", "y"), work("b", "a:z")], "action-edge-undeclared",
     'step "b" depends on "a:z" but "a" does not declare action "z" (live actions: x, y)', "b", "dependsOn[0]"),
    ([task("a", waitForCompletion=False), work("b", "a:approve")], "action-edge-undeclared",
     'step "b" depends on "a:approve" but "a" does not declare action "approve" (live actions: none)', "b",
     "dependsOn[0]"),
    ([approval("a"), work("b", "a:done")], "action-edge-undeclared",
     'step "b" depends on "a:done" but "a" does not declare action "done" '
     "(live actions: approved, rejected, needs-info)", "b", "dependsOn[0]"),
    ([work("a"), work("b", "a:x")], "action-edge-upstream-cannot-emit",
     'step "b" depends on "a:x" but "a" (EXECUTION) cannot emit actions', "b", "dependsOn[0]"),
    ([task("a", actions=[{"slug": "x"}]), work("b", "a:x")], "action-inline-only",
     'action "x" on step "a" is declared only in the inline actions array; '
     'tasks render actions from task template "review"', "b", "dependsOn[0]"),
    ([task("a", "twice"), work("b", "a:go")], "action-ambiguous", 'action "go" on step "a" is ambiguous', "b",
     "dependsOn[0]"),
    ([script("a", scriptActions=[{"slug": "x", "uuid": "y"}])], "action-identity-conflict",
     'conflicting identities (uuid "y" vs slug "x"): uuid is the legacy spelling of slug; keep the slug', "a",
     "config.scriptActions[0]"),
    ([work("a", uuid="u"), work("b", uuid="u")], "legacy-uuid-collision",
     'legacy uuid "u" on step "b" collides with step "a"', "b", "uuid"),
    ([work("a", uuid="b"), work("b")], "legacy-uuid-collision",
     'legacy uuid "b" on step "a" collides with step "b"', "a", "uuid"),
    ([work("a", "b"), work("b", "a")], "dependency-cycle", "dependency cycle: a -> b -> a", "a", "dependsOn"),
    ([work("a", "c"), work("b", "a"), work("c", "b"), work("d", "c")], "dependency-cycle",
     "dependency cycle: a -> b -> c -> a", "a", "dependsOn"),
    ([work("a", "b"), work("b", input={"$step": "a"})], "dependency-cycle", "dependency cycle: a -> b -> a", "a",
     "dependsOn"),
    ([work("a", "a")], "depends-on-self", 'step "a" depends on itself', "a", "dependsOn[0]"),
    ([work("a", "u", uuid="u")], "depends-on-self", 'step "a" depends on itself', "a", "dependsOn[0]"),
    ([work("a", input={"$step": "a"})], "depends-on-self", 'step "a" depends on itself', "a", "input"),
    ([{"slug": "a", "kind": "EXECUTION"}], "missing-config", 'step "a" (EXECUTION) needs config "moduleRef"', "a",
     "config.moduleRef"),
    ([{"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": ""}}], "missing-config",
     'step "a" (SCRIPT) needs config "scriptBody"', "a", "config.scriptBody"),
    ([{"slug": "a", "kind": "LLM"}], "missing-config", 'step "a" (LLM) needs config "promptBody"', "a",
     "config.promptBody"),
    ([{"slug": "a", "kind": "AGENT"}], "missing-config", 'step "a" (AGENT) needs config "agentRuntimeRef"', "a",
     "config.agentRuntimeRef"),
    ([{"slug": "a", "kind": "CREATE_TASK"}], "missing-config",
     'step "a" (CREATE_TASK) needs config "taskTemplateRef"', "a", "config.taskTemplateRef"),
    ([{"slug": "a", "kind": "APPROVAL"}], "missing-config", 'step "a" (APPROVAL) needs config "approverRole"', "a",
     "config.approverRole"),
    ([{"slug": "a", "kind": "PLAN"}], "missing-config", 'step "a" (PLAN) needs config "activityPlanRef"', "a",
     "config.activityPlanRef"),
    ([task("a", "nope")], "unknown-task-template", 'step "a" names unknown task template "nope"', "a",
     "config.taskTemplateRef"),
    ([task("a", perDocument=True)], "per-document-unsupported", 'step "a" (CREATE_TASK) cannot run per document', "a",
     "config.perDocument"),
    ([{"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "builtin/eval", "perDocument": True}}],
     "per-document-unsupported", 'step "a" cannot run "builtin/eval" per document: a document cannot wait for a flow; '
     "run it once, as builtin/map over the documents", "a", "config.perDocument"),
    ([script("a", maxParallel=2)], "max-parallel-script",
     'step "a" (SCRIPT) cannot have maxParallel; only EXECUTION can', "a", "config.maxParallel"),
    ([{"slug": "a", "kind": "LLM", "config": {"promptBody": "x", "maxParallel": 2}}], "max-parallel-llm",
     'step "a" (LLM) cannot have maxParallel; only EXECUTION can', "a", "config.maxParallel"),
    ([call("a", maxParallel=2)], "max-parallel-bridge-call",
     'step "a" (BRIDGE_CALL) cannot have maxParallel; only EXECUTION can', "a", "config.maxParallel"),
    ([work("a", config={"joinPolicy": "ANY_BRANCH"})], "any-branch-kind",
     'step "a" joins by ANY_BRANCH but is no per-document EXECUTION, SCRIPT, LLM or BRIDGE_CALL', "a",
     "config.joinPolicy"),
    ([approval("a", joinPolicy="ANY_BRANCH")], "any-branch-kind",
     'step "a" joins by ANY_BRANCH but is no per-document EXECUTION, SCRIPT, LLM or BRIDGE_CALL', "a",
     "config.joinPolicy"),
    ([work("a", config={"perDocument": True}),
      work("b", "a?", config={"joinPolicy": "ANY_BRANCH", "perDocument": True})], "any-branch-non-routing",
     'step "b" joins by ANY_BRANCH but no per-document step routes documents by action', "b", "config.joinPolicy"),
    ([script("a", "x", perDocument=True),
      work("b", "a:x", config={"joinPolicy": "ANY_BRANCH", "perDocument": True})], "any-branch-no-branches",
     'step "b" joins by ANY_BRANCH but has no await dependency (? suffix) on a per-document step', "b", "dependsOn"),
    ([work("post-bill"), work("b", "post-bill", conditionExpr="steps.post-bill._statusCode = 200")],
     "condition-hyphen-slug",
     'step "b" must write steps.`post-bill`: without backticks, the hyphen is a minus', "b", "conditionExpr"),
    ([script("a", "x", perDocument=True),
      work("b", "a:x", config={"perDocument": True}, conditionExpr="$count(steps.a.documents) = 1")],
     "condition-documents-aggregate",
     'the conditionExpr of step "b" is judged for each document; steps.<slug>.documents is not there', "b",
     "conditionExpr"),
    ([work("a", conditionExpr="x" * 10_001)], "too-large",
     'step "a" has an expression of more than 10,000 characters', "a", "conditionExpr"),
    ([call("a", serviceBridgeRef="crm")], "bridge.unknown-service-bridge",
     'step "a" names unknown service bridge "crm" (known: erp)', "a", "config.serviceBridgeRef"),
    ([call("a", endpointName="get")], "bridge.unknown-endpoint",
     'step "a" names unknown endpoint "get" of service bridge "erp" (known: post)', "a", "config.endpointName"),
    ([call("a", requestBody={"k": "1"}, requestScript="return {}")], "bridge.request-source-conflict",
     'step "a" has a requestScript and request maps; keep one of them', "a", "config.requestScript"),
    ([call("a", requestPath={"id": "1", "no": "1"})], "bridge.request-binding-unknown",
     'step "a" fills "no", which is not in the path /bills/{id} of endpoint "post"', "a", "config.requestPath.no"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "code", "message", "step", "field"), ERRORS)
def test_an_error_says_what_and_where(
    steps: list[dict[str, Any]], code: str, message: str, step: str, field: str
) -> None:
    errors = [finding for finding in found_in(steps, SHOP) if finding.severity == "error"]

    assert errors == [Finding(code, "error", message, step, field)]


def test_a_call_without_a_target_is_found_by_field_and_as_a_whole() -> None:
    assert [
        (finding.code, finding.message) for finding in found_in([{"slug": "a", "kind": "BRIDGE_CALL"}])
    ] == [
        ("missing-config", 'step "a" (BRIDGE_CALL) needs config "serviceBridgeRef"'),
        ("missing-config", 'step "a" (BRIDGE_CALL) needs config "endpointName"'),
        (
            "bridge.required-fields",
            'step "a" calls nothing: serviceBridgeRef and endpointName are both required',
        ),
    ]


def test_a_condition_that_is_not_jsonata_is_found() -> None:
    (finding,) = found_in([work("a", conditionExpr="inputs.x = = 1")])

    assert finding.code == "condition-invalid-jsonata"
    assert finding.message.startswith('step "a" has a conditionExpr that is not JSONata: ')


WARNINGS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([script("a", "x"), work("b", "a?:x", conditionExpr="true")], "action-qualifier-on-await-ignored",
     'step "b" awaits "a?:x": the action is ignored, any outcome will do'),
    ([script("a", "x", "y"), work("b", "a:x")], "action-unrouted", 'action "y" on step "a" is taken by no step'),
    ([script("a", "x"), work("b", "a")], "action-unrouted", 'action "x" on step "a" is taken by no step'),
    ([script("a", "x"), work("b", "a:11111111-1111-4111-8111-111111111111"), work("c", "a:x")],
     "action-edge-legacy-uuid",
     'step "b" depends on "a:11111111-1111-4111-8111-111111111111" but "a" has no such action; '
     "the legacy uuid leads nowhere"),
    ([script("r", "l", "m"), work("x", "r:l"), work("y", "r:m"), work("j", "x", "y")],
     "exclusive-branch-and-join",
     'step "j" waits for both "r:l" and "r:m", of which only one can happen; it never runs. '
     "Await the branches (? suffix) and give it a conditionExpr"),
    ([script("r", "l", "m"), work("j", "r:l", "r:m")], "exclusive-branch-and-join",
     'step "j" waits for both "r:l" and "r:m", of which only one can happen; it never runs. '
     "Await the branches (? suffix) and give it a conditionExpr"),
    ([work("a", config={"joinPolicy": "SOME", "perDocument": True})], "join-policy-inert",
     'step "a" has unknown joinPolicy "SOME", which behaves as ALL_SETTLED '
     "(known: ALL_SETTLED, ALL_COMPLETED, ANY_COMPLETED, ANY_BRANCH)"),
    ([work("a", config={"joinPolicy": "ALL_COMPLETED"})], "join-policy-inert",
     'step "a" does not run per document; its joinPolicy does nothing'),
    ([approval("a", joinPolicy="ALL_COMPLETED")], "join-policy-inert",
     'step "a" (APPROVAL) does not run per document; its joinPolicy does nothing'),
    ([approval("a", maxParallel=2)], "max-parallel-inert",
     'step "a" (APPROVAL) does not run per document; its maxParallel does nothing'),
    ([work("a", conditionExpr="steps.b.action = 'x'")], "condition.unknown-step-ref",
     'the conditionExpr of step "a" reads steps.b, and there is no such step'),
    ([approval("a", approvalCriteria={"condition": "steps.`b-c`.x = 1"})], "condition.unknown-step-ref",
     'config.approvalCriteria.condition of step "a" reads steps.b-c, and there is no such step'),
    ([call("a", requestBody={"k": "steps.b.x"})], "bridge.request-binding-unknown",
     'config.requestBody.k of step "a" reads steps.b, and there is no such step'),
    ([call("a", timeoutSeconds=300)], "bridge.timeout-capped", 'step "a" is cut off after 120 seconds, not 300'),
    ([work("a", uuid="u"), script("b", scriptActions=[{"uuid": "v"}])], "legacy-uuids",
     "plan still holds legacy uuids (steps: 1, actions: 1); saving rewrites them as slugs"),
    ([work("a", config={"moduleRef": "acme/lost"})], "unknown-module",
     'step "a" names module "acme/lost", which nothing provides; the step will fail when it runs'),
    ([{"slug": "a", "kind": "PLAN", "config": {"activityPlanRef": "acme/lost"}}], "unknown-plan",
     'step "a" names unknown plan "acme/lost"'),
    ([task("a", taskStatusSlug="lost")], "unknown-task-status", 'step "a" names unknown task status "lost"'),
    ([{**task("a"), "setDocumentStatus": "done"}, work("b", "a:approve")], "create-task-set-status-outcome",
     'step "a" sets a document status whatever the person decides'),
    ([], "no-steps", "plan has no steps; it completes at once"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "code", "message"), WARNINGS)
def test_a_warning_advises_and_lets_the_plan_start(
    steps: list[dict[str, Any]], code: str, message: str
) -> None:
    found = found_in(steps, SHOP)

    assert [(finding.code, finding.severity, finding.message) for finding in found] == [
        (code, "warning", message)
    ]


PLAN_ERRORS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"slug": "A_b"}, "slug-format", 'plan slug "A_b" may hold a-z, 0-9 and - only', "slug"),
    ({"output": {"$step": "b"}}, "unknown-dep-slug", 'plan output depends on unknown slug "b"', "output"),
    ({"inputOptions": [{"label": "N"}]}, "input-options.name-required", "input option 1 needs a name",
     "inputOptions[0]"),
    ({"inputOptions": [{"name": "n"}, {"name": "n"}]}, "input-options.name-unique", 'duplicate input option "n"',
     "inputOptions[1].name"),
    ({"inputOptions": [{"name": "n", "type": "colour"}]}, "input-options.type-known",
     'input option "n" has unknown type "colour" (known: string, text, number, integer, boolean, date, datetime, '
     "selection, object, array, cloudModel, cloudEmbedding)", "inputOptions[0].type"),
    ({"inputsSchema": {"type": "objekt"}}, "invalid-value",
     "plan has an invalid \"inputsSchema\": it is no JSON Schema at /type: 'objekt' is not valid under any of the "
     "given schemas",
     "inputsSchema"),
    ({"defaultTitleTemplate": "{{ .invoice.no }}"}, "template.unknown-binding",
     'defaultTitleTemplate reads "invoice", which a title cannot know (activity, caller, documentCount, '
     "documentMetadata, documentNames, documentPath, documentPaths, featureNames, features, inputs, metadata, now, "
     "org, project)", "defaultTitleTemplate"),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "code", "message", "field"), PLAN_ERRORS)
def test_an_error_of_the_plan_says_what_and_where(
    plan: dict[str, Any], code: str, message: str, field: str
) -> None:
    assert found_in([work("a")], **plan) == [Finding(code, "error", message, None, field)]


def test_a_title_template_that_cannot_be_read_is_found() -> None:
    (finding,) = found_in([work("a")], defaultDescriptionTemplate="{{ .inputs.x ")

    assert (finding.code, finding.field) == ("template.parse-error", "defaultDescriptionTemplate")


@pytest.mark.parametrize(
    "steps",
    [
        [work("a"), work("b", "a?", conditionExpr="true"), work("c", "a", "b")],
        [
            script("r", "l", "m"),
            work("x", "r:l"),
            work("y", "r:m"),
            work("j", "x?", "y?", conditionExpr="true"),
        ],
        [{**script("r", "l", "m"), "bypass": True}, work("x", "r:l"), work("y", "r:m"), work("j", "x", "y")],
        [script("r", "l", "m", perDocument=True), work("x", "r:l"), work("y", "r:m"), work("j", "x", "y")],
        [approval("a"), work("b", "a:needs-info")],
        [task("a"), work("b", "a:approve"), work("c", "a:approved")],
        [task("a", "acme/review"), work("b", "a:reject")],
        [script("a", "x"), work("b", "a", conditionExpr="steps.a.action = 'x'")],
        [script("a", "x")],
        [
            script("a", perDocument=True),
            work("b", "a", config={"perDocument": True, "joinPolicy": "ANY_COMPLETED"}),
        ],
        [work("a-b"), work("c", "a-b", conditionExpr="steps.`a-b`.x - 1 = 2 and $exists(steps.`a-b`)")],
        [work("a"), work("b", "a", conditionExpr="steps.a-1 > 0")],
        [work("b", "x", conditionExpr="inputs.steps.q = 'steps.z'"), work("x")],
        [call("a", requestPath={"id": "inputs.id"}, requestBody={"k": "{{inputs.a}} and more"})],
    ],
)
def test_a_sound_plan_has_no_findings(steps: list[dict[str, Any]]) -> None:
    assert found_in(steps, SHOP) == []


def test_a_step_that_cannot_be_read_is_still_something_to_depend_on() -> None:
    assert [finding.code for finding in found_in([{"slug": "a", "kind": "SPLIT"}, work("b", "a")])] == [
        "unknown-kind"
    ]


def test_what_the_catalog_does_not_know_is_taken_on_trust() -> None:
    steps = [task("a", "lost"), work("b", "a:anything"), call("c", serviceBridgeRef="lost")]

    assert found_in(steps, TRUST) == []


def test_of_several_cycles_each_is_named_once() -> None:
    steps = [
        work("a", "b"),
        work("b", "a"),
        work("c", "d"),
        work("d", "e"),
        work("e", "c"),
        work("f", "a", "c"),
    ]

    messages = [finding.message for finding in found_in(steps)]

    assert messages == ["dependency cycle: a -> b -> a", "dependency cycle: c -> e -> d -> c"]


def test_live_actions_of_a_task_are_its_templates_and_the_done_statuses() -> None:
    step = CreateTaskStep.model_validate({"slug": "a", "config": {"taskTemplateRef": "review"}})

    assert live_actions(step, SHOP) == ("approve", "reject", "approved")
    assert live_actions(step, TRUST) is None


def test_a_catalog_is_read_from_a_test_section() -> None:
    catalog = read_catalog(
        {
            "taskTemplates": {
                "review": {"actions": [{"slug": "approve"}, {"uuid": "u"}, {"name": "Send back"}]},
                "other": {"metadata": {"actions": [{"slug": "x"}]}},
            },
            "taskStatuses": [{"slug": "done", "statusType": "DONE"}],
        }
    )

    assert catalog == Catalog(
        task_templates={
            "review": TaskTemplateDef(("approve", "u", "send-back")),
            "other": TaskTemplateDef(("x",)),
        },
        task_statuses={"done": "DONE"},
        service_bridges={},
    )
    assert read_catalog(None) == TRUST


def test_a_finding_goes_over_the_wire_by_its_five_keys() -> None:
    assert Finding("c", "error", "m", "s", "f").as_dict() == {
        "code": "c",
        "severity": "error",
        "message": "m",
        "step": "s",
        "field": "f",
    }


def test_findings_of_reading_come_first() -> None:
    plan, found = check_document({"steps": [work("a", "b", needs=[])]}, TRUST)

    assert isinstance(plan, Plan)
    assert [finding.code for finding in found] == ["unknown-key", "unknown-dep-slug"]


def test_the_garbage_collector_is_on_again_after_a_check() -> None:
    check_document({"slug": "p", "steps": "none"}, Catalog())

    assert gc.isenabled()
