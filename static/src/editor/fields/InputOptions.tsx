/** The builder of the start form: what an activity of the plan asks for. */
import { useState } from "react";
import { isObject, type Json, type JsonObject } from "../model/plan";
import type { FieldSchema } from "../schema.gen";
import { FindingsAt } from "./FindingsAt";
import { AddRow, NameInput, RowTools } from "./Rows";
import { freeKey, listOf, moved, orNothing } from "./rows";
import { SelectionOptions } from "./SelectionOptions";
import { SubFields } from "./SubFields";
import { textOf } from "./texts";
import { DefaultField } from "./Variables";
import type { WidgetProps } from "./widget";
import { pathOf } from "./wire";

/** Shown in the head of the row, or by a field of its own. */
const OWN_KEYS = ["name", "type", "required", "default", "options"];

export function InputOptionsWidget({ value, set, path, field, schema, label }: WidgetProps) {
  const options = listOf(value);
  const [open, setOpen] = useState<number | null>(null);
  const write = (next: readonly Json[]) => set(orNothing(next));
  const names = options.map((option) => (isObject(option) ? textOf(option.name) : ""));
  return (
    <div className="field-rows">
      {options.map((option, index) => (
        <InputRow
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be doubled while they are typed
          key={index}
          option={isObject(option) ? option : {}}
          schema={schema.items ?? {}}
          path={pathOf(...path, index)}
          field={`${field}[${index}]`}
          index={index}
          count={options.length}
          taken={names.toSpliced(index, 1)}
          open={open === index}
          onOpen={() => setOpen(open === index ? null : index)}
          onChange={(next) => write(options.with(index, next))}
          onMove={(by) => {
            write(moved(options, index, by));
            if (open !== null) setOpen(null);
          }}
          onRemove={() => write(options.toSpliced(index, 1))}
        />
      ))}
      <AddRow
        label={`${label}: label of an input to add`}
        placeholder="What is asked, such as PO number"
        button="Add"
        onAdd={(words) => {
          const name = freeKey(names, nameFrom(words));
          write([...options, { name, ...(name !== words && { label: words }), type: "string" }]);
          return null;
        }}
      />
    </div>
  );
}

/** "PO number" is read as inputs.poNumber. */
export function nameFrom(words: string): string {
  const parts = words
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .split(/[^A-Za-z0-9_]+/)
    .filter(Boolean);
  if (parts.length === 1 && parts[0] !== undefined && /^[a-z_]\w*$/.test(parts[0])) return parts[0];
  const name = parts
    .map((part, index) =>
      index === 0 ? part.toLowerCase() : part.charAt(0).toUpperCase() + part.slice(1).toLowerCase(),
    )
    .join("");
  return /^[A-Za-z_]/.test(name) ? name : `input${name}`;
}

type InputRowProps = {
  option: JsonObject;
  schema: FieldSchema;
  path: readonly (string | number)[];
  field: string;
  index: number;
  count: number;
  taken: readonly string[];
  open: boolean;
  onOpen: () => void;
  onChange: (option: JsonObject) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function InputRow(props: InputRowProps) {
  const { option, schema, path, field, index, count, taken, open, onOpen, onChange, onMove, onRemove } =
    props;
  const name = textOf(option.name);
  const type = textOf(option.type) || "string";
  const put = (key: string, value: Json | undefined) => {
    const { [key]: _old, ...rest } = option;
    onChange(value === undefined ? rest : { ...option, [key]: value });
  };
  const rename = (to: string) => {
    if (taken.includes(to)) return `“${to}” is there already.`;
    put("name", to);
    return null;
  };
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        <NameInput label={`Name of input ${index + 1}`} value={name} onCommit={rename} />
        <select
          className="input row-mode"
          aria-label={`Type of ${name}`}
          value={type}
          onChange={(event) => put("type", event.target.value)}
        >
          {typeChoices(schema, type).map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
        <label className="check small">
          <input
            type="checkbox"
            aria-label={`${name} is required`}
            checked={option.required === true}
            onChange={(event) => put("required", event.target.checked || undefined)}
          />
          required
        </label>
        <RowTools name={name} index={index} count={count} onMove={onMove} onRemove={onRemove} />
      </div>
      <button type="button" className="disclosure" aria-expanded={open} onClick={onOpen}>
        {[
          textOf(option.label) || "Label",
          option.default === undefined ? "default" : `default ${textOf(option.default)}`,
          "help",
        ].join(", ")}
      </button>
      {open && (
        <div className="sub-fields">
          <SubFields schema={schema} path={path} without={OWN_KEYS} />
          <div className="field" data-field={`${field}.default`}>
            <span className="field-label">Default</span>
            <DefaultField
              label={`Default of ${name}`}
              field={`${field}.default`}
              type={type}
              value={option.default}
              set={(value) => put("default", value)}
            />
          </div>
        </div>
      )}
      {type === "selection" && (
        <SelectionOptions
          name={name}
          options={listOf(option.options)}
          onChange={(next) => put("options", orNothing(next))}
        />
      )}
      <FindingsAt field={field} within />
    </div>
  );
}

function typeChoices(schema: FieldSchema, type: string): readonly { value: string; label: string }[] {
  const known = schema.properties?.type?.editor?.choices ?? [];
  return known.some(({ value }) => value === type)
    ? known
    : [...known, { value: type, label: `${type} (unknown)` }];
}
