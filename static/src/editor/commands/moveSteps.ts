/** Place steps: positions by slug. */
import type { Point } from "../../canvas/graph";
import { type JsonObject, layoutOf, type Plan } from "../model/plan";

/** `places` are where all steps are drawn now: placing one step places them all, or they would move. */
export function moveSteps(
  plan: Plan,
  moved: Readonly<Record<string, Point>>,
  places: Readonly<Record<string, Point>>,
): Plan {
  const layout: Record<string, Point> = { ...places, ...layoutOf(plan) };
  for (const [slug, { x, y }] of Object.entries(moved)) layout[slug] = { x: Math.round(x), y: Math.round(y) };
  return { ...plan, layout: layout as unknown as JsonObject };
}
