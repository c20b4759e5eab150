/** JSON Schemas: rows for the properties of an object, and the whole as JSON. */
import { useState } from "react";
import { isObject, type Json, type JsonObject } from "../model/plan";
import { JsonWidget } from "./code";
import { AddRow, NameInput, RowTools } from "./Rows";
import { objectOf, renameKey } from "./rows";
import { textOf } from "./texts";
import type { WidgetProps } from "./widget";

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"] as const;

export function SchemaWidget(props: WidgetProps) {
  const { value, set, label } = props;
  const simple = value === undefined || value === null || isSimple(value);
  const [asCode, setAsCode] = useState(false);
  const schema = objectOf(value);
  return (
    <>
      {simple && (
        <fieldset className="segments" aria-label={`How ${label} is written`}>
          <button type="button" aria-pressed={!asCode} onClick={() => setAsCode(false)}>
            Properties
          </button>
          <button type="button" aria-pressed={asCode} onClick={() => setAsCode(true)}>
            JSON
          </button>
        </fieldset>
      )}
      {simple && !asCode ? (
        <Properties schema={schema} label={label} onChange={set} />
      ) : (
        <JsonWidget {...props} language="json" />
      )}
    </>
  );
}

/** An object whose properties have one type each; what else they say is kept, and shown as JSON. */
function isSimple(value: Json): boolean {
  if (!isObject(value) || (value.type !== undefined && value.type !== "object")) return false;
  const properties = Object.values(objectOf(value.properties));
  return properties.every(
    (each) => isObject(each) && (each.type === undefined || typeof each.type === "string"),
  );
}

type PropertiesProps = {
  schema: JsonObject;
  label: string;
  onChange: (schema: Json | undefined) => void;
};

function Properties({ schema, label, onChange }: PropertiesProps) {
  const properties = objectOf(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required.map(textOf) : [];
  const write = (next: JsonObject, wanted: readonly string[]) => {
    const { properties: _old, required: _before, ...rest } = schema;
    const names = wanted.filter((name) => Object.hasOwn(next, name));
    const own = Object.keys(rest).filter((key) => key !== "type");
    if (Object.keys(next).length === 0 && own.length === 0) return onChange(undefined);
    onChange({ type: "object", ...rest, ...(names.length > 0 && { required: names }), properties: next });
  };
  const add = (name: string) => {
    if (Object.hasOwn(properties, name)) return `“${name}” is there already.`;
    write({ ...properties, [name]: { type: "string" } }, required);
    return null;
  };
  return (
    <div className="field-rows">
      {Object.entries(properties).map(([name, each]) => {
        const { [name]: _gone, ...rest } = properties;
        const property = objectOf(each);
        const rename = (to: string) => {
          const next = renameKey(properties, name, to);
          if (next === null) return `“${to}” is there already.`;
          write(
            next,
            required.map((entry) => (entry === name ? to : entry)),
          );
          return null;
        };
        return (
          <div key={name} className="entry-row field-row-head">
            <NameInput label={`${label}: name of a property`} value={name} onCommit={rename} />
            <select
              className="input row-mode"
              aria-label={`Type of ${name}`}
              value={textOf(property.type)}
              onChange={(event) =>
                write({ ...properties, [name]: withType(property, event.target.value) }, required)
              }
            >
              <option value="">any</option>
              {TYPES.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </select>
            <label className="check small">
              <input
                type="checkbox"
                aria-label={`${name} is required`}
                checked={required.includes(name)}
                onChange={(event) =>
                  write(
                    properties,
                    event.target.checked ? [...required, name] : required.filter((entry) => entry !== name),
                  )
                }
              />
              required
            </label>
            <RowTools name={name} index={0} count={1} onRemove={() => write(rest, required)} />
          </div>
        );
      })}
      <AddRow
        label={`${label}: name of a property to add`}
        placeholder="Name of a property"
        button="Add"
        onAdd={add}
      />
    </div>
  );
}

function withType(property: JsonObject, type: string): JsonObject {
  const { type: _old, ...rest } = property;
  return type === "" ? rest : { type, ...rest };
}
