"""Findings about what stands inside a config: enrichment, badges, sidecars, the rules of an approval."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from plans.language.finding import Finding, error, nearest, warning
from plans.language.findings.bridges import check_reference
from plans.language.findings.subject import Subject
from plans.language.schema import ApprovalConfig, LlmConfig, ScriptConfig, StepBase

_ENRICHMENT: Final = ("serviceBridgeRef", "operation", "inputMapping", "outputKey")
_INCLUDED: Final = ("documentTypes", "includeExtractedData", "maxPages", "maxCharacters")
_BADGE: Final = ("label", "icon", "color", "promote")
_SIDECAR: Final = re.compile(r"(?:module://)?[a-z0-9-]+/[a-z0-9-]+")
_STATUS: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def check_parts(subject: Subject) -> Iterator[Finding]:
    """Objects inside a step have keys that mean something, and rules that can be kept."""
    for step in subject.steps:
        for index, badge in enumerate(step.badges):
            yield from _check_badge(step, badge, f"badges[{index}]")
        if step.set_document_status and not _STATUS.fullmatch(step.set_document_status):
            message = (
                f'step "{step.slug}" sets document status "{step.set_document_status}", which is no slug; '
                "write a-z, 0-9, _ and - only"
            )
            yield warning("unknown-document-status", message, step=step.slug, field="setDocumentStatus")
        config = step.config
        if isinstance(config, LlmConfig):
            yield from _check_llm(subject, step, config)
        elif isinstance(config, ScriptConfig) and config.script_sidecars:
            yield from _check_sidecars(step, config.script_sidecars)
        elif isinstance(config, ApprovalConfig):
            yield from _check_approval(subject, step, config)


def _check_badge(step: StepBase, badge: Mapping[str, Any], field: str) -> Iterator[Finding]:
    yield from _unknown_keys(step, badge, _BADGE, field)
    label = badge.get("label")
    if not isinstance(label, str) or not label.strip():
        message = f'{field} of step "{step.slug}" has no "label" and is left out; give it one'
        yield warning("badge-without-label", message, step=step.slug, field=field)


def _check_llm(subject: Subject, step: StepBase, config: LlmConfig) -> Iterator[Finding]:
    if isinstance(config.include_document, dict):
        yield from _unknown_keys(step, config.include_document, _INCLUDED, "config.includeDocument")
    for index, entry in enumerate(config.enrichment):
        field = f"config.enrichment[{index}]"
        yield from _unknown_keys(step, entry, _ENRICHMENT, field)
        missing = [key for key in _ENRICHMENT[:2] if not entry.get(key)]
        if missing:
            message = f'{field} of step "{step.slug}" calls nothing: it needs {" and ".join(missing)}'
            yield error("bridge.required-fields", message, step=step.slug, field=field)
        bridge, operation = entry.get("serviceBridgeRef"), entry.get("operation")
        yield from check_reference(
            subject,
            step,
            ref=bridge if isinstance(bridge, str) else "",
            endpoint=operation if isinstance(operation, str) else "",
            fields=(f"{field}.serviceBridgeRef", f"{field}.operation"),
        )


def _check_sidecars(step: StepBase, sidecars: tuple[str, ...]) -> Iterator[Finding]:
    for index, reference in enumerate(sidecars):
        if not _SIDECAR.fullmatch(reference):
            message = (
                f'step "{step.slug}": script sidecar "{reference}" must be \'orgSlug/moduleSlug\'; '
                "the step will fail when it runs"
            )
            yield warning("sidecar-format", message, step=step.slug, field=f"config.scriptSidecars[{index}]")


def _check_approval(subject: Subject, step: StepBase, config: ApprovalConfig) -> Iterator[Finding]:
    slug = step.slug
    if config.on_due is not None and config.due_in_hours is None:
        message = f'step "{slug}" says onDue "{config.on_due}" but has no dueInHours; it is never due'
        yield warning("on-due-inert", message, step=slug, field="config.onDue")
    if config.on_due == "escalate" and not config.escalate_to:
        message = f'step "{slug}" escalates to nobody: onDue "escalate" needs config "escalateTo"'
        yield warning("escalate-to-nobody", message, step=slug, field="config.escalateTo")
    for key, wanted in (("quorum", config.quorum), ("rejectOn", config.reject_on)):
        people = len(dict.fromkeys(config.approvers))
        if isinstance(wanted, int) and people and not config.approver_role and wanted > people:
            message = f'step "{slug}" wants {wanted} by {key}, and approvers names only {people}'
            yield warning("quorum-unreachable", message, step=slug, field=f"config.{key}")
    for index, other in enumerate(config.distinct_from):
        source = subject.by_slug.get(other)
        if source is not None and source.kind not in ("CREATE_TASK", "APPROVAL"):
            message = f'step "{slug}" keeps out who acted in "{other}", and in a step of kind {source.kind} nobody does'
            yield warning("distinct-from-nobody", message, step=slug, field=f"config.distinctFrom[{index}]")


def _unknown_keys(
    step: StepBase, typed: Mapping[str, Any], known: tuple[str, ...], field: str
) -> Iterator[Finding]:
    for key in typed:
        if key not in known:
            message = f'{field} of step "{step.slug}" has unknown key "{key}" (did you mean "{nearest(key, known)}"?)'
            yield warning("unknown-key", message, step=step.slug, field=f"{field}.{key}")
