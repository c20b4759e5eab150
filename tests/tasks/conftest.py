"""People, a template and plans with human steps."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plans.models import Person, Project
    from tasks.models import Task


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Keep files of a test in its own folder."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.fixture(autouse=True)
def _fresh_plans():
    """Forget compiled plans: a test that is rolled back gives its ids to the next."""
    import_module("activities.compiled").compiled.cache_clear()


@pytest.fixture
def rita(project: Project) -> Person:
    """A reviewer."""
    return _late("builders").person("rita", "reviewer", project=project)


@pytest.fixture
def fay(project: Project) -> Person:
    """An approver who is a finance manager."""
    return _late("builders").person("fay", "approver", "finance-manager", project=project)


@pytest.fixture
def max_(project: Project) -> Person:
    """Another approver who is a finance manager."""
    return _late("builders").person("max", "approver", "finance-manager", project=project)


@pytest.fixture
def task(ann: Person, rita: Person) -> Task:
    """An open review task, for reviewers."""
    return _late("tasks.running").review_task(by=ann)


@pytest.fixture
def approval(ann: Person, fay: Person) -> Task:
    """An open approval, for finance managers."""
    return _late("tasks.running").approval_task(by=ann)


def _late(name: str) -> ModuleType:
    """Import what imports models: only after Django is set up."""
    return import_module(f"tests.{name}")
