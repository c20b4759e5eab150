/** Variables of the plan: a name, a type, a default; each is a small JSON Schema. */
import { isObject, type Json, type JsonObject } from "../model/plan";
import { CodeField } from "./CodeField";
import { FindingsAt } from "./FindingsAt";
import { AddRow, NameInput, RowTools } from "./Rows";
import { objectOf, orNothing, renameKey } from "./rows";
import { idOf, useScope } from "./scope";
import { Problem, textOf } from "./texts";
import { formatJson, type Parsed, parseJson, parseNumber, useDraft } from "./useDraft";
import type { WidgetProps } from "./widget";

const TYPES = ["string", "number", "integer", "boolean", "object", "array"] as const;

export function VariablesWidget({ value, set, field, label }: WidgetProps) {
  const variables = objectOf(value);
  const write = (next: JsonObject) => set(orNothing(next));
  return (
    <div className="field-rows">
      {Object.entries(variables).map(([name, schema]) => {
        const { [name]: _gone, ...rest } = variables;
        return (
          <VariableRow
            key={name}
            name={name}
            schema={objectOf(schema)}
            field={`${field}.${name}`}
            onRename={(to) => {
              const next = renameKey(variables, name, to);
              if (next === null) return `“${to}” is there already.`;
              write(next);
              return null;
            }}
            onChange={(next) => write({ ...variables, [name]: next })}
            onRemove={() => write(rest)}
          />
        );
      })}
      <AddRow
        label={`${label}: name of a variable to add`}
        placeholder="Name of a variable"
        button="Add"
        onAdd={(name) => {
          if (Object.hasOwn(variables, name)) return `“${name}” is there already.`;
          write({ ...variables, [name]: { type: "string" } });
          return null;
        }}
      />
    </div>
  );
}

type VariableRowProps = {
  name: string;
  schema: JsonObject;
  field: string;
  onRename: (to: string) => string | null;
  onChange: (schema: JsonObject) => void;
  onRemove: () => void;
};

function VariableRow({ name, schema, field, onRename, onChange, onRemove }: VariableRowProps) {
  const { default: byDefault, ...rest } = schema;
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        <NameInput label="Name of the variable" value={name} onCommit={onRename} />
        <select
          className="input row-mode"
          aria-label={`Type of ${name}`}
          value={textOf(schema.type)}
          onChange={(event) => onChange({ ...schema, type: event.target.value })}
        >
          {!TYPES.some((type) => type === schema.type) && (
            <option value={textOf(schema.type)}>{textOf(schema.type) || "any"}</option>
          )}
          {TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
        <RowTools name={name} index={0} count={1} onRemove={onRemove} />
      </div>
      <DefaultField
        label={`Default of ${name}`}
        field={`${field}.default`}
        type={textOf(schema.type)}
        value={byDefault}
        set={(next) => onChange(next === undefined ? rest : { ...schema, default: next })}
      />
      <input
        className="input"
        aria-label={`What ${name} is for`}
        placeholder="What it is for"
        value={textOf(schema.description)}
        onChange={(event) => {
          const { description: _old, ...others } = schema;
          onChange(event.target.value === "" ? others : { ...schema, description: event.target.value });
        }}
      />
      <FindingsAt field={field} within />
    </div>
  );
}

type DefaultFieldProps = {
  label: string;
  field: string;
  /** A type of JSON Schema or of an input. */
  type: string;
  value: Json | undefined;
  set: (value: Json | undefined) => void;
};

/** A value of a type, typed as people write it: texts need no quotes. */
export function DefaultField({ label, field, type, value, set }: DefaultFieldProps) {
  const scope = useScope();
  const id = idOf(scope, field);
  const draft = useDraft(
    field,
    value,
    (now) => formatOf(now, type),
    (text) => parseOf(text, type),
    set,
  );
  const isJson = type === "object" || type === "array";
  if (type === "boolean")
    return (
      <select
        id={id}
        className="input"
        aria-label={label}
        value={value === undefined || value === null ? "" : String(value)}
        onChange={(event) => set(event.target.value === "" ? undefined : event.target.value === "true")}
      >
        <option value="">No default</option>
        <option value="true">Yes</option>
        <option value="false">No</option>
      </select>
    );
  return (
    <>
      {isJson ? (
        <CodeField
          id={id}
          language="json"
          label={label}
          field={field}
          value={draft.text}
          onChange={draft.type}
          invalid={draft.problem !== null}
        />
      ) : (
        <input
          id={id}
          className="input"
          aria-label={label}
          placeholder="No default"
          value={draft.text}
          aria-invalid={draft.problem !== null || undefined}
          onChange={(event) => draft.type(event.target.value)}
        />
      )}
      <Problem id={id} text={draft.problem} />
    </>
  );
}

function formatOf(value: Json | undefined, type: string): string {
  if (value === undefined || value === null) return "";
  return isObject(value) || Array.isArray(value) || type === "object" ? formatJson(value) : textOf(value);
}

function parseOf(text: string, type: string): Parsed {
  if (type === "object" || type === "array") return parseJson(text);
  if (type === "number" || type === "integer") return parseNumber(text);
  return { value: text === "" ? undefined : text };
}
