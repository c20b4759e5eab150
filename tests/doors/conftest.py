"""Clients that knock as browsers and programs do: signed in by session, CSRF checked, bugs answered with 500."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from plans.models import Person

TOKEN = "t" * 32


@pytest.fixture
def knock(db: None) -> Callable[[Person], Client]:
    """`knock(person)` is a client of that person who keeps the CSRF token; a bug is its answer 500, not an error."""

    def signed_in(person: Person) -> Client:
        client = Client(
            enforce_csrf_checks=True, raise_request_exception=False, headers={"X-CSRFToken": TOKEN}
        )
        client.force_login(person)
        client.cookies["csrftoken"] = TOKEN
        return client

    return signed_in


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    """Keep files of a test in its own folder."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        }
    }


@pytest.fixture(autouse=True)
def _fresh_plans() -> None:
    """Forget compiled plans: a test that is rolled back gives its ids to the next."""
    import_module("activities.compiled").compiled.cache_clear()
