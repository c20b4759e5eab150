"""What a slug is, and how one is made of a name (plan language 1)."""

from __future__ import annotations

import re
from typing import Final

STEP_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
PLAN_SLUG: Final = re.compile(r"[a-z0-9-]+")
UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

_NOT_A_SLUG: Final = re.compile(r"[^a-z0-9]+")


def kebab(text: str) -> str:
    """Make a slug of a name: `Needs review` gives `needs-review`; "" where nothing is left."""
    return _NOT_A_SLUG.sub("-", text.lower()).strip("-")
