/** The options of the module that is chosen, as a form made from the module's own schema. */
import { useMemo } from "react";
import { isObject, type Json, type JsonObject } from "../model/plan";
import type { FieldSchema, Widget } from "../schema.gen";
import { useEditor } from "../store";
import { JsonWidget } from "./code";
import { Field } from "./Field";
import { FindingsAt } from "./FindingsAt";
import { AddRow, RowTools } from "./Rows";
import { objectOf, orNothing } from "./rows";
import { useFieldValue } from "./scope";
import { formatJson } from "./useDraft";
import type { WidgetProps } from "./widget";
import { pathOf } from "./wire";

const MODULE = pathOf("config", "moduleRef");

export function ModuleOptionsWidget(props: WidgetProps) {
  const { value, set, path, field, label } = props;
  const module = useFieldValue(MODULE);
  const schema = useEditor(
    (state) => state.catalog?.modules.find(({ ref }) => ref === module)?.optionsSchema,
  );
  const known = useMemo(() => formOf(schema), [schema]);
  const options = objectOf(value);
  if (value !== undefined && value !== null && !isObject(value))
    return <JsonWidget {...props} language="json" />;
  const others = Object.keys(options).filter((key) => !Object.hasOwn(known.fields, key));
  const add = (name: string) => {
    if (Object.hasOwn(options, name)) return `“${name}” is there already.`;
    set({ ...options, [name]: "" });
    return null;
  };
  return (
    <div className="sub-fields">
      {Object.entries(known.fields).map(([key, each]) => (
        <Field
          key={key}
          path={pathOf(...path, key)}
          schema={isText(options[key]) ? asTemplate(each) : each}
          required={known.required.includes(key)}
        />
      ))}
      {others.map((key) => {
        const { [key]: _gone, ...rest } = options;
        return (
          <div key={key} className="row-field">
            <Field path={pathOf(...path, key)} schema={otherSchema(key, options[key])} label={key} />
            <RowTools name={key} index={0} count={1} onRemove={() => set(orNothing(rest))} />
          </div>
        );
      })}
      {(schema === undefined || schema.additionalProperties !== false) && (
        <AddRow
          label={`${label}: name of an option to add`}
          placeholder="Name of an option"
          button="Add"
          onAdd={add}
        />
      )}
      <FindingsAt field={field} />
    </div>
  );
}

type Form = { readonly fields: Readonly<Record<string, FieldSchema>>; readonly required: readonly string[] };

/** A schema of a module's options as fields: texts take {{ }}. */
export function formOf(schema: JsonObject | undefined): Form {
  const properties = objectOf(schema?.properties);
  const required = Array.isArray(schema?.required) ? schema.required.filter(isText) : [];
  const fields = Object.entries(properties).map(
    ([key, each]) => [key, optionSchema(key, plain(objectOf(each)))] as const,
  );
  return { fields: Object.fromEntries(fields), required };
}

function optionSchema(key: string, schema: JsonObject): FieldSchema {
  const widget = optionWidget(schema);
  const label = titleOf(key, schema);
  const choices = (Array.isArray(schema.enum) ? schema.enum : [])
    .filter(isText)
    .map((value) => ({ value, label: value, help: "" }));
  const help = isText(schema.description) ? schema.description : "";
  const example =
    Array.isArray(schema.examples) && isText(schema.examples[0]) ? schema.examples[0] : undefined;
  const placeholder = example ?? placeholderOf(schema.default);
  return {
    ...(isText(schema.type) && { type: schema.type }),
    ...(schema.default !== undefined && { default: schema.default }),
    editor: {
      widget,
      group: "main",
      label,
      help,
      ...(widget === "choice" && { choices }),
      ...(placeholder !== undefined && { placeholder }),
    },
  };
}

/** `anyOf` of something and null is that something; the rest stays. */
function plain(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  const some = Array.isArray(anyOf) ? anyOf.filter((each) => isObject(each) && each.type !== "null") : [];
  return some.length === 1 ? { ...objectOf(some[0]), ...rest } : schema;
}

/** A title that only repeats the key ("Flowid") is none. */
function titleOf(key: string, { title }: JsonObject): string {
  const bare = key.replace(/[_-]/g, "").toLowerCase();
  return isText(title) && title.replace(/ /g, "").toLowerCase() !== bare ? title : wordsOf(key);
}

function placeholderOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return isText(value) ? value : formatJson(value);
}

function optionWidget(schema: JsonObject): Widget {
  if (Array.isArray(schema.enum) && schema.enum.every(isText)) return "choice";
  switch (schema.type) {
    case "string":
    case "integer":
    case "number":
      return "template";
    case "boolean":
      return "switch";
    default:
      return "json";
  }
}

/** An option that is no text may be given by one with {{ }}. */
function asTemplate(schema: FieldSchema): FieldSchema {
  const { editor } = schema;
  return editor?.widget === "switch" ? { ...schema, editor: { ...editor, widget: "template" } } : schema;
}

function otherSchema(key: string, value: Json | undefined): FieldSchema {
  const widget: Widget = value === undefined || isText(value) ? "template" : "json";
  return {
    editor: { widget, group: "main", label: key, help: "An option that the module does not describe." },
  };
}

/** `maxPages` as words: "Max pages". */
function wordsOf(key: string): string {
  const words = key
    .replace(/[_-]+/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, (_, left: string, right: string) => `${left} ${right.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
