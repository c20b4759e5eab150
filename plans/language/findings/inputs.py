"""Findings about the start form, schemas and title templates of a plan (plan language 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.language import expressions
from plans.language.finding import Finding, error
from plans.language.findings.subject import Subject
from plans.language.findings.values import schema_problem
from plans.language.schema import INPUT_TYPES

_TEMPLATE_NAMES: Final = (
    *(
        "activity",
        "caller",
        "documentCount",
        "documentMetadata",
        "documentNames",
        "documentPath",
        "documentPaths",
    ),
    *("featureNames", "features", "inputs", "metadata", "now", "org", "project"),
)


def check_plan_inputs(subject: Subject) -> Iterator[Finding]:
    """Input options have distinct names and known types; schemas are schemas; templates can be rendered."""
    yield from _check_options(subject)
    plan = subject.plan
    for field, schema in (("inputsSchema", plan.inputs_schema), ("outputSchema", plan.output_schema)):
        if schema is not None and (problem := schema_problem(schema)):
            yield error("invalid-value", f'plan has an invalid "{field}": {problem}', field=field)
    yield from _check_template("defaultTitleTemplate", plan.default_title_template)
    yield from _check_template("defaultDescriptionTemplate", plan.default_description_template)


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


def _check_template(field: str, template: str | None) -> Iterator[Finding]:
    if template is None or "{{" not in template:
        return
    if problem := expressions.template_error(template):
        yield error("template.parse-error", f"{field} cannot be rendered: {problem}", field=field)
        return
    for path in expressions.template_paths(template):
        name = path.replace("[", ".").split(".")[0]
        if name and name not in _TEMPLATE_NAMES:
            message = f'{field} reads "{name}", which a title cannot know ({", ".join(_TEMPLATE_NAMES)})'
            yield error("template.unknown-binding", message, field=field)
