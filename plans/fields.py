"""Model fields shared by the apps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models


class OrderedJSONField(models.TextField):
    """JSON kept as text: key order and whole numbers stay as they were written.

    PostgreSQL's jsonb sorts keys, which would change blob ids and what a person sees. SQL null is Python's None and
    JSON null alike; a caller that must tell them apart keeps a flag beside it.
    """

    if TYPE_CHECKING:  # what the type checker reads instead of the types of a text field
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Read the stored text."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """Values are JSON already; text is not parsed, for it may be a JSON string."""
        return value

    def get_prep_value(self, value: Any) -> str | None:
        """Write compact JSON text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str:
        """Serialize for fixtures."""
        return self.get_prep_value(self.value_from_object(obj)) or ""
