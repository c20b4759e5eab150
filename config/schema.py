"""The OpenAPI schema: what drf-spectacular can't see by itself."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

from config.api import PROBLEM_JSON

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Why a request was not carried out (RFC 9457); `code` is for programs, `detail` for people.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:throughline:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "description": "What is wrong with each field."},
        "findings": {
            "type": "array",
            "items": {"type": "object"},
            "description": "What is wrong with a plan.",
        },
    },
}


class Schema(AutoSchema):
    """Operations by the name of their view's action; every refusal is a problem."""

    def get_operation_id(self) -> str:
        """Return the collection and the action: two addresses never share a name."""
        action = getattr(self.view, "action", None)
        if not action:
            return str(super().get_operation_id())
        # GET and PUT of one action share its name.
        verb = (
            ""
            if action in STANDARD or len(getattr(self.view, "action_map", {})) == 1
            else f"_{self.method.lower()}"
        )
        return "_".join([self._tokenize_path()[0].replace("-", "_"), action]) + verb

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        return bodies | {"4XX": {"content": content, "description": "Refused; the problem says why."}}


STANDARD: Final = frozenset({"list", "create", "retrieve", "update", "partial_update", "destroy"})


def add_problem(result: dict[str, Any], generator: Any, request: Any, **_: Any) -> dict[str, Any]:
    """Describe problems, and write addresses as they are made: without a slash at the end."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    result["paths"] = {
        path if path == "/api/schema/" else path.removesuffix("/"): item
        for path, item in result["paths"].items()
    }
    return result
