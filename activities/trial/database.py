"""A throwaway database in memory, for commands that run plans without a server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.files.storage import default_storage, storages
from django.db import connection, connections

from activities.heart import heart


@contextmanager
def throwaway() -> Iterator[str]:
    """Point the default connection at an empty database in memory and the files at a temporary folder; give that."""
    heart.beats = False
    connections["default"].close()
    connections.databases["default"] |= {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {},
        "CONN_MAX_AGE": None,
    }
    del connections["default"]
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        _store_files_in(folder)
        with connection.schema_editor() as editor:
            for model in apps.get_models():
                if model._meta.managed and not model._meta.proxy:
                    editor.create_model(model)
        yield folder


def _store_files_in(folder: str) -> None:
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    vars(storages)["backends"] = {**storages.backends, "default": backend}
    # Django makes a storage once and keeps it; here it must be made anew.
    vars(storages)["_storages"].pop("default", None)
    vars(default_storage)["_wrapped"] = storages["default"]
