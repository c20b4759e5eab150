"""Findings about `{{ }}`: in the titles of a plan, and in prompts, texts and request values of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
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
        if place.language == "template":
            yield from _check(subject, place.text, place.field, step=step.slug, roots=_STEP_ROOTS)


def _check(
    subject: Subject, template: str, field: str, *, step: str | None, roots: tuple[str, ...]
) -> Iterator[Finding]:
    owner = field if step is None else f'{field} of step "{step}"'
    problem, read = _paths(template)
    if problem:
        message = f"{owner} cannot be rendered: {problem}; write {{{{ inputs.name }}}}"
        yield error("template.parse-error", message, step=step, field=field)
        return
    for root, name in read:
        if root not in roots or root in ("steps", "inputs"):
            yield from _check_path(subject, (root, name), owner, field=field, step=step, roots=roots)


@lru_cache(maxsize=8192)
def _paths(template: str) -> tuple[str, tuple[tuple[Segment, Segment | None], ...]]:
    """Give what is wrong with a template ("": nothing), and the first two segments of each path that it reads."""
    if problem := expressions.template_error(template):
        return str(problem), ()
    paths = (_segments(path) for path in dict.fromkeys(expressions.template_paths(template)))
    return "", tuple((path[0], path[1] if len(path) > 1 else None) for path in paths if path)


def _check_path(
    subject: Subject,
    path: tuple[Segment, Segment | None],
    owner: str,
    *,
    field: str,
    step: str | None,
    roots: tuple[str, ...],
) -> Iterator[Finding]:
    root, name = path
    if root not in roots:
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
