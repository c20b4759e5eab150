"""Random plans in other spellings, exported and imported, with uuids, renamed: they stay the plans they were."""

from __future__ import annotations

import json
from copy import deepcopy
from io import StringIO
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from plans.language.findings import check_document, read_catalog
from plans.language.refactor import rename_steps, rewrite_uuids
from plans.language.source import parse_source
from plans.language.spellings import read, write
from tests.oracle.flows import DIALECTS, as_flow, flow_case
from tests.oracle.generate import CATALOG, generate
from tests.oracle.judge import run
from tests.oracle.respell import Scribe, with_uuids

READ, RUN = range(250), range(20)


def authored(seed: int) -> dict[str, Any]:
    return generate(Random(seed))["document"]


def normal(document: dict[str, Any]) -> dict[str, Any]:
    plan, found = read(document)
    assert found == []
    return write(plan)


def without_uuids(document: dict[str, Any]) -> dict[str, Any]:
    return write(rewrite_uuids(read(document)[0])[0])


def test_every_spelling_reads_into_one_normal_form() -> None:
    for seed in READ:
        document = authored(seed)

        respelled = Scribe(Random(seed)).plan(document)

        # An action may have its slug for a uuid, which says nothing.
        assert without_uuids(respelled) == normal(document), seed
        assert [each.code for each in read(respelled)[1]] == [], seed


def test_what_is_exported_reads_back_unchanged() -> None:
    for seed in READ:
        plan, _found = read(Scribe(Random(seed)).plan(authored(seed)))
        exported = write(plan)

        as_json = parse_source(json.dumps(exported), filename="p.json")
        as_yaml = parse_source(_yaml(exported), filename="p.yaml")

        assert read(as_json) == read(as_yaml) == (plan, []), seed
        assert write(read(as_yaml)[0]) == exported, seed


def test_uuids_say_nothing_that_slugs_do_not() -> None:
    for seed in READ:
        document = authored(seed)

        rewritten = without_uuids(with_uuids(document, Random(seed)))

        assert rewritten == normal(document), seed
        assert without_uuids(rewritten) == rewritten, seed


def test_renamed_steps_are_found_fault_with_no_more_than_before() -> None:
    for seed in READ:
        document = authored(seed)
        before = check_document(document, read_catalog(CATALOG))[1]

        renamed, _changes = rename_steps(read(document)[0], names(document))
        after = check_document(write(renamed), read_catalog(CATALOG))[1]

        assert [each.code for each in after] == [each.code for each in before], seed


@given(st.integers(min_value=0), st.sampled_from(sorted(DIALECTS)))
def test_a_flow_reads_into_the_plan_it_says_in_either_dialect(seed: int, dialect: str) -> None:
    document = flow_case(Random(seed))["document"]

    flow = as_flow(document, dialect, Random(seed))

    assert normal(flow) == normal(document)
    assert parse_source(_yaml(flow), filename="f.yaml") == flow


@given(st.integers(min_value=0))
def test_any_plan_is_the_same_in_any_spelling_and_after_any_round_trip(seed: int) -> None:
    document = authored(seed)

    respelled = Scribe(Random(seed)).plan(with_uuids(document, Random(seed)))
    exported = without_uuids(respelled)

    assert exported == normal(document)
    for text, name in ((json.dumps(exported), "p.json"), (_yaml(exported), "p.yaml")):
        assert write(read(parse_source(text, filename=name))[0]) == exported


@pytest.mark.django_db(transaction=True)
def test_flows_run_as_the_plans_they_say() -> None:
    for seed in RUN:
        case = flow_case(Random(seed))

        flow = as_flow(case["document"], "docs" if seed % 2 else "code", Random(seed))

        assert told(run({**case, "document": flow})) == told(run(case)), seed


@pytest.mark.django_db(transaction=True)
def test_respelled_plans_run_alike() -> None:
    for seed in RUN:
        case = generate(Random(seed))

        respelled = Scribe(Random(seed)).plan(with_uuids(case["document"], Random(seed)))

        assert told(run({**case, "document": respelled})) == told(run(case)), seed


@pytest.mark.django_db(transaction=True)
def test_renamed_plans_run_alike() -> None:
    for seed in RUN:
        case = generate(Random(seed))
        new = names(case["document"])
        whole = deepcopy(case["document"])
        whole["test"]["mocks"] = case["mocks"]

        renamed = write(rename_steps(read(whole)[0], new)[0])
        mocks = renamed["test"].pop("mocks")
        actual = run({**case, "document": renamed, "mocks": mocks})

        old = {slug: name for name, slug in new.items()}
        actual["steps"] = {old[slug]: row for slug, row in actual["steps"].items()}
        assert told(actual) == told(run(case)), seed


def names(document: dict[str, Any]) -> dict[str, str]:
    """Give every step a name that JSONata and JavaScript have to quote."""
    return {step["slug"]: f"new-{step['slug']}" for step in document["steps"]}


def told(actual: dict[str, Any]) -> Any:
    """Leave out what says itself in words, for there the names stand."""
    steps = {
        slug: (row["status"], row["action"], row["result"], _told_documents(row))
        for slug, row in actual["steps"].items()
    }
    return actual["status"], actual["outcome"], actual["output"], actual["unrouted"], steps


def _told_documents(row: dict[str, Any]) -> Any:
    return {name: (one["status"], one["action"]) for name, one in row.get("documents", {}).items()}


def _yaml(document: dict[str, Any]) -> str:
    stream, yaml = StringIO(), YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(document, stream)
    return stream.getvalue()
