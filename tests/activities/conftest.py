"""What tests of runs stand on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

# This file is read before Django's settings stand: what needs them is imported where it is used.
if TYPE_CHECKING:
    from tests.activities.running import World


@pytest.fixture(autouse=True)
def _fresh_plans() -> None:
    """Forget compiled plans: a test that is rolled back gives its ids to the next."""
    import_module("activities.compiled").compiled.cache_clear()


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    """Keep the files of a test in its own folder."""
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "files")},
    }
    settings.STORAGES = settings.STORAGES | {"default": folder}


@pytest.fixture
def world() -> Iterator[World]:
    """Handlers that answer as they are told, and a line of hints that the test works off."""
    with import_module("tests.activities.running").World().at_work() as world:
        yield world


@pytest.fixture
def api(db: None) -> Any:
    """A program: `api(person)` is an API client who is signed in; without a person it is nobody's."""
    client = import_module("rest_framework.test").APIClient

    def signed_in(person: Any = None) -> Any:
        program = client()
        if person is not None:
            program.force_login(person)
        return program

    return signed_in


@pytest.fixture
def page(db: None) -> Any:
    """A browser: `page(person)` is a client who is signed in; without a person it is nobody's."""
    client = import_module("django.test").Client

    def signed_in(person: Any = None) -> Any:
        browser = client()
        if person is not None:
            browser.force_login(person)
        return browser

    return signed_in
