/** Keys of a step that no field shows, as they are written: legacy ones, unknown ones. They stay until they are removed. */
import { useMemo } from "react";
import type { StepKind } from "../../../shared/statuses";
import { Json } from "../../../shared/ui/Json";
import { setStepField } from "../../commands/setField";
import { RowTools } from "../../fields/Rows";
import { stepIn } from "../../fields/scope";
import { wireOf } from "../../fields/wire";
import type { Path } from "../../model/patch";
import { isObject, type Json as JsonValue, type Step } from "../../model/plan";
import { EDITOR_SCHEMA, type FieldSchema } from "../../schema.gen";
import { planOf, useEditor, useStore } from "../../store";

export type OtherKey = { readonly path: Path; readonly value: JsonValue };

export function OtherKeys({ slug, kind }: { slug: string; kind: StepKind }) {
  const store = useStore();
  const text = useEditor((state) => {
    const step = stepIn(planOf(state), slug);
    return step ? JSON.stringify(otherKeysOf(step, kind)) : "[]";
  });
  const others = useMemo(() => JSON.parse(text) as OtherKey[], [text]);
  if (others.length === 0) return null;
  return (
    <section className="form-section other-keys" aria-label="Other keys">
      <h3>Other keys</h3>
      <p className="field-hint">Kept as they are written; no field stands for them.</p>
      {others.map(({ path, value }) => {
        const name = wireOf(path);
        return (
          <div key={name} className="entry-row" data-field={name}>
            <div className="field-row-head">
              <code className="row-title">{name}</code>
              <RowTools
                name={name}
                index={0}
                count={1}
                onRemove={() =>
                  store.do(`Remove ${name} of ${slug}`, (plan) => setStepField(plan, slug, path, undefined))
                }
              />
            </div>
            <Json value={value} label={name} />
          </div>
        );
      })}
    </section>
  );
}

/** The keys that the schemas hide or do not know; those that are always there are not among them. */
export function otherKeysOf(step: Step, kind: StepKind): OtherKey[] {
  const config = isObject(step.config) ? step.config : {};
  return [
    ...others(step, EDITOR_SCHEMA.step.properties, [], ["kind", "config", "slug"]),
    ...others(config, EDITOR_SCHEMA.configs[kind].properties, ["config"], []),
  ];
}

function others(
  object: { readonly [key: string]: JsonValue },
  properties: Readonly<Record<string, FieldSchema>>,
  base: readonly string[],
  without: readonly string[],
): OtherKey[] {
  return Object.entries(object)
    .filter(([key]) => !without.includes(key) && (properties[key]?.editor?.widget ?? "hidden") === "hidden")
    .map(([key, value]) => ({ path: [...base, key], value }));
}
