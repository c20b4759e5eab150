/** The actions that a step may end with: edges follow when one is renamed. */
import { useState } from "react";
import { isObject, type Json, type JsonObject } from "../model/plan";
import { freeSlug, slugify } from "../model/slugs";
import type { FieldSchema } from "../schema.gen";
import { FindingsAt } from "./FindingsAt";
import { AddRow, RowTools } from "./Rows";
import { listOf, moved, orNothing } from "./rows";
import { SlugField } from "./SlugField";
import { SubFields } from "./SubFields";
import { idOf, useScope } from "./scope";
import type { WidgetProps } from "./widget";
import { pathOf } from "./wire";

const OWN_KEYS = ["slug", "uuid"];

export function ActionsWidget({ value, set, path, field, schema, label }: WidgetProps) {
  const actions = listOf(value);
  const slugs = new Set(actions.map(slugOf));
  const write = (next: readonly Json[]) => set(orNothing(next));
  const add = (name: string) => {
    const slug = slugify(name, "action");
    if (slugs.has(slug)) return `There is an action “${slug}” already.`;
    write([...actions, slug === name ? { slug } : { slug: freeSlug(slug, slugs), name }]);
    return null;
  };
  return (
    <div className="field-rows">
      {actions.map((action, index) => (
        <ActionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: slugs may be doubled while they are typed
          key={index}
          action={objectOrSlug(action)}
          field={`${field}[${index}]`}
          path={pathOf(...path, index)}
          schema={schema.items ?? {}}
          index={index}
          count={actions.length}
          onMove={(by) => write(moved(actions, index, by))}
          onRemove={() => write(actions.toSpliced(index, 1))}
        />
      ))}
      <AddRow
        label={`${label}: name of an action to add`}
        placeholder="approve, needs work …"
        button="Add"
        onAdd={add}
      />
    </div>
  );
}

function slugOf(action: Json): string {
  return isObject(action) ? String(action.slug ?? "") : String(action);
}

function objectOrSlug(action: Json): JsonObject {
  return isObject(action) ? action : { slug: String(action) };
}

type ActionRowProps = {
  action: JsonObject;
  field: string;
  path: readonly (string | number)[];
  schema: FieldSchema;
  index: number;
  count: number;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function ActionRow({ action, field, path, schema, index, count, onMove, onRemove }: ActionRowProps) {
  const scope = useScope();
  const [open, setOpen] = useState(false);
  const slug = String(action.slug ?? "");
  const id = idOf(scope, `${field}.slug`);
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        {scope !== null && (
          <SlugField id={id} key={slug} label={`Slug of action ${index + 1}`} step={scope} action={slug} />
        )}
        <RowTools name={slug} index={index} count={count} onMove={onMove} onRemove={onRemove} />
      </div>
      {typeof action.uuid === "string" && (
        <p className="field-hint">
          Legacy uuid <code>{action.uuid}</code>; saving drops it.
        </p>
      )}
      <FindingsAt field={field} within />
      <button type="button" className="disclosure" aria-expanded={open} onClick={() => setOpen(!open)}>
        {typeof action.name === "string" && action.name !== "" ? action.name : "Name and more"}
      </button>
      {open && <SubFields schema={schema} path={path} without={OWN_KEYS} />}
    </div>
  );
}
