/** Add a step, placed, and perhaps behind another one. */
import type { Point } from "../../canvas/graph";
import type { Json, JsonObject, Plan, Step } from "../model/plan";
import { entriesOf, findStep, layoutOf } from "../model/plan";

/** A slug that is taken adds nothing. `places` are where the other steps are drawn now: placing one step places them all, or they would move. */
export function addStep(plan: Plan, step: Step, at: Point, places: Readonly<Record<string, Point>>): Plan {
  if (findStep(plan, step.slug)) return plan;
  const layout = { ...places, ...layoutOf(plan), [step.slug]: at };
  return { ...plan, steps: [...entriesOf(plan), step], layout: layout as unknown as JsonObject };
}

/** A new step of a kind as the palette gives it. */
export function newStep(slug: string, kind: Step["kind"], dependsOn: readonly string[] = []): Step {
  const step: Record<string, Json> = { slug, kind };
  if (dependsOn.length > 0) step.dependsOn = dependsOn;
  step.config = {};
  return step as Step;
}
