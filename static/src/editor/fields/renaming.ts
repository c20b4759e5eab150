/** Rename a step or an action by the server, which finds every reference to it. */
import { askJson } from "../../shared/api";
import { replacePlan } from "../commands/replacePlan";
import type { Plan } from "../model/plan";
import { type EditorStore, planOf } from "../store";

export type Renamed = { readonly document: Plan; readonly changes: readonly string[] };

/** What is renamed: a step, or an action of it. */
export type Renaming = { readonly step: string; readonly action: string | null; readonly to: string };

/** Ask what a rename would change; refusals are thrown, in the server's words. */
export function askRename(store: EditorStore, { step, action, to }: Renaming): Promise<Renamed> {
  const document = planOf(store.get());
  const named = action === null ? { step, to } : { step, action, to };
  return askJson<Renamed>(store.props.urls.rename, { document, ...named });
}

/** Rename in the plan as it is now; a step is selected under its new name, where it was drawn. */
export async function rename(store: EditorStore, renaming: Renaming): Promise<Renamed> {
  const { step, action, to } = renaming;
  let asked = planOf(store.get());
  let renamed = await askRename(store, renaming);
  // What was typed meanwhile is not lost: the answer is of another plan.
  while (planOf(store.get()) !== asked) {
    asked = planOf(store.get());
    renamed = await askRename(store, renaming);
  }
  if (action === null) moveSpot(store, step, to);
  store.do(`Rename ${action ?? step} to ${to}`, (plan) => replacePlan(plan, renamed.document));
  store.say(`Renamed ${action ?? step} to ${to}`);
  return renamed;
}

function moveSpot(store: EditorStore, from: string, to: string): void {
  const { places, selection } = store.get();
  const { [from]: spot, ...rest } = places;
  const steps = selection.steps.map((slug) => (slug === from ? to : slug));
  store.set({
    places: spot ? { ...rest, [to]: spot } : places,
    selection: { ...selection, steps },
  });
}
