"""Another database for a while, in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections

from config import environment


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Let the default connection of every thread be to the database at `url`, with all tables; then as before."""
    kept, connection = dict(connections.settings["default"]), connections["default"]
    there = environment.database(url, Path()) | {"OPTIONS": {}}
    connections.settings["default"].clear()
    connections.settings["default"].update(connections.configure_settings({"default": there})["default"])
    connections["default"] = connections.create_connection("default")
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connections["default"].close()
        connections.settings["default"].clear()
        connections.settings["default"].update(kept)
        connections["default"] = connection
        ContentType.objects.clear_cache()
