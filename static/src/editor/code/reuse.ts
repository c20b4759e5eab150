/** Take over from one JSON value what another one says again: what did not change stays the same object. Pure. */
import { isObject, type Json, type JsonObject } from "../model/plan";

/** A value that is `after`, made of the parts of `before` wherever they are exactly alike. */
export function reuse<Value extends Json>(before: Json | undefined, after: Value): Value {
  if (before === after) return after;
  if (Array.isArray(before) && Array.isArray(after)) return reuseList(before, after) as unknown as Value;
  if (isObject(before) && isObject(after)) return reuseObject(before, after) as Value;
  return after;
}

/** Entries are compared from the front, and from the back where some were put in or taken out. */
function reuseList(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  const shift = before.length - after.length;
  const made = after.map((entry, index) => {
    const front = reuse(before[index], entry);
    return shift === 0 || front === before[index] ? front : reuse(before[index + shift], entry);
  });
  return shift === 0 && made.every((entry, index) => entry === before[index]) ? before : made;
}

function reuseObject(before: JsonObject, after: JsonObject): JsonObject {
  const keys = Object.keys(after);
  const made = Object.fromEntries(keys.map((key) => [key, reuse(own(before, key), after[key] as Json)]));
  const known = Object.keys(before);
  const same =
    keys.length === known.length && keys.every((key, at) => key === known[at] && made[key] === before[key]);
  return same ? before : made;
}

function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
