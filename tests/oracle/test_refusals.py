"""Broken plans: the checker finds what an independent list of the table's codes finds."""

from __future__ import annotations

from random import Random

from plans.language.findings import check_document, read_catalog
from tests.oracle.refusals import CATALOG, TABLE, UNSURE, Wrecker, codes

PLANS = 1500


def test_the_checker_refuses_broken_plans_with_the_codes_of_the_table() -> None:
    catalog = read_catalog(CATALOG)
    for seed in range(PLANS):
        document = Wrecker(Random(seed)).plan()
        _plan, findings = check_document(document, catalog)
        found = {finding.code for finding in findings if finding.severity == "error"} & TABLE
        wanted = codes(document)
        if wanted & UNSURE:
            assert found >= wanted & UNSURE - {"legacy-uuid-collision"}, (seed, document)
        else:
            assert found == wanted, (seed, document)


def test_an_edge_to_an_inline_action_is_refused_by_its_legacy_uuid_too() -> None:
    config = {"taskTemplateRef": "review", "actions": [{"uuid": "mirror"}]}
    task = {"slug": "t", "kind": "CREATE_TASK", "config": config}
    after = {
        "slug": "a",
        "kind": "EXECUTION",
        "dependsOn": ["t:mirror"],
        "config": {"moduleRef": "acme/work"},
    }
    _plan, findings = check_document(
        {"slug": "p", "name": "P", "steps": [task, after]}, read_catalog(CATALOG)
    )
    assert "action-inline-only" in {finding.code for finding in findings}
