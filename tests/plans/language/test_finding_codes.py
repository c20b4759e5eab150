"""Every code of a finding, with a smallest plan that has it: where it points, and what it quotes."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from plans.language import findings
from plans.language.finding import Finding
from plans.language.findings import Catalog, TaskTemplateDef, check_document, check_inputs

ROOT = Path(findings.__file__).parent.parent
SHOP = Catalog(
    task_templates={"review": TaskTemplateDef(("approve",)), "twice": TaskTemplateDef(("go", "go"))},
    task_statuses={"to-do": "OPEN"},
    service_bridges={
        "erp": {
            "endpoints": [
                {
                    "name": "post",
                    "path": "/bills/{id}",
                    "requestSchema": {"properties": {"status": {"enum": ["open", "paid"]}}},
                }
            ]
        }
    },
    plans=frozenset({"child"}),
    prompt_templates=frozenset({"triage"}),
    agent_runtimes={"r": "READY", "off": "PAUSED"},
    modules=frozenset({"acme/work", "acme/nap"}),
    step_modules=frozenset({"acme/nap"}),
)
# Fixed by the language: each of these must have a row below.
REQUIRED = (
    *("step-missing-slug-or-kind", "duplicate-step-slug", "duplicate-action-slug", "unknown-dep-slug"),
    *("await-no-condition", "action-edge-undeclared", "action-edge-upstream-cannot-emit"),
    *("action-inline-only", "action-ambiguous", "action-identity-conflict", "legacy-uuid-collision"),
    *("dependency-cycle", "depends-on-self", "unknown-kind", "kind-and-type-disagree", "unknown-key"),
    *("missing-required-inputs", "invalid-inputs", "missing-config", "slug-format", "unknown-task-template"),
    *("per-document-unsupported", "max-parallel-llm", "max-parallel-script", "max-parallel-bridge-call"),
    *("any-branch-kind", "any-branch-non-routing", "any-branch-no-branches"),
    *("condition-invalid-jsonata", "condition-hyphen-slug", "condition-documents-aggregate"),
    *("join-policy-inert", "action-unrouted", "action-qualifier-on-await-ignored"),
    *("action-edge-legacy-uuid", "create-task-set-status-outcome", "exclusive-branch-and-join"),
    *("steps.parse-error", "condition.malformed", "condition.unknown-step-ref"),
    *("bridge.required-fields", "bridge.unknown-service-bridge", "bridge.unknown-endpoint"),
    *("bridge.status-enum", "bridge.request-source-conflict", "bridge.request-binding-unknown"),
    *("input-options.parse-error", "input-options.name-required", "input-options.name-unique"),
    *("input-options.type-known", "template.parse-error", "template.unknown-binding", "too-large"),
)
UUID = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class Row:
    """A smallest plan: its steps and other keys; the place of the finding, and words of its message."""

    steps: Any
    step: str | None
    place: str | None
    quotes: tuple[str, ...]
    plan: dict[str, Any] = field(default_factory=dict)
    severity: str = "error"


def step(kind: str, slug: str = "a", *depends_on: str, config: Any = None, **keys: Any) -> dict[str, Any]:
    """Make a step of any kind."""
    return {"slug": slug, "kind": kind, "dependsOn": list(depends_on), "config": config or {}, **keys}


def work(slug: str = "a", *depends_on: str, config: Any = None, **keys: Any) -> dict[str, Any]:
    """Make a sound EXECUTION."""
    return step("EXECUTION", slug, *depends_on, config={"moduleRef": "acme/work", **(config or {})}, **keys)


def script(slug: str, *actions: str, **config: Any) -> dict[str, Any]:
    """Make a sound SCRIPT."""
    declared = [{"slug": action} for action in actions]
    return step("SCRIPT", slug, config={"scriptBody": "x", "scriptActions": declared, **config})


def task(template: str = "review", **config: Any) -> dict[str, Any]:
    """Make a CREATE_TASK `a`."""
    return step("CREATE_TASK", config={"taskTemplateRef": template, **config})


def call(**config: Any) -> dict[str, Any]:
    """Make a sound BRIDGE_CALL `a`; None leaves a key out."""
    whole = {
        "serviceBridgeRef": "erp",
        "endpointName": "post",
        "requestPath": {"id": "inputs.id"},
        **config,
    }
    return step("BRIDGE_CALL", config={key: value for key, value in whole.items() if value is not None})


def llm(**config: Any) -> dict[str, Any]:
    """Make a sound LLM `a`."""
    return step("LLM", config={"promptBody": "x", **config})


def agent(**config: Any) -> dict[str, Any]:
    """Make a sound AGENT `a`."""
    return step("AGENT", config={"agentRuntimeRef": "o/r", "prompt": "x", **config})


def approval(**config: Any) -> dict[str, Any]:
    """Make a sound APPROVAL `a`."""
    return step("APPROVAL", config={"approverRole": "cfo", **config})


def warned(steps: Any, slug: str | None, place: str | None, *quotes: str, **plan: Any) -> Row:
    """Make the row of a warning."""
    return Row(steps, slug, place, quotes, plan, "warning")


PER_DOCUMENT = {"perDocument": True}
JOIN = {"joinPolicy": "ANY_BRANCH", **PER_DOCUMENT}
ROUTER = script("a", "x", "y", perDocument=True)
BOTH = [script("r", "l", "m"), work("b", "r:l"), work("c", "r:m"), work("d", "b", "c")]

ROWS: dict[str, list[Row]] = {
    "step-missing-slug-or-kind": [Row([{"slug": "a"}], "a", "kind", ("slug or kind",)),
                                  Row([{"kind": "SCRIPT"}], None, "slug", ("slug or kind",))],
    "steps.parse-error": [Row({"a": 1}, None, "steps", ("steps", "an object")),
                          Row(["a"], None, "steps[0]", ("steps[0]", "a text"))],
    "unknown-kind": [Row([step("SPLIT")], "a", "kind", ('"SPLIT"',))],
    "kind-and-type-disagree": [Row([work(type="SCRIPT")], "a", "type", ('"a"',))],
    "unknown-key": [Row([work(dependencies=[])], "a", "dependencies", ('"dependencies"', '"dependsOn"')),
                    Row([work(config={"modul": 1})], "a", "config.modul", ('"modul"', '"moduleRef"')),
                    warned([work()], None, "extends", '"extends"', extends="x"),
                    warned([work(badges=[{"label": "L", "colour": "red"}])], "a", "badges[0].colour", '"colour"',
                           '"color"'),
                    warned([llm(includeDocument={"pages": 1})], "a", "config.includeDocument.pages", '"pages"',
                           '"maxPages"'),
                    warned([llm(enrichment=[{"serviceBridgeRef": "erp", "operation": "post", "output": "x"}])], "a",
                           "config.enrichment[0].output", '"output"', '"outputKey"')],
    "invalid-value": [Row([work(bypass="yes")], "a", "bypass", ('"a"', "true or false")),
                      Row([work(inputSchema={"type": "objekt"})], "a", "inputSchema", ('"inputSchema"', "objekt")),
                      Row([work(outputSchema={"required": 5})], "a", "outputSchema", ('"outputSchema"', "/required")),
                      Row([work()], None, "inputsSchema", ('"inputsSchema"', "objekt"),
                          {"inputsSchema": {"type": "objekt"}}),
                      Row([work()], None, "variables.v", ("variables.v", "objekt"),
                          {"variables": {"v": {"type": "objekt"}}})],
    "duplicate-step-slug": [Row([work(), work()], "a", "slug", ('"a"',))],
    "slug-format": [Row([work("A")], "A", "slug", ('"A"',)),
                    Row([script("a", "X")], "a", "config.scriptActions[0]", ('"X"', '"a"')),
                    Row([work()], None, "slug", ('"P"',), {"slug": "P"})],
    "duplicate-action-slug": [Row([script("a", "x", "x")], "a", "config.scriptActions", ('"x"', '"a"'))],
    "action-identity-conflict": [Row([script("a", scriptActions=[{"slug": "x", "uuid": "u"}])], "a",
                                     "config.scriptActions[0]", ('"u"', '"x"'))],
    "legacy-uuid-collision": [Row([work("a", uuid="b"), work("b")], "a", "uuid", ('"a"', '"b"'))],
    "legacy-uuids": [warned([work(uuid="u")], None, None, "steps: 1")],
    "no-steps": [warned([], None, "steps", "no steps")],
    "unknown-dep-slug": [Row([work("a", "lost")], "a", "dependsOn[0]", ('"a"', '"lost"')),
                         Row([work(input={"$step": "lost"})], "a", "input", ('"lost"',)),
                         Row([work(skipIf={"$step": "lost"})], "a", "skipIf", ('"lost"',)),
                         Row([work()], None, "output", ('"lost"',), {"output": {"$step": "lost"}}),
                         Row([approval(distinctFrom=["lost"])], "a", "config.distinctFrom[0]", ('"lost"',))],
    "unknown-variable": [warned([work(input={"$variable": "lost"})], "a", "input", '"lost"', '"a"', "known: v",
                                variables={"v": {}}),
                         warned([work()], None, "output", '"lost"', output={"$from": {"variable": "lost"}})],
    "depends-on-self": [Row([work("a", "a")], "a", "dependsOn[0]", ('"a"',))],
    "dependency-cycle": [Row([work("a", "b"), work("b", "a")], "a", "dependsOn", ("a -> b -> a",))],
    "await-no-condition": [Row([work(), work("b", "a?")], "b", "conditionExpr", ('"b"',))],
    "action-qualifier-on-await-ignored": [warned([script("a", "x"), work("b", "a?:x", conditionExpr="true")], "b",
                                                 "dependsOn[0]", '"a?:x"', '"b"')],
    "action-edge-undeclared": [Row([script("a", "x"), work("b", "a:z"), work("c", "a:x")], "b", "dependsOn[0]",
                                   ('"a:z"', "live actions: x"))],
    "action-edge-upstream-cannot-emit": [Row([work(), work("b", "a:x")], "b", "dependsOn[0]", ('"a:x"', "EXECUTION"))],
    "action-inline-only": [Row([task(actions=[{"slug": "x"}]), work("b", "a:x")], "b", "dependsOn[0]",
                               ('"x"', '"review"'))],
    "action-ambiguous": [Row([task("twice"), work("b", "a:go")], "b", "dependsOn[0]", ('"go"', '"a"'))],
    "action-edge-legacy-uuid": [warned([script("a", "x"), work("b", f"a:{UUID}"), work("c", "a:x")], "b",
                                       "dependsOn[0]", UUID)],
    "action-unrouted": [warned([script("a", "x", "y"), work("b", "a:x")], "a", None, '"y"', '"a"')],
    "exclusive-branch-and-join": [warned(BOTH, "d", "dependsOn", '"r:l"', '"r:m"', '"d"')],
    "missing-config": [Row([step("EXECUTION")], "a", "config.moduleRef", ('"a"', '"moduleRef"'))],
    "per-document-unsupported": [Row([approval(perDocument=True)], "a", "config.perDocument", ('"a"', "APPROVAL"))],
    "max-parallel-llm": [Row([llm(maxParallel=2)], "a", "config.maxParallel", ('"a"', "LLM"))],
    "max-parallel-script": [Row([script("a", maxParallel=2)], "a", "config.maxParallel", ('"a"', "SCRIPT"))],
    "max-parallel-bridge-call": [Row([call(maxParallel=2)], "a", "config.maxParallel", ('"a"', "BRIDGE_CALL"))],
    "max-parallel-inert": [warned([approval(maxParallel=2)], "a", "config.maxParallel", '"a"', "APPROVAL")],
    "join-policy-inert": [warned([work(config={"joinPolicy": "SOME", **PER_DOCUMENT})], "a", "config.joinPolicy",
                                 '"SOME"', '"a"', "ALL_SETTLED"),
                          warned([approval(joinPolicy="ALL_COMPLETED")], "a", "config.joinPolicy", '"a"')],
    "any-branch-kind": [Row([work(config={"joinPolicy": "ANY_BRANCH"})], "a", "config.joinPolicy", ('"a"',))],
    "any-branch-non-routing": [Row([work(config=PER_DOCUMENT), work("b", "a?", config=JOIN)], "b",
                                   "config.joinPolicy", ('"b"',))],
    "any-branch-no-branches": [Row([ROUTER, work("b", "a:x", config=JOIN), work("c", "a:y")], "b", "dependsOn",
                                   ('"b"',))],
    "create-task-set-status-outcome": [warned([{**task(), "setDocumentStatus": "done"}, work("b", "a:approve")], "a",
                                              "setDocumentStatus", '"a"')],
    "unknown-task-template": [Row([task("lost")], "a", "config.taskTemplateRef", ('"lost"', '"a"'))],
    "unknown-task-status": [warned([task(taskStatusSlug="lost")], "a", "config.taskStatusSlug", '"lost"', '"a"')],
    "unknown-document-status": [warned([work(setDocumentStatus="Paid!")], "a", "setDocumentStatus", '"Paid!"', '"a"')],
    "unknown-module": [warned([work(config={"moduleRef": "acme/lost"})], "a", "config.moduleRef", '"acme/lost"')],
    "unknown-prompt-template": [Row([llm(promptBody=None, promptTemplateRef="o/lost")], "a", "config.promptTemplateRef",
                                    ('"o/lost"', '"a"'))],
    "unknown-agent-runtime": [Row([agent(agentRuntimeRef="o/lost")], "a", "config.agentRuntimeRef",
                                  ('"o/lost"', '"a"'))],
    "agent-runtime-not-ready": [warned([agent(agentRuntimeRef="o/off")], "a", "config.agentRuntimeRef", '"o/off"',
                                       "PAUSED")],
    "module-no-tool": [Row([agent(moduleRefs=["acme/nap"])], "a", "config.moduleRefs[0]", ('"acme/nap"', '"a"'))],
    "unknown-plan": [warned([step("PLAN", config={"activityPlanRef": "lost"})], "a", "config.activityPlanRef",
                            '"lost"')],
    "sidecar-format": [warned([script("a", scriptSidecars=["lost"])], "a", "config.scriptSidecars[0]", '"lost"')],
    "badge-without-label": [warned([work(badges=[{"icon": "flag"}])], "a", "badges[0]", '"a"', '"label"')],
    "on-due-inert": [warned([approval(onDue="reject")], "a", "config.onDue", '"reject"', "dueInHours")],
    "escalate-to-nobody": [warned([approval(onDue="escalate", dueInHours=2)], "a", "config.escalateTo", '"a"',
                                  '"escalateTo"')],
    "quorum-unreachable": [warned([approval(approverRole="", approvers=["ann"], quorum=2)], "a", "config.quorum",
                                  "quorum", "1")],
    "distinct-from-nobody": [warned([work("b"), approval(distinctFrom=["b"])], "a", "config.distinctFrom[0]", '"b"')],
    "condition.malformed": [Row([work(conditionExpr={"expression": "true"})], "a", "conditionExpr", ('"a"', '"expr"'))],
    "condition-invalid-jsonata": [Row([work(conditionExpr="1 = = 2")], "a", "conditionExpr", ('"a"',))],
    "condition-hyphen-slug": [Row([work("p-b"), work("b", "p-b", conditionExpr="steps.p-b.x = 1")], "b",
                                  "conditionExpr", ("steps.`p-b`", '"b"'))],
    "condition-documents-aggregate": [Row(
        [ROUTER, work("b", "a:x", config=PER_DOCUMENT, conditionExpr="$count(steps.a.documents) = 1"),
         work("c", "a:y")], "b", "conditionExpr", ('"b"', "documents"))],
    "condition.unknown-step-ref": [warned([work(conditionExpr="steps.lost.x = 1")], "a", "conditionExpr",
                                          "steps.lost")],
    "expression-invalid-jsonata": [warned([call(treatAsError="1 = = 2")], "a", "config.treatAsError", '"a"')],
    "too-large": [Row([work(conditionExpr="x" * 10_001)], "a", "conditionExpr", ('"a"', "10,000")),
                  Row([work(str(number)) for number in range(2001)], None, "steps", ("2001", "2000"))],
    "bridge.required-fields": [Row([call(endpointName=None)], "a", "config", ('"a"', "endpointName")),
                               Row([llm(enrichment=[{"operation": "post"}])], "a", "config.enrichment[0]",
                                   ('"a"', "serviceBridgeRef"))],
    "bridge.unknown-service-bridge": [Row([call(serviceBridgeRef="lost")], "a", "config.serviceBridgeRef",
                                          ('"lost"', "erp")),
                                      Row([llm(enrichment=[{"serviceBridgeRef": "lost", "operation": "x"}])], "a",
                                          "config.enrichment[0].serviceBridgeRef", ('"lost"', "erp"))],
    "bridge.unknown-endpoint": [Row([call(endpointName="lost")], "a", "config.endpointName", ('"lost"', "post")),
                                Row([llm(enrichment=[{"serviceBridgeRef": "erp", "operation": "lost"}])], "a",
                                    "config.enrichment[0].operation", ('"lost"', "post"))],
    "bridge.status-enum": [Row([call(requestBody={"status": "'lost'"})], "a", "config.requestBody.status",
                               ('"lost"', "open, paid", '"a"'))],
    "bridge.request-source-conflict": [Row([call(requestScript="return {}")], "a", "config.requestScript", ('"a"',))],
    "bridge.request-binding-unknown": [
        Row([call(requestPath={"id": "1", "lost": "1"})], "a", "config.requestPath.lost", ('"lost"', "/bills/{id}")),
        warned([call(requestBody={"k": "inputs.lost"})], "a", "config.requestBody.k", "inputs.lost",
               inputOptions=[{"name": "id"}]),
        warned([call(requestBody={"k": "steps.lost.x"})], "a", "config.requestBody.k", "steps.lost")],
    "bridge.path-token-unfilled": [warned([call(requestPath=None)], "a", "config.requestPath", '"id"', '"a"')],
    "bridge.timeout-capped": [warned([call(timeoutSeconds=121)], "a", "config.timeoutSeconds", '"a"', "121")],
    "input-options.parse-error": [Row([work()], None, "inputOptions[0]", ("inputOptions[0]",), {"inputOptions": [5]})],
    "input-options.name-required": [Row([work()], None, "inputOptions[0]", ("option 1",), {"inputOptions": [{}]})],
    "input-options.name-unique": [Row([work()], None, "inputOptions[1].name", ('"n"',),
                                      {"inputOptions": [{"name": "n"}, {"name": "n"}]})],
    "input-options.type-known": [Row([work()], None, "inputOptions[0].type", ('"n"', '"colour"', "boolean"),
                                     {"inputOptions": [{"name": "n", "type": "colour"}]})],
    "template.parse-error": [
        Row([work()], None, "defaultTitleTemplate", ("defaultTitleTemplate", "}}"),
            {"defaultTitleTemplate": "{{ .inputs.x "}),
        Row([llm(promptBody="Read {{ inputs. }}")], "a", "config.promptBody", ('"a"', "promptBody")),
        Row([task(title="{{ lost( }}")], "a", "config.title", ('"a"', "title")),
        Row([call(requestBody={"k": "{{ inputs. }}"})], "a", "config.requestBody.k", ('"a"', "requestBody.k"))],
    "template.unknown-binding": [
        Row([work()], None, "defaultTitleTemplate", ('"invoice"', "inputs"),
            {"defaultTitleTemplate": "{{ .invoice.no }}"}),
        Row([llm(promptBody="{{ lost.x }}")], "a", "config.promptBody", ('"lost"', '"a"', "inputs")),
        warned([task(taskData={"title": "{{ steps.lost.x }}"})], "a", "config.taskData.title", "steps.lost", '"a"'),
        warned([step("AGENT", config={"agentRuntimeRef": "o/r", "prompt": "{{ inputs.lost }}"})], "a",
               "config.prompt", "inputs.lost", inputOptions=[{"name": "id"}]),
        warned([work()], None, "defaultTitleTemplate", "inputs.lost", inputsSchema={"properties": {"id": {}}},
               defaultTitleTemplate="{{ .inputs.lost }}")],
    "document-groups.name-required": [Row([work()], None, "documentFamilyGroups[0].name", ("group 1",),
                                          {"documentFamilyGroups": [{}]})],
    "document-groups.name-unique": [Row([work()], None, "documentFamilyGroups[1].name", ('"g"',),
                                        {"documentFamilyGroups": [{"name": "g"}, {"name": "g"}]})],
    "document-groups.limit": [Row([work()], None, "documentFamilyGroups[0].maxHits", ('"g"', "maxHits 0"),
                                  {"documentFamilyGroups": [{"name": "g", "maxHits": 0}]}),
                              Row([work()], None, "documentFamilyGroups[0].hardMaxPages", ('"g"', "hardMaxPages 0"),
                                  {"documentFamilyGroups": [{"name": "g", "hardMaxPages": 0}]})],
    "document-groups.inert": [warned([work()], None, "documentFamilyGroups[0].uploadOnly", '"uploadOnly"', '"g"',
                                     documentFamilyGroups=[{"name": "g", "uploadOnly": True}]),
                              warned([work()], None, "documentFamilyGroups[0].maxPages", '"maxPages"', '"g"',
                                     documentFamilyGroups=[{"name": "g", "maxPages": 3, "hardMaxPages": False}]),
                              warned([work()], None, "documentFamilyGroups[0].hardMaxPages", '"hardMaxPages"', '"g"',
                                     documentFamilyGroups=[{"name": "g", "hardMaxPages": True}])],
    "stepflow-id-renamed": [warned([{"id": "A", "component": "/acme/work"}], "a", "slug", '"A"', '"a"', schema="x")],
}  # fmt: skip
AT_START = {"missing-required-inputs", "invalid-inputs"}


@pytest.mark.parametrize(
    ("code", "row"), [(code, row) for code, rows in ROWS.items() for row in rows], ids=lambda it: str(it)[:40]
)
def test_a_code_points_at_its_place_and_quotes_what_is_wrong(code: str, row: Row) -> None:
    _, found = check_document({"slug": "p", "steps": row.steps, **row.plan}, SHOP)

    (finding,) = [each for each in found if each.code == code]
    assert (finding.severity, finding.step, finding.field) == (row.severity, row.step, row.place)
    assert [quote for quote in row.quotes if quote not in finding.message] == []


def test_what_is_wrong_with_the_inputs_of_a_start_is_named() -> None:
    plan, _ = check_document({"inputOptions": [{"name": "n", "required": True}]}, SHOP)
    typed, _ = check_document({"inputOptions": [{"name": "n", "type": "integer"}]}, SHOP)

    missing, invalid = check_inputs(plan, {})[1], check_inputs(typed, {"n": "x"})[1]

    assert missing == [
        Finding("missing-required-inputs", "error", "missing required inputs: n", None, "inputs")
    ]
    assert invalid == [Finding("invalid-inputs", "error", "/n: must be a whole number", None, "inputs")]


def test_every_code_has_a_row() -> None:
    assert set(REQUIRED) - set(ROWS) - AT_START == set()
    assert _codes_in_source() == set(ROWS) | AT_START


def _codes_in_source() -> set[str]:
    """Collect the codes that the language can say, from the calls that make a finding."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name_of(node) in ("error", "warning", "add", "Finding"):
                found |= _texts(node.args[:1])
            if isinstance(node, ast.Assign) and any(_is_code(target) for target in node.targets):
                found |= _texts([node.value])
    # "unknown-key" and "invalid-value" are said by methods of Notes; Finding(code, …) has no text.
    return {text for text in found if text}


def _name_of(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_code(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in ("code", "_PARALLEL_CODES")


def _texts(nodes: list[ast.expr]) -> set[str]:
    """Give the texts of an expression that are codes: small letters, hyphens and dots."""
    texts = (
        item.value
        for node in nodes
        for item in ast.walk(node)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )
    return {text for text in texts if text.islower() and " " not in text}
