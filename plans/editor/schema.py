"""The JSON Schemas that the editor's forms are made of, and the TypeScript file that holds them."""

from __future__ import annotations

import json
from typing import Any, Final

from plans.language.schema import KINDS, STEP_TYPES, Plan, StepBase
from plans.language.schema.hints import GROUPS, WIDGETS

_NOISE: Final = frozenset({"title", "description"})
# Of a union of number types, pydantic writes bounds by their own names.
_BOUNDS: Final[dict[str, str]] = {"gt": "exclusiveMinimum", "ge": "minimum"}

_HEAD: Final = """\
/** How the editor's forms are made: made by `manage.py editor_schema` from the types of the plan language. */
// biome-ignore-all format: a program writes this file
import type { StepKind } from "../shared/statuses";
import type { Json } from "./model/plan";

export type Widget =
  | @WIDGETS;

export type Group = @GROUPS;

/** How a key is shown; `when` names the key of the same object, and its values, that make it worth showing. */
export type Hint = {
  readonly widget: Widget;
  readonly group: Group;
  readonly label: string;
  /** One sentence: what it does, its unit, its default. */
  readonly help: string;
  readonly of?: "value" | "reply" | "template";
  readonly placeholder?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string; readonly help: string }[];
  readonly when?: { readonly key: string; readonly in: readonly Json[] };
};

/** JSON Schema (2020-12), with references resolved; `editor` is there for every key of an object of the language. */
export type FieldSchema = {
  readonly type?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly FieldSchema[];
  readonly default?: Json;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly editor?: Hint;
};

/** An object of the language; its keys stand in the order of the form. */
export type FormSchema = FieldSchema & { readonly properties: Readonly<Record<string, FieldSchema>> };

export type EditorSchema = {
  readonly plan: FormSchema;
  /** What steps of all kinds have. */
  readonly step: FormSchema;
  /** What stands in `config`. */
  readonly configs: Readonly<Record<StepKind, FormSchema>>;
};

export const EDITOR_SCHEMA: EditorSchema = @SCHEMA;
"""


def editor_schema() -> dict[str, Any]:
    """Return `{plan, step, configs: {KIND: …}}`: JSON Schemas without references, each key with its `editor` hint."""
    plan = _resolved(Plan.model_json_schema(by_alias=True))
    plan["properties"]["steps"] = {"type": "array", "editor": plan["properties"]["steps"]["editor"]}
    step = _resolved(StepBase.model_json_schema(by_alias=True))
    step["properties"]["config"] = {"type": "object", "editor": step["properties"]["config"]["editor"]}
    kinds = {kind: _resolved(STEP_TYPES[kind].model_json_schema(by_alias=True)) for kind in KINDS}
    configs = {
        kind: _bare(schema["properties"]["config"]) | _required(kind) for kind, schema in kinds.items()
    }
    return {"plan": plan, "step": step, "configs": configs}


def as_typescript() -> str:
    """Return the text of `schema.gen.ts`."""
    filled = _HEAD.replace("@WIDGETS", "\n  | ".join(json.dumps(widget) for widget in WIDGETS))
    filled = filled.replace("@GROUPS", " | ".join(json.dumps(group) for group in GROUPS))
    return filled.replace("@SCHEMA", json.dumps(editor_schema(), ensure_ascii=False, indent=2))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.pop("$defs", {})
    found: dict[str, Any] = _resolve(schema, definitions)
    return found


def _resolve(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolve(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target = definitions[value["$ref"].removeprefix("#/$defs/")]
        beside = {key: item for key, item in value.items() if key != "$ref"}
        return _resolve({**target, **beside}, definitions)
    out: dict[str, Any] = {}
    for key, item in value.items():
        if key == "properties":
            out[key] = {name: _resolve(entry, definitions) for name, entry in item.items()}
        elif key == "editor":
            out[key] = item
        elif key not in _NOISE and key not in ("$defs", "discriminator"):
            out[_BOUNDS.get(str(key), str(key))] = _resolve(item, definitions)
    return out


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave the config's own hint out: its keys have theirs."""
    return {key: value for key, value in schema.items() if key != "editor"}


def _required(kind: str) -> dict[str, Any]:
    """Name the keys of a kind's configuration that nothing else can stand in for."""
    config: Any = STEP_TYPES[kind].model_fields["config"].annotation
    keys = [alternatives[0] for alternatives in config.required if len(alternatives) == 1]
    return {"required": keys} if keys else {}
