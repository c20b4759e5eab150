"""What holds for every document, and how fast."""

from __future__ import annotations

import json
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from plans.language.diff import describe
from plans.language.findings import Catalog, check, check_inputs, check_variables, read_catalog
from plans.language.refactor import rewrite_uuids
from plans.language.spellings import read, write
from tests.plans.language.documents import ANY_JSON, DOCUMENTS


@settings(max_examples=300)
@given(DOCUMENTS, st.none() | st.dictionaries(st.sampled_from(["taskTemplates", "serviceBridges"]), ANY_JSON))
def test_any_document_is_checked_without_an_exception(document: object, catalog: object) -> None:
    plan, _ = read(document)

    json.dumps([finding.as_dict() for finding in check(plan, read_catalog(catalog))])


@given(DOCUMENTS, DOCUMENTS)
def test_any_two_documents_are_compared_in_words(one: object, other: object) -> None:
    old, new = read(one)[0], read(other)[0]

    assert describe(old, old) == []
    assert all(isinstance(sentence, str) for sentence in describe(old, new))


@given(DOCUMENTS)
def test_any_document_is_rewritten_once_and_for_all(document: object) -> None:
    once, _ = rewrite_uuids(read(document)[0])

    assert rewrite_uuids(read(write(once))[0]) == (once, [])


@given(DOCUMENTS, ANY_JSON)
def test_any_inputs_are_judged_without_an_exception(document: object, inputs: object) -> None:
    plan, _ = read(document)

    check_inputs(plan, inputs)
    check_variables(plan, inputs)


def step_of(number: int) -> dict[str, Any]:
    """Make one of four kinds, after the step before."""
    slug, before = f"s{number}", f"s{number - 1}"
    common = {"slug": slug, "dependsOn": [before] if number else []}
    condition = f"steps.{before}.result > {number} and inputs.k{number} != 'x'"
    return [
        {"kind": "SCRIPT", "config": {"scriptBody": "return {action: 'x'};", "scriptActions": [{"slug": "x"}]}},
        {"kind": "EXECUTION", "config": {"moduleRef": "m"}, "input": {"k": {"$from": {"step": before}}}},
        {"kind": "BRIDGE_CALL", "conditionExpr": condition,
         "config": {"serviceBridgeRef": "erp", "endpointName": "post", "requestBody": {"a": f"inputs.a{number}"}}},
        {"kind": "CREATE_TASK", "config": {"taskTemplateRef": "review"}},
    ][number % 4] | common  # fmt: skip


def test_two_thousand_steps_are_checked_well_under_a_tenth_of_a_second() -> None:
    plan, _ = read({"slug": "p", "steps": [step_of(number) for number in range(2000)]})
    durations = []
    for _ in range(5):
        start = time.process_time()
        found = check(plan, Catalog())
        durations.append(time.process_time() - start)

    assert [finding for finding in found if finding.severity == "error"] == []
    assert min(durations) < 0.1
