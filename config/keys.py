"""Keys that the installation makes for itself at its first start and keeps in its data folder."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(data: Path) -> str:
    """Return the signing key kept in `data`, made at the first call; readable by its owner only."""
    path = data / "secret-key"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = get_random_secret_key()
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key
