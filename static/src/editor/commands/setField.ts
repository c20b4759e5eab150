/** Set or remove one field, of a step or of the plan; objects on the way are made. */
import { type Path, without } from "../model/patch";
import { isObject, type Json, type JsonObject, type Plan, type Step, withStep } from "../model/plan";

/** `value` undefined removes the field, and the objects that are empty then, but never `config`. */
export function setStepField(plan: Plan, slug: string, path: Path, value: Json | undefined): Plan {
  return withStep(plan, slug, (step) => setAt(step, path, value) as Step);
}

export function setPlanField(plan: Plan, path: Path, value: Json | undefined): Plan {
  return setAt(plan, path, value) as Plan;
}

function setAt(target: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target) && typeof key === "number") {
    const next = setAt(target[key], rest, value);
    return next === undefined ? target.toSpliced(key, 1) : target.toSpliced(key, 1, next);
  }
  const object: JsonObject = isObject(target) ? target : {};
  const name = String(key);
  const next = setAt(object[name], rest, value);
  if (next === undefined || (rest.length > 0 && value === undefined && isHollow(next) && name !== "config")) {
    return Object.hasOwn(object, name) ? without(object, name) : target;
  }
  return next === object[name] ? target : { ...object, [name]: next };
}

function isHollow(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
