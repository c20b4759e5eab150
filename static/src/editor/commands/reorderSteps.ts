/** Move a step to another place of the list: the order in which the outline and findings tell them. */
import { entriesOf, indexOfStep, type Plan } from "../model/plan";

export function reorderStep(plan: Plan, slug: string, by: number): Plan {
  const from = indexOfStep(plan, slug);
  const to = Math.max(0, Math.min(entriesOf(plan).length - 1, from + by));
  if (from < 0 || to === from) return plan;
  const entry = entriesOf(plan)[from];
  return entry === undefined
    ? plan
    : { ...plan, steps: entriesOf(plan).toSpliced(from, 1).toSpliced(to, 0, entry) };
}
