/** The named sets of documents that an activity is started with. */
import { useState } from "react";
import { isObject, type Json } from "../model/plan";
import { FindingsAt } from "./FindingsAt";
import { AddRow, RowTools } from "./Rows";
import { listOf, moved, orNothing } from "./rows";
import { SubFields } from "./SubFields";
import { textOf } from "./texts";
import type { WidgetProps } from "./widget";
import { pathOf } from "./wire";

export function DocumentGroupsWidget({ value, set, path, field, schema, label }: WidgetProps) {
  const groups = listOf(value);
  const [open, setOpen] = useState<number | null>(null);
  const write = (next: readonly Json[]) => set(orNothing(next));
  return (
    <div className="field-rows">
      {groups.map((group, index) => {
        const name = (isObject(group) && textOf(group.name)) || `group ${index + 1}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be doubled while they are typed
          <div key={index} className="entry-row" data-field={`${field}[${index}]`}>
            <div className="field-row-head">
              <button
                type="button"
                className="disclosure"
                aria-expanded={open === index}
                onClick={() => setOpen(open === index ? null : index)}
              >
                {name}
              </button>
              <RowTools
                name={name}
                index={index}
                count={groups.length}
                onMove={(by) => write(moved(groups, index, by))}
                onRemove={() => write(groups.toSpliced(index, 1))}
              />
            </div>
            {open === index && <SubFields schema={schema.items ?? {}} path={pathOf(...path, index)} />}
            <FindingsAt field={`${field}[${index}]`} within />
          </div>
        );
      })}
      <AddRow
        label={`${label}: name of a group to add`}
        placeholder="Name of a group, such as Invoices"
        button="Add"
        onAdd={(name) => {
          write([...groups, { name }]);
          setOpen(groups.length);
          return null;
        }}
      />
    </div>
  );
}
