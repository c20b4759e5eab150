"""Typed reading of the environment, so that a wrong setting stops the start with a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable as text."""
    return os.environ.get(name, default)


def boolean(name: str, *, default: bool) -> bool:
    """Return the variable as a truth value; raise ImproperlyConfigured for anything unclear."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no; use 1 or 0")


def integer(name: str, default: int) -> int:
    """Return the variable as a whole number; raise ImproperlyConfigured if it is none."""
    value = os.environ.get(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number") from error


def names(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def database(url: str, data: Path) -> dict[str, object]:
    """Return Django's DATABASES entry for `postgres://…`, or SQLite below `data` where the url is empty."""
    if not url:
        return sqlite(str(data / "throughline.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; it takes postgres://user@host:port/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # A server on ASGI has a thread for each request: connections are shared by a pool, not kept by threads.
        # What the pool kept over a restart of the server is not given out.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 20, "timeout": 30}},
    }


def sqlite(name: str) -> dict[str, object]:
    """Return the embedded database: WAL, every transaction a writer from its start, durable at power loss."""
    return {
        "ENGINE": "config.sqlite",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000;",
        },
    }
