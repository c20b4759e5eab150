"""All that the checker has to say about a plan (plan language 5); pure, and cheap enough for every pause in typing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from plans.language.finding import Finding
from plans.language.findings.actions import check_action_edges, check_unrouted
from plans.language.findings.bridges import check_bridges
from plans.language.findings.catalog import Catalog, TaskTemplateDef, bare_slug, live_actions, read_catalog
from plans.language.findings.conditions import check_expressions
from plans.language.findings.dependencies import check_dependencies, check_order
from plans.language.findings.inputs import check_document_groups, check_plan_inputs, check_variables_read
from plans.language.findings.parts import check_parts
from plans.language.findings.steps import check_any_branch, check_configs, check_identities, check_references
from plans.language.findings.subject import Subject
from plans.language.findings.templates import check_templates
from plans.language.findings.values import check_inputs, check_variables, schema_errors
from plans.language.schema import Plan
from plans.language.spellings import read

__all__ = [
    "Catalog",
    "Finding",
    "TaskTemplateDef",
    "bare_slug",
    "check",
    "check_document",
    "check_inputs",
    "check_variables",
    "live_actions",
    "read_catalog",
    "schema_errors",
]

_CHECKS = (
    check_identities,
    check_configs,
    check_dependencies,
    check_order,
    check_action_edges,
    check_any_branch,
    check_references,
    check_bridges,
    check_parts,
    check_expressions,
    check_plan_inputs,
    check_variables_read,
    check_document_groups,
    check_templates,
    check_unrouted,
)


def check(plan: Plan, catalog: Catalog) -> list[Finding]:
    """Give all findings of a plan that was read; what reading itself found is not among them."""
    subject = Subject(plan, catalog)
    return [finding for run in _CHECKS for finding in run(subject)]


def check_document(document: object, catalog: Catalog) -> tuple[Plan, list[Finding]]:
    """Read a document in any spelling and check it: the findings of reading first, then those of the plan."""
    with _nothing_collected():
        plan, found = read(document)
        return plan, found + check(plan, catalog)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Leave the garbage collector out: what a large plan is read into has no cycles, and looking took a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Of two threads at this, the one that found it enabled enables it.
        if enabled:
            gc.enable()
