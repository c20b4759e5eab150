"""Findings about the start form, the variables and the schemas of a plan and its steps (plan language 1 and 2.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from plans.language import expressions
from plans.language.finding import Finding, error, warning
from plans.language.findings.subject import Subject
from plans.language.findings.values import schema_problem
from plans.language.schema import INPUT_TYPES, DocumentFamilyGroup, Plan, StepBase

_INERT_IN_GROUPS: Final = frozenset(
    {
        *("automatically_add", "document_family_filter"),
        *("upload_only", "title_prompt", "knowledge_features"),
    }
)


def check_plan_inputs(subject: Subject) -> Iterator[Finding]:
    """Input options have distinct names and known types; schemas are schemas; variables that are read exist."""
    yield from _check_options(subject)
    plan = subject.plan
    yield from _check_schemas("plan", None, plan)
    for name, schema in plan.variables.items():
        if problem := _variable_problem(schema):
            field = f"variables.{name}"
            yield error("invalid-value", f'plan has an invalid "{field}": {problem}', field=field)
    for step in subject.steps:
        if step.input_schema is None and step.output_schema is None:
            continue
        yield from _check_schemas(f'step "{step.slug}"', step.slug, step)


def check_variables_read(subject: Subject) -> Iterator[Finding]:
    """Every plan variable that data references name is declared; nobody can give another one at start."""
    declared = subject.plan.variables
    for step, field, tree in subject.trees:
        for name in sorted(expressions.references(tree).variables - declared.keys()):
            owner = f'{field} of step "{step.slug}"' if step is not None else "plan output"
            known = f"known: {', '.join(declared)}" if declared else "the plan declares none"
            message = f'{owner} reads unknown variable "{name}" ({known})'
            yield warning("unknown-variable", message, step=step.slug if step else None, field=field)


def check_document_groups(subject: Subject) -> Iterator[Finding]:
    """Groups of documents have distinct names and limits that something can be within; what does nothing is told."""
    seen: set[str] = set()
    for index, group in enumerate(subject.plan.document_family_groups):
        field = f"documentFamilyGroups[{index}]"
        if not group.name:
            message = f"document group {index + 1} needs a name"
            yield error("document-groups.name-required", message, field=f"{field}.name")
        elif group.name in seen:
            message = f'duplicate document group "{group.name}"'
            yield error("document-groups.name-unique", message, field=f"{field}.name")
        seen.add(group.name)
        for key, limit in (
            ("maxHits", group.max_hits),
            ("maxPages", group.max_pages),
            ("hardMaxPages", None if isinstance(group.hard_max_pages, bool) else group.hard_max_pages),
            ("maxSize", group.max_size),
        ):
            if limit is not None and limit < 1:
                message = (
                    f'document group "{group.name}" allows {key} {limit}; write 1 or more, or leave it out'
                )
                yield error("document-groups.limit", message, field=f"{field}.{key}")
        yield from _check_pages(group, field)
        for name in sorted(_INERT_IN_GROUPS & group.model_fields_set):
            key = DocumentFamilyGroup.model_fields[name].alias or name
            if getattr(group, name):
                message = f'"{key}" of document group "{group.name}" does nothing here; check it in a step'
                yield warning("document-groups.inert", message, field=f"{field}.{key}")


def _check_pages(group: DocumentFamilyGroup, field: str) -> Iterator[Finding]:
    """Of two limits only the hard one refuses a document; `true` makes the other one hard, which it is anyway."""
    hard, name = group.hard_max_pages, f'document group "{group.name}"'
    if hard is True and group.max_pages is None:
        message = f'"hardMaxPages" of {name} makes "maxPages" a limit, and there is none; write a number'
        yield warning("document-groups.inert", message, field=f"{field}.hardMaxPages")
    elif hard is not None and hard is not True and group.max_pages is not None:
        message = f'"maxPages" of {name} does nothing beside "hardMaxPages" {json.dumps(hard)}; leave one of them out'
        yield warning("document-groups.inert", message, field=f"{field}.maxPages")


def _check_schemas(owner: str, slug: str | None, part: Plan | StepBase) -> Iterator[Finding]:
    names = ("inputsSchema", "outputSchema") if isinstance(part, Plan) else ("inputSchema", "outputSchema")
    schemas = (part.inputs_schema if isinstance(part, Plan) else part.input_schema, part.output_schema)
    for field, schema in zip(names, schemas, strict=True):
        if schema is not None and (problem := schema_problem(schema)):
            message = f'{owner} has an invalid "{field}": it is no JSON Schema at {problem}'
            yield error("invalid-value", message, step=slug, field=field)


def _variable_problem(schema: object) -> str | None:
    if not isinstance(schema, dict):
        return "a variable is declared by a JSON Schema, such as {type: string, default: eu}"
    problem = schema_problem(schema)
    return f"it is no JSON Schema at {problem}" if problem else None


def _check_options(subject: Subject) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, option in enumerate(subject.plan.input_options):
        field = f"inputOptions[{index}]"
        if not option.name:
            yield error("input-options.name-required", f"input option {index + 1} needs a name", field=field)
        elif option.name in seen:
            message = f'duplicate input option "{option.name}"'
            yield error("input-options.name-unique", message, field=f"{field}.name")
        seen.add(option.name)
        if option.type not in INPUT_TYPES:
            message = f'input option "{option.name}" has unknown type "{option.type}" (known: {", ".join(INPUT_TYPES)})'
            yield error("input-options.type-known", message, field=f"{field}.type")
