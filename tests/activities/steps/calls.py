"""Calls of steps, as the worker makes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from activities.steps import DocumentView, StepCall, StepView
from plans.language.spellings import read

ACTIVITY = UUID("7d1f3c1e-0000-4000-8000-000000000001")


def call(
    kind: str,
    config: dict[str, Any],
    *,
    inputs: dict[str, Any] | None = None,
    steps: dict[str, StepView] | None = None,
    definitions: dict[str, Any] | None = None,
    documents: tuple[DocumentView, ...] = (),
    document: DocumentView | None = None,
    organization_id: int = 1,
    project_id: int = 1,
    timeout_seconds: float | None = None,
    given: Any = None,
) -> StepCall:
    """Make the call of a step that was read from a plan, as the worker makes it."""
    plan, findings = read(
        {"slug": "p", "name": "P", "steps": [{"slug": "push", "kind": kind, "config": config}]}
    )
    assert plan.steps, findings
    return StepCall(
        activity_id=ACTIVITY,
        organization_id=organization_id,
        organization_slug="acme",
        project_id=project_id,
        project_slug="payables",
        project_name="Payables",
        title="Invoice 7",
        started_by_id=None,
        position=0,
        run=1,
        attempt=1,
        step=plan.steps[0],
        actions=(),
        definitions=definitions or {},
        inputs=inputs or {},
        input=given,
        has_input=given is not None,
        steps=steps or {},
        documents=documents,
        document=document,
        idempotency_key=f"{ACTIVITY}/push/-/1",
        timeout_seconds=timeout_seconds,
    )


def view(name: str = "a.pdf", **results: Any) -> DocumentView:
    """Make a document as handlers see it."""
    return DocumentView(
        id=f"id-{name}",
        name=name,
        path=f"/files/{name}",
        mime="application/pdf",
        size=3,
        metadata={},
        labels=(),
        status="",
        results=results,
    )


def bridge(url: str, **definition: Any) -> dict[str, Any]:
    """Make the pinned definitions of one bridge, erp, with an endpoint `post` and one with a token in its path."""
    endpoints = [
        {"name": "post", "method": "POST", "path": "/bills"},
        {"name": "one", "method": "GET", "path": "/bills/{vendor}/{number}"},
    ]
    return {
        "serviceBridges": {
            "erp": {"slug": "erp", "name": "ERP", "baseUrl": url, "endpoints": endpoints} | definition
        }
    }
