/** Look-ups before a prompt: an endpoint of a bridge is called, the prompt reads what it answered. */
import { isObject, type Json, type JsonObject } from "../model/plan";
import type { FieldSchema, Widget } from "../schema.gen";
import { Field } from "./Field";
import { FindingsAt } from "./FindingsAt";
import { AddRow, RowTools } from "./Rows";
import { listOf, moved, orNothing } from "./rows";
import { textOf } from "./texts";
import type { WidgetProps } from "./widget";
import { pathOf } from "./wire";

const PARTS: Readonly<Record<string, FieldSchema>> = {
  serviceBridgeRef: part("bridge", "Service bridge", "The service that is called."),
  operation: part("endpoint", "Endpoint", "What is asked of it."),
  inputMapping: {
    ...part("keyValues", "Values", "Names of the request, each with a path such as inputs.number."),
    type: "object",
  },
  outputKey: part("text", "Read as", "The prompt reads the answer as enrichment.<this>."),
};

function part(widget: Widget, label: string, help: string): FieldSchema {
  return { type: "string", editor: { widget, group: "main", label, help } };
}

export function EnrichmentWidget({ value, set, path, field, label }: WidgetProps) {
  const entries = listOf(value);
  const write = (next: readonly Json[]) => set(orNothing(next));
  return (
    <div className="field-rows">
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a look-up has no name of its own
        <div key={index} className="entry-row" data-field={`${field}[${index}]`}>
          <div className="field-row-head">
            <strong className="row-title">{titleOf(entry, index)}</strong>
            <RowTools
              name={`look-up ${index + 1}`}
              index={index}
              count={entries.length}
              onMove={(by) => write(moved(entries, index, by))}
              onRemove={() => write(entries.toSpliced(index, 1))}
            />
          </div>
          <div className="sub-fields">
            {Object.entries(PARTS).map(([key, schema]) => (
              <Field key={key} path={pathOf(...path, index, key)} schema={schema} />
            ))}
          </div>
          <FindingsAt field={`${field}[${index}]`} />
          {Object.keys(isObject(entry) ? entry : {})
            .filter((key) => !Object.hasOwn(PARTS, key))
            .map((key) => (
              <FindingsAt key={key} field={`${field}[${index}].${key}`} within />
            ))}
        </div>
      ))}
      <AddRow
        label={`${label}: name of the answer of a look-up to add`}
        placeholder="Name of the answer"
        button="Add"
        onAdd={(outputKey) => {
          const entry: JsonObject = { serviceBridgeRef: "", operation: "", outputKey };
          write([...entries, entry]);
          return null;
        }}
      />
    </div>
  );
}

function titleOf(entry: Json, index: number): string {
  const name = isObject(entry) ? textOf(entry.outputKey) : "";
  return name || `Look-up ${index + 1}`;
}
