"""The house stands as its plan says: who imports whom, what is pure, what the files at the root promise."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from functools import lru_cache
from io import StringIO
from pathlib import Path

import grimp
import pytest
from django.core.management import call_command
from grimp import ImportGraph

ROOT = Path(__file__).resolve().parents[1]
PURE = ("plans.language", "activities.engine", "activities.messages", "tasks.policy", "tasks.time.calendars")
# Libraries that compute and touch nothing, for the language and the messages; the engine has none.
LIBRARIES = {
    "plans.language": {
        "pydantic",
        "pydantic_core",
        "jsonata",
        "jsonschema",
        "referencing",
        "regex",
        "ruamel",
    },
    "activities.engine": set(),
    "activities.messages": {"pydantic", "pydantic_core"},
    "tasks.policy": set(),
    "tasks.time.calendars": set(),
}
APPS = ("plans", "activities", "tasks")


@lru_cache(maxsize=1)
def imports() -> ImportGraph:
    """Return who imports whom, outside packages squashed to their first name."""
    return grimp.build_graph(*APPS, "config", include_external_packages=True, cache_dir=None)


def modules_of(room: str) -> list[str]:
    """Return the modules of a pure room."""
    return sorted(name for name in imports().modules if name == room or name.startswith(f"{room}."))


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_import_only_pure_rooms_and_libraries_that_only_compute(room: str) -> None:
    allowed = LIBRARIES[room] | set(sys.stdlib_module_names) | set(APPS)
    wrong = [
        f"{module} imports {imported}"
        for module in modules_of(room)
        for imported in imports().find_modules_directly_imported_by(module)
        if not (imported.startswith(PURE) or imported.split(".")[0] in allowed - set(APPS))
    ]

    assert modules_of(room), f"{room} is gone: change this test with the map"
    assert wrong == []


def test_the_engine_knows_the_language_and_nothing_else_of_the_apps() -> None:
    known = {
        imported
        for module in modules_of("activities.engine")
        for imported in imports().find_modules_directly_imported_by(module)
        if imported.startswith(APPS)
    }

    assert {name for name in known if not name.startswith(("activities.engine", "plans.language"))} == set()


def test_no_package_of_tests_shadows_an_app() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_lock_files_pin_by_name_version_and_hash_and_name_no_host() -> None:
    python = (ROOT / "requirements.lock").read_text()
    node = json.loads((ROOT / "package-lock.json").read_text())

    assert re.findall(r"^(?!#).*(?:://|--index).*$", python, re.MULTILINE) == []
    assert re.findall(r"^[a-z][^\n]*==(?:(?!\n[a-z]).)*", python, re.MULTILINE | re.DOTALL)
    assert [name for name, package in node["packages"].items() if "resolved" in package] == []


def test_packages_of_the_browser_are_locked_as_they_are_wanted() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert (name, locked[f"node_modules/{name}"]["version"]) == (name, version)


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    names = {re.sub(r"[._-]+", "-", re.split(r"[^\w.-]", dependency)[0].lower()) for dependency in wanted}

    assert names - locked == set()


def test_the_readme_names_every_setting() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", code))
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "README.md").read_text()))

    assert read - told == set()


@pytest.mark.django_db
def test_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_settings_hold_together() -> None:
    call_command("check", fail_level="WARNING")


def test_the_api_describes_itself() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
