"""Keys that the installation makes for itself at its first start and keeps in its data folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(data: Path) -> str:
    """Return the signing key kept in `data`, made at the first call; readable by its owner only."""
    path = data / "secret-key"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(get_random_secret_key())
        # Of two processes that start at once, one links its file first; the other takes that one.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()
