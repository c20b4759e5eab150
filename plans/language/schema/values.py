"""What all parts of a plan are made of: the base model, scalar types, actions, policies."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from plans.language.dependencies import Dependency, parse_dependency
from plans.language.schema.hints import add_hints

# Any value of JSON: what an author may type where the language sets no shape.
Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

Text = StrictStr
Flag = StrictBool
Whole = StrictInt
Number = StrictInt | StrictFloat
Percentage = Annotated[StrictStr, Field(pattern=r"^(100|\d{1,2}(\.\d+)?)%$")]


def _read_dependency(value: object) -> Dependency:
    if isinstance(value, Dependency):
        return value
    if isinstance(value, str):
        return parse_dependency(value)
    raise ValueError(f"a dependency is a text, not {value!r}")


DependencyText = Annotated[
    Dependency,
    BeforeValidator(_read_dependency),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[^:?\s]+\??(:[^:?\s]+\??)?$"}),
]


class Model(BaseModel):
    """A frozen part of a plan, camelCase on the wire.

    `kept` holds what the author typed here and the language has no place for (unknown keys, values of a wrong
    type), under the keys as typed: it is a finding, it means nothing to the engine, and it is written back.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        protected_namespaces=(),
        json_schema_extra=add_hints,
    )

    kept: SkipJsonSchema[JsonObject] = Field(default_factory=dict, exclude=True, repr=False)


class Action(Model):
    """One outcome that a step may end with; edges name it by `slug`."""

    slug: Text
    name: Text | None = None
    label: Text | None = None
    uuid: Text | None = None
    description: Text | None = None
    properties: JsonObject = Field(default_factory=dict)


class OnError(Model):
    """What happens when a step fails for good (plan language 2.2); `max_retries` counts for `retry` alone."""

    action: Literal["fail", "continue", "skip", "retry"] = "fail"
    max_retries: Annotated[Whole, Field(ge=0)] = 3
    default_output: Json = None

    @property
    def has_default(self) -> bool:
        """Tell a written `defaultOutput` (perhaps null) from none."""
        return "default_output" in self.model_fields_set


class ExecutionPolicy(Model):
    """How long a step may take and how often it is tried; seconds, and None for the limit of its kind."""

    timeout_seconds: Annotated[StrictInt, Field(gt=0)] | Annotated[StrictFloat, Field(gt=0)] | None = None
    max_attempts: Annotated[Whole, Field(ge=1)] = 1
    backoff: Literal["immediate", "linear", "exponential"] = "exponential"
    backoff_base_seconds: Annotated[StrictInt, Field(ge=0)] | Annotated[StrictFloat, Field(ge=0)] = 1
    on_exhausted: Literal["fail", "skip"] = "fail"
