"""What authored texts of a running step may read: the roots of `{{ templates }}` and of scripts."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from activities.steps import StepCall, StepView, document_root, step_root


def template_root(call: StepCall) -> dict[str, Any]:
    """Return the root of `{{ path }}` in a step's config."""
    return {
        "inputs": call.inputs,
        "activity": {"id": str(call.activity_id), "title": call.title},
        "project": project_root(call),
        "org": organization_root(call),
        "steps": {slug: step_root(view) for slug, view in call.steps.items()},
        "task": None,
        "document": document_root(call.document) if call.document else None,
        "now": timezone.now().isoformat(),
    }


def script_root(call: StepCall) -> dict[str, Any]:
    """Return the globals of a script: inputs, families, documents, task, org, project, steps."""
    families = [
        document_root(document) for document in ([call.document] if call.document else call.documents)
    ]
    return {
        "inputs": dict(call.inputs),
        "families": families,
        "documents": families,
        "task": None,
        "org": organization_root(call),
        "project": project_root(call),
        "steps": {slug: script_step_root(view) for slug, view in call.steps.items()},
    }


def script_step_root(view: StepView) -> dict[str, Any]:
    """Return `steps.<slug>` of a script: as expressions see it, with the status, and the action though it is null."""
    return step_root(view) | {"status": view.status, "action": view.action}


def project_root(call: StepCall) -> dict[str, Any]:
    """Return `project`; its id in authored texts is the slug, which an export keeps."""
    return {"id": call.project_slug, "slug": call.project_slug, "name": call.project_name}


def organization_root(call: StepCall) -> dict[str, Any]:
    """Return `org`; its id in authored texts is the slug."""
    return {"id": call.organization_slug, "slug": call.organization_slug}
