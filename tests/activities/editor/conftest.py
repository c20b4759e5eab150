"""What tests of the editor's trials stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from plans.models import Person, Project

Walk = Callable[..., dict[str, Any]]


@pytest.fixture
def walk(project: Project, ann: Person, api: Any) -> Walk:
    """`walk(document, …)` walks through a document as ann in the editor does, and gives what came out."""

    def walked(document: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = api(ann).post("/api/plan-editor/try/", {"document": document, **more}, format="json")
        assert answer.status_code == 200, answer.json()
        found: dict[str, Any] = answer.json()
        return found

    return walked
