"""A field for values that may be huge: they are kept as blobs, and the row holds a reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from plans.fields import OrderedJSONField

# No JSON text begins like this, so nothing that an author writes can pass for a reference.
_REFERENCE: Final = re.compile(r"blob:([0-9a-f]{64}):(\d+)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is kept as a blob: its id, and the bytes of its JSON."""

    digest: str
    size: int

    def __str__(self) -> str:
        return f"blob:{self.digest}:{self.size}"


class ValueField(OrderedJSONField):
    """JSON kept as text, or a `Reference`; `activities.blobs` makes the one of the other."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Read the stored text."""
        found = _REFERENCE.fullmatch(value) if value is not None else None
        if found is not None:
            return Reference(found[1], int(found[2]))
        return super().from_db_value(value, expression, connection)

    def get_prep_value(self, value: Any) -> str | None:
        """Write compact JSON text, or the reference."""
        return str(value) if isinstance(value, Reference) else super().get_prep_value(value)
