"""Every finding that can be put right without thinking has a fix, and the fix puts it right."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings

from plans.language.finding import Finding
from plans.language.findings import Catalog, check
from plans.language.fixes import NOT_MECHANICAL, Fix, fixes_of
from plans.language.fixes.closest import closest
from plans.language.schema import Plan
from plans.language.spellings import read, write
from tests.plans.language.documents import DOCUMENTS
from tests.plans.language.test_finding_codes import (
    ROWS,
    SHOP,
    Row,
    approval,
    call,
    llm,
    script,
    step,
    task,
    work,
)

TRUST = Catalog()


def seen(document: Any, catalog: Catalog) -> tuple[Plan, dict[str, Any], list[Finding]]:
    """Look at a document in the normal form."""
    normal = write(read(document)[0])
    plan, found = read(normal)
    return plan, normal, [*found, *check(plan, catalog)]


def offered(document: Any, code: str, catalog: Catalog = SHOP, *, number: int = 0) -> list[Fix]:
    """Give the fixes of the finding of this code."""
    plan, normal, findings = seen(document, catalog)
    fixes = fixes_of(plan, normal, findings, catalog)
    return list([each for finding, each in zip(findings, fixes, strict=True) if finding.code == code][number])


def applied(document: Any, fix: Fix) -> Any:
    """Make the edits of a fix, as the editor does."""
    out = json.loads(json.dumps(document))
    for edit in fix.as_dict()["edits"]:
        here = out
        for key in edit["path"][:-1]:
            here = here[key] if isinstance(here, list) else here.setdefault(key, {})
        last = edit["path"][-1]
        if "value" not in edit:
            here.pop(last)
        elif isinstance(here, list) and last == len(here):
            here.append(edit["value"])
        else:
            here[last] = copy.deepcopy(edit["value"])
    return out


MECHANICAL = [(code, row) for code, rows in ROWS.items() if code not in NOT_MECHANICAL for row in rows]


@pytest.mark.parametrize(("code", "row"), MECHANICAL, ids=lambda it: str(it)[:60])
def test_each_fix_removes_its_finding(code: str, row: Row) -> None:
    document = {"slug": "p", "steps": row.steps, **row.plan}
    plan, normal, findings = seen(document, SHOP)
    (place,) = [place for place, finding in enumerate(findings) if finding.code == code]

    fixes = fixes_of(plan, normal, findings, SHOP)[place]

    assert fixes, "there is a fix"
    for fix in fixes:
        _plan, _normal, left = seen(applied(normal, fix), SHOP)
        assert (code, findings[place].message) not in [(each.code, each.message) for each in left], fix.title
        assert fix.title and fix.edits


def test_what_is_not_mechanical_has_no_fix() -> None:
    for code in NOT_MECHANICAL & ROWS.keys():
        for row in ROWS[code]:
            assert all(
                not fixes
                for finding, fixes in zip(*of({"slug": "p", "steps": row.steps, **row.plan}), strict=True)
                if finding.code == code
            )


def of(document: Any) -> tuple[list[Finding], list[tuple[Fix, ...]]]:
    """Give findings with their fixes."""
    plan, normal, findings = seen(document, SHOP)
    return findings, fixes_of(plan, normal, findings, SHOP)


PER_DOCUMENT = {"perDocument": True}
BEST: list[tuple[str, Any, str, str]] = [
    ("unknown-dep-slug", [work("extract"), work("b", "extarct?:x")], 'Depend on "extract"', "extract?:x"),
    ("unknown-dep-slug", [work("extract"), work("b", input={"v": {"$from": {"step": "extrct"}}})],
     'Refer to "extract"', '{"$from": {"step": "extract"}}'),
    ("unknown-key", [work(dependson=["b"]), work("b")], "Rename it to dependsOn", '"dependsOn": ["b"]'),
    ("unknown-key", [step("SCRIPT", config={"scriptBdy": "x"})], "Rename it to scriptBody", '"scriptBody": "x"'),
    ("invalid-value", [work(bypass="yes")], "Make it true", '"bypass": true'),
    ("invalid-value", [work(config={"maxParallel": "3"})], "Make it the number 3", '"maxParallel": 3'),
    ("action-edge-undeclared", [script("a", "review", "post"), work("b", "a:reviev"), work("c", "a:post")],
     'Take action "review"', "a:review"),
    ("await-no-condition", [script("a-b", "x"), work("b", "a-b?:x")], "Run if it took one of these branches",
     "steps.`a-b`.action = 'x'"),
    ("exclusive-branch-and-join", [script("r", "l", "m"), work("d", "r:l", "r:m")],
     "Await the branches and run whichever was taken", "steps.r.action = 'l' or steps.r.action = 'm'"),
    ("exclusive-branch-and-join",
     [script("r", "l", "m"), work("x", "r:l"), work("y", "r:m"), work("d", "x", "y")],
     "Await the branches and run whichever was taken", '["x?", "y?"]'),
    ("condition-hyphen-slug", [work("p-b"), work("b", "p-b", conditionExpr="steps.p-b.x = 1 and inputs.a-b")],
     "Write it in backticks", "steps.`p-b`.x = 1 and inputs.a-b"),
    ("condition-invalid-jsonata", [work(conditionExpr="inputs.a == 1 && inputs.b === '=='")],
     "Make it inputs.a = 1 and inputs.b = '=='", "inputs.a = 1 and inputs.b = '=='"),
    ("condition.unknown-step-ref", [work("extract"), work("b", "extract", conditionExpr="steps.extrct.x = 1")],
     'Read step "extract"', "steps.extract.x = 1"),
    ("template.unknown-binding", [work("load"), task(title="A {{ steps.laod.x }} steps.laod")],
     'Read step "load"', "A {{ steps.load.x }} steps.laod"),
    ("template.unknown-binding", [task(title="{{ input.x }}")], 'Read "inputs"', "{{ inputs.x }}"),
    ("template.parse-error", [task(title="Check {{ inputs.x")], "Close it with }}", "Check {{ inputs.x }}"),
    ("unknown-task-template", [task("acme/reviw")], 'Take "review"', '"acme/review"'),
    ("bridge.unknown-endpoint", [call(endpointName="pst")], 'Take "post"', '"endpointName": "post"'),
    ("bridge.status-enum", [call(requestBody={"status": "'payd'"})], 'Send "paid"', "'paid'"),
    ("bridge.path-token-unfilled", [call(requestPath=None)], "Fill it from the inputs (inputs.id)",
     '{"id": "inputs.id"}'),
    ("unknown-kind", [step("SKRIPT")], "Make it a step of kind SCRIPT", '"kind": "SCRIPT"'),
    ("step-missing-slug-or-kind", [{"slug": "a", "promptBody": "x"}], "Make it a step of kind LLM", '"kind": "LLM"'),
    ("step-missing-slug-or-kind", [{"kind": "SCRIPT", "name": "Post the bill"}], 'Name it "post-bill"'.replace(
        "post-bill", "post-the-bill"), '"slug": "post-the-bill"'),
    ("duplicate-step-slug", [work("a"), work("a-2"), work("a")], 'Name the later one "a-3"', '"slug": "a-3"'),
    ("steps.parse-error", {"a": {"kind": "SCRIPT"}}, "Make it a list of steps", '[{"slug": "a", "kind": "SCRIPT"'),
    ("missing-config", [step("CREATE_TASK")], 'Take "review"', '"taskTemplateRef": "review"'),
    ("unknown-module", [work(config={"moduleRef": "acme/wrk"})], 'Take "acme/work"', '"moduleRef": "acme/work"'),
    ("quorum-unreachable", [approval(approverRole="", approvers=["ann"], quorum=2)], "All of them", '"all"'),
    ("condition.malformed", [work(conditionExpr={"expression": "true"})], "Make it true", '"conditionExpr": "true"'),
    ("max-parallel-llm", [llm(maxParallel=2)], "Remove maxParallel", "promptBody"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "steps", "title", "text"), BEST, ids=lambda it: str(it)[:40])
def test_the_best_fix_comes_first_and_does_what_it_says(code: str, steps: Any, title: str, text: str) -> None:
    document = {"slug": "p", "steps": steps}
    fixes = offered(
        document,
        code,
        Catalog(
            **{
                **{name: getattr(SHOP, name) for name in SHOP.__slots__},
                "task_templates": SHOP.task_templates,
            }
        ),
    )

    matching = [fix for fix in fixes if fix.title == title]

    assert matching and fixes.index(matching[0]) <= 1, [fix.title for fix in fixes]
    assert text in json.dumps(applied(seen(document, SHOP)[1], matching[0]), ensure_ascii=False)


def test_a_slug_that_is_none_is_renamed_with_all_that_names_it() -> None:
    document = {
        "slug": "p",
        "steps": [work("LoadIt"), work("b", "LoadIt?", conditionExpr="steps.LoadIt.x = 1")],
        "layout": {"LoadIt": {"x": 1, "y": 1}},
    }

    fixed = applied(seen(document, TRUST)[1], offered(document, "slug-format", TRUST)[0])

    assert "LoadIt" not in json.dumps(fixed)
    assert [finding.code for finding in seen(fixed, TRUST)[2]] == []


def test_all_uuids_are_rewritten_at_once() -> None:
    document = {"slug": "p", "steps": [work("a", uuid="u-1"), work("b", "u-1")]}

    fixed = applied(seen(document, TRUST)[1], offered(document, "legacy-uuids", TRUST)[0])

    assert seen(fixed, TRUST)[2] == []
    assert "u-1" not in json.dumps(fixed)


def test_of_twins_without_a_slug_each_has_its_own_fix() -> None:
    document = {"slug": "p", "steps": [{"kind": "SCRIPT"}, work("x"), {"kind": "LLM"}]}

    fixes = [offered(document, "step-missing-slug-or-kind", TRUST, number=number)[0] for number in (0, 1)]

    assert [fix.edits[0].path for fix in fixes] == [("steps", 0, "slug"), ("steps", 2, "slug")]


def test_an_undeclared_action_can_be_declared() -> None:
    document = {"slug": "p", "steps": [script("a", "x"), work("b", "a:y"), work("c", "a:x")]}
    fixes = {fix.title: fix for fix in offered(document, "action-edge-undeclared", TRUST)}

    fixed = applied(seen(document, TRUST)[1], fixes['Declare action "y" on "a"'])

    assert fixed["steps"][0]["config"]["scriptActions"] == [{"slug": "x"}, {"slug": "y"}]
    assert seen(fixed, TRUST)[2] == []


def test_an_input_that_is_read_can_be_declared() -> None:
    document = {
        "slug": "p",
        "inputOptions": [{"name": "number"}],
        "steps": [task(title="{{ inputs.numbr }}")],
    }
    titles = [fix.title for fix in offered(document, "template.unknown-binding")]

    assert titles == ['Read input "number"', 'Declare input "numbr"']


def test_keys_with_dots_are_found() -> None:
    document = {"slug": "p", "steps": [call(requestPath={"id": "1", "a.b[0]": "2"})]}

    (fix, *_) = offered(document, "bridge.request-binding-unknown")

    assert fix.edits[0].path == ("steps", 0, "config", "requestPath", "a.b[0]")


def test_the_closest_name_is_found_among_thousands() -> None:
    names = [f"step-{number}" for number in range(2000)] + ["extract-invoice"]

    assert closest("extrct-invoice", names) == ["extract-invoice"]
    assert closest("anything", []) == []
    assert closest("zzz", ["a", "b"]) == ["a"]


@given(DOCUMENTS)
@settings(max_examples=200)
def test_every_fix_of_any_document_can_be_made_and_removes_its_finding(document: Any) -> None:
    plan, normal, findings = seen(document, SHOP)

    for finding, fixes in zip(findings, fixes_of(plan, normal, findings, SHOP), strict=True):
        before = sum(each.code == finding.code for each in findings)
        for fix in fixes:
            left = seen(applied(normal, fix), SHOP)[2]
            assert sum(each.code == finding.code for each in left) < before, (finding, fix)
