/** Everything that can be done in the editor, with its name and its keys: buttons, keys and the list under `?` read it. */
import { edgeId } from "../canvas/graph";
import { addStep, newStep } from "./commands/addStep";
import { changeEdge, disconnect, type EdgeRef } from "./commands/connect";
import { moveSteps } from "./commands/moveSteps";
import { copySteps, pasteSteps, readClip } from "./commands/pasteSteps";
import { removeSteps } from "./commands/removeSteps";
import { reorderStep } from "./commands/reorderSteps";
import { setStepField } from "./commands/setField";
import { type Alignment, align } from "./layout/align";
import { placeAfter, placeLast } from "./layout/place";
import { readEntry, writeEntry } from "./model/dependsOn";
import {
  dependsOnOf,
  entriesOf,
  findStep,
  isStep,
  layoutOf,
  nameOf,
  type Plan,
  type Step,
  stepsOf,
} from "./model/plan";
import { freeSlug } from "./model/slugs";
import { type EditorStore, planOf, type State } from "./store";

export const KIND_SLUGS: Record<Step["kind"], string> = {
  EXECUTION: "module",
  SCRIPT: "script",
  BRIDGE_CALL: "call",
  LLM: "ask",
  AGENT: "agent",
  CREATE_TASK: "task",
  APPROVAL: "approval",
  PLAN: "plan",
};

/** Places of all steps as they are drawn. */
export function placesOf(state: State): State["places"] {
  return { ...state.places, ...layoutOf(planOf(state)) };
}

/** Slugs, and legacy uuids, that a new step may not have. */
export function takenSlugs(plan: Plan): ReadonlySet<string> {
  const steps = entriesOf(plan).filter(isStep);
  return new Set([...steps.map((step) => step.slug), ...steps.map((step) => String(step.uuid ?? ""))]);
}

/** Add a step of a kind: at a point, else beside what it comes after, else behind everything. It is selected then. */
export function addStepOf(
  store: EditorStore,
  kind: Step["kind"],
  options: { at?: { x: number; y: number }; after?: { step: string; action: string | null } | null } = {},
): string {
  const state = store.get();
  const plan = planOf(state);
  const slug = freeSlug(KIND_SLUGS[kind], takenSlugs(plan));
  const selected = state.selection.steps.length === 1 ? state.selection.steps[0] : undefined;
  const after =
    options.after === undefined ? (selected ? { step: selected, action: null } : null) : options.after;
  const places = placesOf(state);
  const at = options.at ?? (after ? placeAfter(places, after.step) : placeLast(places));
  const entries = after ? [writeEntry({ step: after.step, awaitOnly: false, action: after.action })] : [];
  store.do(`Add step ${slug}`, (now) => addStep(now, newStep(slug, kind, entries), at, places));
  store.select([slug]);
  store.say(`Added ${slug}`);
  return slug;
}

export function removeSelected(store: EditorStore): void {
  const { selection } = store.get();
  const edge = selectedEdge(store.get());
  if (edge) store.do("Remove edge", (plan) => disconnect(plan, edge));
  const slugs = selection.steps;
  if (slugs.length === 0) return;
  const label = slugs.length === 1 ? `Remove step ${slugs[0]}` : `Remove ${slugs.length} steps`;
  store.do(label, (plan) => removeSteps(plan, new Set(slugs)));
  store.select([]);
  store.say(label.replace("Remove", "Removed"));
}

/** The edge that is selected; null if it is gone, or only implied by data. */
export function selectedEdge(state: State): EdgeRef | null {
  const wanted = state.selection.edge;
  if (wanted === null) return null;
  for (const step of stepsOf(planOf(state))) {
    for (const text of dependsOnOf(step)) {
      const entry = readEntry(text);
      if (!entry) continue;
      const edge = { from: entry.step, to: step.slug, action: entry.action, await: entry.awaitOnly };
      if (edgeId({ ...edge, implied: false }) === wanted) return { ...entry, to: step.slug };
    }
  }
  return null;
}

export function toggleAwait(store: EditorStore): void {
  const edge = selectedEdge(store.get());
  if (!edge) return;
  const change = { awaitOnly: !edge.awaitOnly };
  store.do(edge.awaitOnly ? "Make edge required" : "Make edge await only", (plan) =>
    changeEdge(plan, edge, change),
  );
  const next = { from: edge.step, to: edge.to, action: edge.action, await: !edge.awaitOnly, implied: false };
  store.select([], edgeId(next));
}

