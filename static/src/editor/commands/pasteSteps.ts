/** Copy steps out of a plan, and into one: slugs that are taken get a number, edges between the copies come along. */
import type { Point } from "../../canvas/graph";
import { readEntry, writeEntry } from "../model/dependsOn";
import { without } from "../model/patch";
import {
  dependsOnOf,
  entriesOf,
  isObject,
  isStep,
  type JsonObject,
  layoutOf,
  type Plan,
  type Step,
  stepsOf,
} from "../model/plan";
import { freeSlug } from "../model/slugs";

/** What the clipboard holds; positions are relative to the upper left of the copied steps. */
export type Clip = {
  readonly throughline: "steps";
  readonly steps: readonly Step[];
  readonly places: Readonly<Record<string, Point>>;
};

export function copySteps(
  plan: Plan,
  slugs: ReadonlySet<string>,
  places: Readonly<Record<string, Point>>,
): Clip {
  const steps = stepsOf(plan).filter((step) => slugs.has(step.slug));
  const spots = steps.map((step) => places[step.slug] ?? { x: 0, y: 0 });
  const left = Math.min(...spots.map((spot) => spot.x));
  const top = Math.min(...spots.map((spot) => spot.y));
  const relative = steps.map((step, index) => {
    const spot = spots[index] ?? { x: left, y: top };
    return [step.slug, { x: spot.x - left, y: spot.y - top }] as const;
  });
  return { throughline: "steps", steps, places: Object.fromEntries(relative) };
}

/** The clip in a text of the clipboard; null if it is something else. */
export function readClip(text: string): Clip | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.throughline !== "steps" || !Array.isArray(value.steps)) return null;
    const steps = value.steps.filter(isStep);
    return steps.length === 0 ? null : { ...(value as unknown as Clip), steps };
  } catch {
    return null;
  }
}

export type Pasted = { readonly plan: Plan; readonly slugs: readonly string[] };

export function pasteSteps(
  plan: Plan,
  clip: Clip,
  at: Point,
  places: Readonly<Record<string, Point>>,
): Pasted {
  const taken = new Set(stepsOf(plan).map((step) => step.slug));
  const names = new Map<string, string>();
  for (const { slug } of clip.steps) {
    const free = freeSlug(slug, taken);
    taken.add(free);
    names.set(slug, free);
  }
  const known = new Set(stepsOf(plan).map((step) => step.slug));
  const steps = clip.steps.map((step) => renamed(step, names, known));
  const layout: Record<string, Point> = { ...places, ...layoutOf(plan) };
  for (const [slug, free] of names) {
    const spot = clip.places[slug] ?? { x: 0, y: 0 };
    layout[free] = { x: Math.round(at.x + spot.x), y: Math.round(at.y + spot.y) };
  }
  return {
    plan: { ...plan, steps: [...entriesOf(plan), ...steps], layout: layout as unknown as JsonObject },
    slugs: [...names.values()],
  };
}

/** A copy has no legacy uuid, and depends on its fellows' copies, or on what the plan has. */
function renamed(step: Step, names: ReadonlyMap<string, string>, known: ReadonlySet<string>): Step {
  const entries = dependsOnOf(step).flatMap((text) => {
    const entry = readEntry(text);
    if (!entry) return [text];
    const copy = names.get(entry.step);
    if (copy !== undefined) return [writeEntry({ ...entry, step: copy })];
    return known.has(entry.step) ? [text] : [];
  });
  const { slug: _slug, kind, ...rest } = without(without(step, "uuid"), "dependsOn") as Step;
  const placed = { slug: names.get(step.slug) ?? step.slug, kind, ...rest };
  return (entries.length === 0 ? placed : { ...placed, dependsOn: entries }) as Step;
}
