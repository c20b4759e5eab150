"""What an agent runtime may hold: checked where it is saved, read where an agent runs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from plans.errors import Invalid


class RuntimeDefinition(BaseModel):
    """`definition` of an agent runtime.

    `model` is `SMALL`, `LARGE` or an id; `module_refs` are tools of every agent of it; `max_concurrent` agents run at
    once, the others wait in line; `max_requests` bounds the turns of one run.
    """

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)

    model: str = Field(default="LARGE", min_length=1)
    instructions: str = ""
    max_concurrent: int = Field(default=2, ge=1, le=1000)
    max_requests: int = Field(default=20, ge=1, le=200)
    module_refs: tuple[str, ...] = ()
    status: Literal["READY", "PAUSED"] = "READY"


def read_runtime(definition: object) -> RuntimeDefinition:
    """Read a definition; raise Invalid with the places of what is wrong in it."""
    try:
        return RuntimeDefinition.model_validate(definition)
    except ValidationError as error:
        problems = [
            "/" + "/".join(str(part) for part in item["loc"]) + f": {item['msg']}" for item in error.errors()
        ]
        raise Invalid("; ".join(problems[:5]), code="invalid-definition", problems=problems) from error


def bare_definition(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the definition out of a runtime's shape, which has slug, name and description beside it."""
    return {key: value for key, value in shape.items() if key not in ("slug", "name", "description")}
