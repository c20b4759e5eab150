/** Draw, remove and change edges: entries of `dependsOn`. */
import { type Entry, readEntry, writeEntry } from "../model/dependsOn";
import { without } from "../model/patch";
import { dependsOnOf, findStep, type Plan, type Step, stepsOf, withStep } from "../model/plan";

/** One entry of `dependsOn`, with the step that has it. */
export type EdgeRef = Entry & { readonly to: string };

/**
 * Whether an edge may be drawn: both ends are there, it is not there already, and it closes no circle. One answer for
 * the preview, the drop and the command.
 */
export function canConnect(plan: Plan, from: string, action: string | null, to: string): boolean {
  const target = findStep(plan, to);
  if (!target || !findStep(plan, from) || from === to) return false;
  const there = dependsOnOf(target).some((text) => {
    const entry = readEntry(text);
    return entry?.step === from && entry.action === action;
  });
  return !there && !upstreamOf(plan, from).has(to);
}

export function connect(
  plan: Plan,
  from: string,
  action: string | null,
  to: string,
  awaitOnly = false,
): Plan {
  if (!canConnect(plan, from, action, to)) return plan;
  const entry = writeEntry({ step: from, awaitOnly, action });
  return withStep(plan, to, (step) => withDependsOn(step, [...dependsOnOf(step), entry]));
}

export function disconnect(plan: Plan, edge: EdgeRef): Plan {
  return withStep(plan, edge.to, (step) =>
    withDependsOn(
      step,
      dependsOnOf(step).filter((text) => !isEntry(text, edge)),
    ),
  );
}

/** Put another entry where an edge's stands: await or not, another action, another source. */
export function changeEdge(plan: Plan, edge: EdgeRef, change: Partial<Entry>): Plan {
  const next = writeEntry({ step: edge.step, awaitOnly: edge.awaitOnly, action: edge.action, ...change });
  return withStep(plan, edge.to, (step) => {
    const entries = dependsOnOf(step).map((text) => (isEntry(text, edge) ? next : text));
    return withDependsOn(step, [...new Set(entries)]);
  });
}

/** Let an edge end at another step. */
export function redirect(plan: Plan, edge: EdgeRef, to: string): Plan {
  const cut = disconnect(plan, edge);
  return canConnect(cut, edge.step, edge.action, to)
    ? connect(cut, edge.step, edge.action, to, edge.awaitOnly)
    : plan;
}

/** The steps that a step comes after, by its edges, itself not among them unless the plan has a circle. */
export function upstreamOf(plan: Plan, slug: string): ReadonlySet<string> {
  const steps = stepIndex(plan);
  const found = new Set<string>();
  const open = [slug];
  while (open.length > 0) {
    const step = steps.get(open.pop() ?? "");
    for (const text of step ? dependsOnOf(step) : []) {
      const upstream = readEntry(text)?.step;
      if (upstream !== undefined && !found.has(upstream)) {
        found.add(upstream);
        open.push(upstream);
      }
    }
  }
  return found;
}

const indexes = new WeakMap<Plan, ReadonlyMap<string, Step>>();

/** The steps of a plan by slug; made once, for whoever asks about each step of a big plan. */
function stepIndex(plan: Plan): ReadonlyMap<string, Step> {
  const known = indexes.get(plan) ?? new Map(stepsOf(plan).map((step) => [step.slug, step]));
  indexes.set(plan, known);
  return known;
}

function withDependsOn(step: Step, entries: readonly string[]): Step {
  if (entries.length === 0) return "dependsOn" in step ? without(step, "dependsOn") : step;
  return { ...step, dependsOn: entries };
}

function isEntry(text: string, edge: EdgeRef): boolean {
  const entry = readEntry(text);
  return entry?.step === edge.step && entry.action === edge.action && entry.awaitOnly === edge.awaitOnly;
}
