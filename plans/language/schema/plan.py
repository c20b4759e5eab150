"""A plan: its inputs, its steps, its defaults (plan language 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from plans.language.schema.steps import Step, StepBase
from plans.language.schema.values import Flag, Json, JsonObject, Model, Text, Whole

INPUT_TYPES = (
    "string",
    "text",
    "number",
    "integer",
    "boolean",
    "date",
    "datetime",
    "selection",
    "object",
    "array",
    "cloudModel",
    "cloudEmbedding",
)


class InputOption(Model):
    """One field of the start form; `options` are what a `selection` offers (values or `{value, label}`)."""

    name: Text = ""
    label: Text | None = None
    type: Annotated[Text, Field(json_schema_extra={"enum": list(INPUT_TYPES)})] = "string"
    required: Flag = False
    description: Text | None = None
    default: Json = None
    options: tuple[Json, ...] = ()


class DocumentFamilyGroup(Model):
    """A named set of documents that an activity starts with."""

    name: Text = ""
    notes: Text | None = None
    required: Flag = False
    max_hits: Whole | None = None
    max_pages: Whole | None = None
    hard_max_pages: Whole | Flag | None = None
    max_size: Whole | None = None
    unique_filenames: Flag = False
    automatically_add: Flag = False
    document_family_filter: Text | None = None
    editable: Flag | None = None
    upload_only: Flag = False
    sort: Text | None = None
    title_prompt: Text | None = None
    knowledge_features: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenStep:
    """A step that cannot be read (no slug, no known kind), as typed, with its place in the list."""

    position: int
    typed: Json

    @property
    def slug(self) -> str | None:
        """Give the slug if at least that can be read, so that others may depend on it."""
        typed = self.typed if isinstance(self.typed, dict) else {}
        slug = typed.get("slug") or typed.get("id")
        return slug if isinstance(slug, str) else None


class Plan(Model):
    """A whole plan in the normal form.

    `broken` holds the steps that could not be read, so that a draft loses nothing; such a plan cannot start.
    """

    slug: Text = ""
    name: Text = ""
    description: Text | None = None
    input_options: tuple[InputOption, ...] = ()
    inputs_schema: JsonObject | Flag | None = None
    output_schema: JsonObject | Flag | None = None
    default_title_template: Text | None = None
    default_description_template: Text | None = None
    document_family_groups: tuple[DocumentFamilyGroup, ...] = ()
    metadata: JsonObject = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    variables: JsonObject = Field(default_factory=dict)
    output: Json = None
    failure_policy: Literal["any", "output"] = "any"
    layout: JsonObject = Field(default_factory=dict)
    test: JsonObject | None = None
    broken: SkipJsonSchema[tuple[BrokenStep, ...]] = Field(default=(), exclude=True, repr=False)

    @property
    def has_output(self) -> bool:
        """Tell whether the plan has an `output`; null is none."""
        return self.output is not None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy with changes; the index by slug is made anew."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("by_slug", None)
        return copied

    @cached_property
    def by_slug(self) -> dict[str, StepBase]:
        """Find a step by its slug; of two with one slug, the first."""
        found: dict[str, StepBase] = {}
        for step in self.steps:
            found.setdefault(step.slug, step)
        return found
