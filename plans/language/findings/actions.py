"""Findings about edges that name an action (plan language 3 and 5)."""

from __future__ import annotations

from collections.abc import Iterator

from plans.language.dependencies import Dependency
from plans.language.finding import Finding, error, warning
from plans.language.findings.catalog import SILENT_KINDS, declares_actions
from plans.language.findings.subject import Subject
from plans.language.mentions import steps_in_condition
from plans.language.schema import CreateTaskConfig, StepBase
from plans.language.slugs import UUID


def check_action_edges(subject: Subject) -> Iterator[Finding]:
    """Every action that an edge names is one that its source can end with."""
    for step in subject.steps:
        for index, entry in enumerate(step.depends_on):
            source = subject.by_slug.get(entry.step)
            if entry.action and source is not None:
                yield from _check_edge(subject, step, entry, source, f"dependsOn[{index}]")


def _check_edge(
    subject: Subject, step: StepBase, entry: Dependency, source: StepBase, field: str
) -> Iterator[Finding]:
    action, slug = entry.action or "", step.slug
    edge = f'step "{slug}" depends on "{source.slug}:{action}" but "{source.slug}"'
    if source.kind in SILENT_KINDS:
        message = f"{edge} ({source.kind}) cannot emit actions"
        yield error("action-edge-upstream-cannot-emit", message, step=slug, field=field)
        return
    live = subject.live[source.slug]
    if live is None:
        return
    matches = live.count(action)
    if matches > 1:
        message = f'action "{action}" on step "{source.slug}" is ambiguous'
        yield error("action-ambiguous", message, step=slug, field=field)
    by_uuid = any(action == declared.uuid for declared in source.config.declared_actions)
    mirrored = isinstance(source.config, CreateTaskConfig)  # what stands in the step itself is never live
    if matches or (by_uuid and not mirrored):
        return
    if isinstance(source.config, CreateTaskConfig) and any(
        action in (inline.slug, inline.uuid) for inline in source.config.actions
    ):
        message = (
            f'action "{action}" on step "{source.slug}" is declared only in the inline actions array; '
            f'tasks render actions from task template "{source.config.task_template_ref}"'
        )
        yield error("action-inline-only", message, step=slug, field=field)
    elif UUID.fullmatch(action):
        message = f"{edge} has no such action; the legacy uuid leads nowhere"
        yield warning("action-edge-legacy-uuid", message, step=slug, field=field)
    else:
        listed = ", ".join(dict.fromkeys(live)) or "none"
        message = f'{edge} does not declare action "{action}" (live actions: {listed})'
        yield error("action-edge-undeclared", message, step=slug, field=field)


def check_unrouted(subject: Subject) -> Iterator[Finding]:
    """Declared actions that lead nowhere, on steps whose outcome others look at."""
    taken: dict[str, set[str | None]] = {}
    mentioned: set[str] = set()
    for step in subject.steps:
        for entry in step.depends_on:
            taken.setdefault(entry.step, set()).add(entry.action)
        if step.condition_expr and "steps" in step.condition_expr:
            mentioned.update(slug for slug, _ in steps_in_condition(step.condition_expr))
    for step, actions in subject.declaring:
        entries = taken.get(step.slug)
        # Behind an edge without an action, a condition may decide by the outcome instead.
        if not entries or not declares_actions(step) or (None in entries and step.slug in mentioned):
            continue
        for action in actions:
            if action.slug not in entries and action.uuid not in entries - {None}:
                message = f'action "{action.slug}" on step "{step.slug}" is taken by no step'
                yield warning("action-unrouted", message, step=step.slug)
