/** Move a step to another place of the list: the order in which the outline and findings tell them. */
import { indexOfStep, type Plan } from "../model/plan";

export function reorderStep(plan: Plan, slug: string, by: number): Plan {
  const from = indexOfStep(plan, slug);
  const to = Math.max(0, Math.min(plan.steps.length - 1, from + by));
  if (from < 0 || to === from) return plan;
  const entry = plan.steps[from];
  return entry === undefined
    ? plan
    : { ...plan, steps: plan.steps.toSpliced(from, 1).toSpliced(to, 0, entry) };
}
