"""What every test stands on: settings, databases, services, hypothesis profiles, people.

Tests run on SQLite in a temporary folder; TEST_ON=services runs them on PostgreSQL and Redis instead.
The environment is set before Django reads it, so DJANGO_SETTINGS_MODULE stands here and not in pyproject.toml.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.support import services

if TYPE_CHECKING:
    from plans.models import Person, Project

IN_CI = os.environ.get("CI") == "true"
ON_SERVICES = os.environ.get("TEST_ON") == "services"
HEAVY = "heavy"
ROLES = ("author", "operator", "reviewer", "approver", "admin")
_session = ExitStack()


def pytest_configure() -> None:
    """Point the settings at folders and databases of this run, then let Django read them."""
    from django.conf import settings

    if settings.configured:
        raise pytest.UsageError(
            "unset DJANGO_SETTINGS_MODULE: the tests set the environment before Django reads it"
        )
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    data = (Path(os.environ["TEST_FOLDER"]) if worker else _folder_of_the_run()) / (worker or "data")
    for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
        os.environ.pop(name, None)
    if ON_SERVICES:
        _use_services()
    os.environ["DATA"] = str(data)
    with pytest.MonkeyPatch.context() as patch:
        # Not for long: workers would inherit it, and pytest-django would read the settings before this file.
        patch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not ON_SERVICES:
        # A file: threads and processes share it as they share the real one, which a database in memory cannot give.
        settings.DATABASES["default"]["TEST"] = {"NAME": str(data / "test.sqlite3")}


def pytest_unconfigure() -> None:
    """Give back what the run took from the servers."""
    _session.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that bring up processes on one worker: two at a time would measure each other."""
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("services"):
            item.add_marker(pytest.mark.xdist_group(HEAVY))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Skip a test whose server is missing, in CI fail it; its fixtures take their servers here."""
    __tracebackhide__ = True
    try:
        yield
    except services.Unavailable as error:
        (pytest.fail if IN_CI else pytest.skip)(str(error))


pytest_runtest_call = pytest_runtest_setup  # the test itself may take servers too


def _folder_of_the_run() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="throughline-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TEST_FOLDER"] = str(folder)  # workers of pytest-xdist inherit it
    return folder


def _use_services() -> None:
    """Run on PostgreSQL and Redis, each process in databases of its own; leave with one line where there are none."""
    try:
        os.environ["TEST_DATABASE_URL"] = services.postgres_server()
        os.environ["TEST_REDIS_URL"] = services.redis_server()
        os.environ["DATABASE_URL"] = (
            f"{os.environ['TEST_DATABASE_URL']}/tl_{secrets.token_hex(6)}"  # test_… is made
        )
        os.environ["REDIS_URL"] = _session.enter_context(services.redis_database())
    except services.Unavailable as error:
        pytest.exit(f"Not run on PostgreSQL and Redis: {error}.", returncode=1 if IN_CI else 0)


hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "local")


@pytest.fixture(scope="session", autouse=True)
def _no_signs_of_life() -> None:
    """Keep the thread that renews leases out: it would look from outside of a test's transaction."""
    from activities.heart import heart

    heart.beats = False


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database, dropped afterwards, for processes that the test starts."""
    with services.postgres_database() as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database. Never FLUSHALL here, the server may be somebody's: take `redis_server` for that."""
    with services.redis_database() as url:
        yield url


@pytest.fixture
def redis_server() -> Iterator[services.RedisServer]:
    """A Redis server of the test's own, to be flushed, killed and restarted."""
    with services.own_redis() as server:
        yield server


@pytest.fixture
def project(db: None) -> Project:
    """The project `accounts-payable` of organization `northwind`."""
    return builders().project()


@pytest.fixture
def ann(project: Project) -> Person:
    """The person who may: every built-in role in the project."""
    return builders().person("ann", *ROLES, project=project)


@pytest.fixture
def ben(project: Project) -> Person:
    """The person who may something: look."""
    return builders().person("ben", "viewer", project=project)


@pytest.fixture
def cy(db: None) -> Person:
    """The person who may nothing: a stranger to the organization."""
    return builders().person("cy")


def builders() -> ModuleType:
    """Return the builders, which import models and so must wait for Django."""
    return import_module("tests.builders")
