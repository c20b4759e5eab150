/** A plan in the browser: the normal form of the plan language, an immutable JSON value. Reading helpers, pure. */
import type { Point } from "../../canvas/graph";
import type { StepKind } from "../../shared/statuses";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** The whole document. An entry of `steps` that can't be read stays in the list as it was typed. */
export type Plan = JsonObject & { readonly slug: string; readonly steps: readonly Json[] };

/** A step that can be drawn: it has a slug and a kind. */
export type Step = JsonObject & { readonly slug: string; readonly kind: StepKind };

export const KINDS: readonly StepKind[] = [
  "EXECUTION",
  "SCRIPT",
  "BRIDGE_CALL",
  "LLM",
  "AGENT",
  "CREATE_TASK",
  "APPROVAL",
  "PLAN",
];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isStep(value: Json): value is Step {
  return isObject(value) && typeof value.slug === "string" && KINDS.includes(value.kind as StepKind);
}

/** What stands in `steps`, as typed; nothing where it is no list, as a draft may have it. */
export function entriesOf(plan: Plan): readonly Json[] {
  return Array.isArray(plan.steps) ? plan.steps : [];
}

/** The steps that can be drawn, in plan order; of two with one slug the first. */
export function stepsOf(plan: Plan): Step[] {
  const found = new Map<string, Step>();
  for (const entry of entriesOf(plan))
    if (isStep(entry) && !found.has(entry.slug)) found.set(entry.slug, entry);
  return [...found.values()];
}

export function findStep(plan: Plan, slug: string): Step | null {
  return (entriesOf(plan).find((entry) => isStep(entry) && entry.slug === slug) as Step | undefined) ?? null;
}

/** The index of a step in `steps`; -1 if there is none. */
export function indexOfStep(plan: Plan, slug: string): number {
  return entriesOf(plan).findIndex((entry) => isStep(entry) && entry.slug === slug);
}

/** The entries of `dependsOn`, as texts. */
export function dependsOnOf(step: Step): readonly string[] {
  const written = step.dependsOn;
  return Array.isArray(written) ? written.filter((entry): entry is string => typeof entry === "string") : [];
}

export function nameOf(step: Step): string {
  return typeof step.name === "string" && step.name !== "" ? step.name : step.slug;
}

/** What the author placed, by slug. */
export function layoutOf(plan: Plan): Readonly<Record<string, Point>> {
  return isObject(plan.layout) ? (plan.layout as unknown as Record<string, Point>) : {};
}

/** The plan with one step replaced; the same plan if nothing changed. */
export function withStep(plan: Plan, slug: string, change: (step: Step) => Step): Plan {
  const index = indexOfStep(plan, slug);
  if (index < 0) return plan;
  const before = plan.steps[index] as Step;
  const after = change(before);
  return after === before ? plan : { ...plan, steps: plan.steps.with(index, after) };
}

/** The value at a path of keys and indexes; undefined where there is none. */
export function valueAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let here: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(here) && typeof key === "number") here = here[key];
    else if (isObject(here) && typeof key === "string" && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

/** Deep equality of JSON; the order of an object's keys does not count. */
export function equal(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((entry, index) => equal(entry, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]))
  );
}
