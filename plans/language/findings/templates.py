"""Findings about `{{ }}`: in the titles of a plan, and in prompts, texts and request values of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from plans.language import expressions
from plans.language.expressions.paths import PathSyntaxError, Segment, parse_path
from plans.language.expressions.templates import ROOTS
from plans.language.finding import Finding, error, warning
from plans.language.findings.subject import Subject

_TITLE_ROOTS: Final = (
    *("activity", "caller", "documentCount", "documentMetadata", "documentNames", "documentPath"),
    *("documentPaths", "featureNames", "features", "inputs", "metadata", "now", "org", "project"),
)
_STEP_ROOTS: Final = tuple(sorted(ROOTS))


def check_templates(subject: Subject) -> Iterator[Finding]:
    """Every `{{ }}` can be read, and names what a text may know: roots, steps and inputs that exist."""
    plan = subject.plan
    for field, template in (
        ("defaultTitleTemplate", plan.default_title_template),
        ("defaultDescriptionTemplate", plan.default_description_template),
    ):
        if template is not None and "{{" in template:
            yield from _check(subject, template, field, step=None, roots=_TITLE_ROOTS)
    for step, place in subject.authored:
        if place.language == "template" and "{{" in place.text:
            yield from _check(subject, place.text, place.field, step=step.slug, roots=_STEP_ROOTS)


def _check(
    subject: Subject, template: str, field: str, *, step: str | None, roots: tuple[str, ...]
) -> Iterator[Finding]:
    owner = field if step is None else f'{field} of step "{step}"'
    if problem := expressions.template_error(template):
        message = f"{owner} cannot be rendered: {problem}; write {{{{ inputs.name }}}}"
        yield error("template.parse-error", message, step=step, field=field)
        return
    for path in dict.fromkeys(expressions.template_paths(template)):
        yield from _check_path(subject, path, owner, field=field, step=step, roots=roots)


def _check_path(
    subject: Subject, path: str, owner: str, *, field: str, step: str | None, roots: tuple[str, ...]
) -> Iterator[Finding]:
    segments = _segments(path)
    root, name = (*segments, None, None)[:2]
    if root is not None and root not in roots:
        what = "a title cannot know" if step is None else "no text of a step knows"
        message = f'{owner} reads "{root}", which {what} ({", ".join(roots)})'
        yield error("template.unknown-binding", message, step=step, field=field)
    elif root == "steps" and isinstance(name, str) and name not in subject.known:
        message = f"{owner} reads steps.{name}, and there is no such step; it will be empty"
        yield warning("template.unknown-binding", message, step=step, field=field)
    elif root == "inputs" and subject.lacks_input(name):
        message = f'{owner} reads inputs.{name}, which no input option declares; declare "{name}" or correct the name'
        yield warning("template.unknown-binding", message, step=step, field=field)


def _segments(path: str) -> tuple[Segment, ...]:
    try:
        return parse_path(path)
    except PathSyntaxError:
        return ()