export async function copySelected(store: EditorStore): Promise<void> {
  const state = store.get();
  if (state.selection.steps.length === 0) return;
  const clip = copySteps(planOf(state), new Set(state.selection.steps), placesOf(state));
  await navigator.clipboard.writeText(JSON.stringify(clip, null, 2));
  store.say(clip.steps.length === 1 ? "Copied 1 step" : `Copied ${clip.steps.length} steps`);
}

/** Paste what the clipboard holds, right of everything or at a point; other texts are left alone. */
export function pasteText(store: EditorStore, text: string, at?: { x: number; y: number }): boolean {
  const clip = readClip(text);
  if (!clip) return false;
  const state = store.get();
  const places = placesOf(state);
  const pasted = pasteSteps(planOf(state), clip, at ?? placeLast(places), places);
  store.do(
    pasted.slugs.length === 1 ? "Paste step" : `Paste ${pasted.slugs.length} steps`,
    () => pasted.plan,
  );
  store.select(pasted.slugs);
  return true;
}

export function duplicateSelected(store: EditorStore): void {
  const state = store.get();
  const slugs = state.selection.steps;
  if (slugs.length === 0) return;
  const places = placesOf(state);
  const clip = copySteps(planOf(state), new Set(slugs), places);
  const top = Math.min(...slugs.map((slug) => places[slug]?.y ?? 0));
  const left = Math.min(...slugs.map((slug) => places[slug]?.x ?? 0));
  const bottom = Math.max(...slugs.map((slug) => places[slug]?.y ?? 0));
  const pasted = pasteSteps(planOf(state), clip, { x: left, y: bottom + (bottom - top) + 100 }, places);
  store.do("Duplicate", () => pasted.plan);
  store.select(pasted.slugs);
}

export function selectAll(store: EditorStore): void {
  store.select(stepsOf(planOf(store.get())).map((step) => step.slug));
}

export function alignSelected(store: EditorStore, how: Alignment): void {
  const state = store.get();
  const places = placesOf(state);
  const moved = align(places, state.selection.steps, how);
  if (Object.keys(moved).length > 0) store.do("Align steps", (plan) => moveSteps(plan, moved, places));
}

/** The name that people read of a step; its slug where the plan has none such. */
export function titleOf(state: State, slug: string): string {
  const step = findStep(planOf(state), slug);
  return step ? nameOf(step) : slug;
}

export function toggleBypass(store: EditorStore): void {
  const slugs = store.get().selection.steps;
  if (slugs.length === 0) return;
  const plan = planOf(store.get());
  const on = !slugs.every((slug) => findStep(plan, slug)?.bypass === true);
  const label = `${on ? "Bypass" : "Run"} ${slugs.length === 1 ? slugs[0] : `${slugs.length} steps`}`;
  store.do(label, (now) =>
    slugs.reduce((next, slug) => setStepField(next, slug, ["bypass"], on || undefined), now),
  );
  store.say(label);
}

/** Lead the keyboard to the first field of the selected step's form. */
export function focusInspector(): void {
  const fields = "input, textarea, select, [contenteditable=true], button";
  document.querySelector<HTMLElement>(".editor-right .form :is(input, textarea, select)")?.focus();
  if (!document.activeElement?.closest(".editor-right"))
    document.querySelector<HTMLElement>(`.editor-right :is(${fields})`)?.focus();
}

/** Select the next step along an edge, or the one before; the first of several, in plan order. */
export function walk(store: EditorStore, way: "up" | "down"): void {
  const plan = planOf(store.get());
  const here = store.get().selection.steps[0];
  const steps = stepsOf(plan);
  const step = here === undefined ? null : findStep(plan, here);
  if (!step) {
    store.select(steps[0] ? [steps[0].slug] : []);
    return;
  }
  const upstream = (of: Step) => dependsOnOf(of).map((text) => readEntry(text)?.step ?? "");
  const next =
    way === "up"
      ? upstream(step).find((slug) => findStep(plan, slug))
      : steps.find((other) => upstream(other).includes(step.slug))?.slug;
  if (next !== undefined) store.select([next]);
}

/** Ask which step to connect to. */
export function connectFrom(store: EditorStore, slug: string): void {
  store.select([slug]);
  store.set({ dialog: { kind: "connect" } });
}

/** Move a step in the list of steps. */
export function moveInList(store: EditorStore, slug: string, by: number): void {
  store.do(`Move ${slug} in the list`, (plan) => reorderStep(plan, slug, by), `list:${slug}`);
}
