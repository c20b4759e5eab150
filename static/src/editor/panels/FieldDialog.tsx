/** The dialog that leads to a field by its name: those of the selected step, then those of the plan's settings. */
import { Choose } from "../../shared/ui/Choose";
import { wireOf } from "../fields/wire";
import { findStep, type Plan } from "../model/plan";
import { EDITOR_SCHEMA } from "../schema.gen";
import { planOf, useStore } from "../store";
import { fieldsOf, sectionsOf } from "./step/groups";

type FieldChoice = { key: string; label: string; hint: string; step: string | null; field: string };

export function FieldDialog() {
  const store = useStore();
  const state = store.get();
  const close = () => store.set({ dialog: null });
  const selected = state.selection.steps.length === 1 ? (state.selection.steps[0] ?? null) : null;
  return (
    <Choose
      label="Go to field"
      placeholder={selected === null ? "Name of a setting of the plan" : `Name of a field of ${selected}`}
      nothing="No field is called that."
      items={[...ofStep(planOf(state), selected), ...ofPlan()]}
      onChoose={({ step, field }) => {
        close();
        store.goTo(step, field);
      }}
      onClose={close}
    />
  );
}

function ofStep(plan: Plan, slug: string | null): FieldChoice[] {
  const step = slug === null ? null : findStep(plan, slug);
  if (!step) return [];
  const inSections = sectionsOf(step.kind).flatMap(({ word, fields }) =>
    fields.map(({ path, schema }) => ({ word, field: wireOf(path), label: schema.editor?.label ?? "" })),
  );
  const onTop = [
    { word: "Top", field: "name", label: "Name" },
    { word: "Top", field: "slug", label: "Slug" },
  ];
  return [...onTop, ...inSections].map(({ word, field, label }) => ({
    key: field,
    label,
    hint: `${field} · ${word}`,
    step: step.slug,
    field,
  }));
}

function ofPlan(): FieldChoice[] {
  return fieldsOf(EDITOR_SCHEMA.plan.properties, []).map(({ path, schema }) => {
    const field = wireOf(path);
    return {
      key: `plan ${field}`,
      label: `Plan: ${schema.editor?.label ?? field}`,
      hint: `plan.${field} · Plan settings`,
      step: null,
      field,
    };
  });
}
