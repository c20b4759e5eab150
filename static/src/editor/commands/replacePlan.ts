/** Put a whole document in place: what a rename, a rewrite, a merge or the source pane gave. */
import type { Plan } from "../model/plan";

/** Where steps are drawn is not lost with a document that says nothing of it. */
export function replacePlan(plan: Plan, next: Plan): Plan {
  return next.layout === undefined && plan.layout !== undefined ? { ...next, layout: plan.layout } : next;
}
