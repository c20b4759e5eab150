/** Bring together what two hands did to one plan in different places; pure. */
import { equal, isStep, type Json, type Plan, stepsOf } from "../model/plan";

/** Null where both changed the same step or the same key of the plan, or both the list of steps. */
export function mergeApart(base: Plan, mine: Plan, theirs: Plan): Plan | null {
  const merged: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const chosen =
      key === "steps" ? mergeSteps(base, mine, theirs) : choose(base[key], mine[key], theirs[key]);
    if (chosen === null) return null;
    if (chosen.value !== undefined) merged[key] = chosen.value;
  }
  return merged as Plan;
}

/** The side that differs from the base; null where both do, and not alike. */
function choose<Value extends Json | undefined>(
  base: Json | undefined,
  mine: Value,
  theirs: Value,
): { value: Value } | null {
  if (equal(mine, base)) return { value: theirs };
  return equal(theirs, base) || equal(mine, theirs) ? { value: mine } : null;
}

function mergeSteps(base: Plan, mine: Plan, theirs: Plan): { value: readonly Json[] } | null {
  // Steps that can't be told apart by their slugs are left to people.
  if (
    ![base, mine, theirs].every(
      (plan) => plan.steps.every(isStep) && stepsOf(plan).length === plan.steps.length,
    )
  )
    return choose(base.steps, mine.steps, theirs.steps);
  const order = choose(slugsOf(base), slugsOf(mine), slugsOf(theirs));
  if (order === null) return null;
  const [before, left, right] = [bySlug(base), bySlug(mine), bySlug(theirs)];
  const steps: Json[] = [];
  for (const slug of new Set([...order.value, ...left.keys(), ...right.keys()])) {
    const chosen = choose(before.get(slug), left.get(slug), right.get(slug));
    if (chosen === null) return null;
    if (chosen.value !== undefined) steps.push(chosen.value);
  }
  return { value: steps };
}

const slugsOf = (plan: Plan): readonly string[] => stepsOf(plan).map((step) => step.slug);

function bySlug(plan: Plan): ReadonlyMap<string, Json> {
  return new Map(stepsOf(plan).map((step) => [step.slug, step]));
}
