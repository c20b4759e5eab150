/** Remove steps with their places and with the edges that end at them. */
import { readEntry } from "../model/dependsOn";
import { without } from "../model/patch";
import {
  dependsOnOf,
  entriesOf,
  isStep,
  type JsonObject,
  layoutOf,
  type Plan,
  type Step,
} from "../model/plan";

export function removeSteps(plan: Plan, slugs: ReadonlySet<string>): Plan {
  const steps = entriesOf(plan)
    .filter((entry) => !(isStep(entry) && slugs.has(entry.slug)))
    .map((entry) => (isStep(entry) ? unhooked(entry, slugs) : entry));
  if (steps.length === entriesOf(plan).length) return plan;
  const layout = Object.fromEntries(Object.entries(layoutOf(plan)).filter(([slug]) => !slugs.has(slug)));
  const next = { ...plan, steps };
  return isEmpty(layout) ? without(next, "layout") : { ...next, layout: layout as unknown as JsonObject };
}

/** The step without the entries of `dependsOn` that name one of the steps; inputs and conditions stay as written. */
function unhooked(step: Step, slugs: ReadonlySet<string>): Step {
  const entries = dependsOnOf(step);
  const left = entries.filter((entry) => !slugs.has(readEntry(entry)?.step ?? ""));
  if (left.length === entries.length) return step;
  return left.length === 0 ? without(step, "dependsOn") : { ...step, dependsOn: left };
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
