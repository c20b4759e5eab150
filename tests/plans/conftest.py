"""People, projects and clients of the plans tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

# This file is read before Django's settings stand: what needs them is imported where it is used.
if TYPE_CHECKING:
    from plans.models import Person, Project


@pytest.fixture
def project(db: None) -> Project:
    """The project that ann and ben are members of."""
    from tests import builders

    return builders.project()


@pytest.fixture
def ben(project: Project) -> Person:
    """The person who may something."""
    from tests import builders

    return builders.ben()


@pytest.fixture
def cy(db: None) -> Person:
    """The stranger."""
    from tests import builders

    return builders.cy()


@pytest.fixture
def page(db: None) -> Any:
    """A browser: `page(person)` is a client who is signed in."""

    from django.test import Client

    def signed_in(person: Person) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return signed_in


@pytest.fixture
def api(db: None) -> Any:
    """A program: `api(person)` is an API client who is signed in."""

    from rest_framework.test import APIClient

    def signed_in(person: Person) -> APIClient:
        program = APIClient()
        program.force_login(person)
        return program

    return signed_in


@pytest.fixture(autouse=True)
def refusals_are_pages(settings: Any) -> None:
    """Run with the middleware that turns refusals into pages."""
    name = "plans.middleware.Refusals"
    if name not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]
