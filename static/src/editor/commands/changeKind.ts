/** Make a step one of another kind: what both kinds have stays, actions move over, the rest goes. */
import type { StepKind } from "../../shared/statuses";
import { isObject, type Json, type Plan, withStep } from "../model/plan";

export type KindKeys = {
  /** The keys that the configuration of the new kind has. */
  readonly keys: ReadonlySet<string>;
  /** The key that declares actions, if the kind has one. */
  readonly actions: string | null;
};

export function changeKind(plan: Plan, slug: string, kind: StepKind, to: KindKeys, from: KindKeys): Plan {
  return withStep(plan, slug, (step) => {
    if (step.kind === kind) return step;
    const config = isObject(step.config) ? step.config : {};
    const kept: Record<string, Json> = {};
    for (const [key, value] of Object.entries(config)) {
      if (to.keys.has(key)) kept[key] = value;
      else if (key === from.actions && to.actions !== null) kept[to.actions] = value;
    }
    return { ...step, kind, config: kept };
  });
}

/** The keys of a configuration that a change of kind takes away. */
export function lostKeys(config: Json | undefined, to: KindKeys, from: KindKeys): string[] {
  return Object.keys(isObject(config) ? config : {}).filter(
    (key) => !to.keys.has(key) && !(key === from.actions && to.actions !== null),
  );
}
