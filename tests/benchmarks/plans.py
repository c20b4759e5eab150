"""Plans whose steps do nothing, so that what is measured is everything around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Make = Callable[..., dict[str, Any]]
CHAIN, WIDTH, MANY, SHORT = 40, 40, 200, 5


def noop(slug: str, *depends_on: str) -> dict[str, Any]:
    """Return an EXECUTION of `builtin/noop`."""
    return {
        "slug": slug,
        "kind": "EXECUTION",
        "dependsOn": list(depends_on),
        "config": {"moduleRef": "builtin/noop"},
    }


def script(slug: str, *depends_on: str) -> dict[str, Any]:
    """Return a SCRIPT that gives an empty object."""
    return {
        "slug": slug,
        "kind": "SCRIPT",
        "dependsOn": list(depends_on),
        "config": {"scriptBody": "return {};"},
    }


def chain(make: Make, length: int) -> list[dict[str, Any]]:
    """Return steps that follow one another."""
    return [make(f"s{n}", *([f"s{n - 1}"] if n else [])) for n in range(length)]


def fan(make: Make) -> list[dict[str, Any]]:
    """Return one step, many at once after it, and one that joins them."""
    middle = [f"m{n}" for n in range(WIDTH)]
    return [make("first"), *(make(slug, "first") for slug in middle), make("join", *middle)]


def document(slug: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a plan of the steps."""
    return {"slug": slug, "name": slug, "steps": steps}
