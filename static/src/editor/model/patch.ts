/** Differences between two JSON values as lists of edits, small enough to keep: pure. */
import { isObject, type Json, type JsonObject } from "./plan";

export type Path = readonly (string | number)[];

/**
 * Set a value (a new key goes last), remove a key or an entry, replace a run of a list's entries, or put an object's
 * keys in another order. The server sends fixes in the first two forms.
 */
export type Edit =
  | { readonly path: Path; readonly value: Json }
  | { readonly path: Path }
  | { readonly path: Path; readonly at: number; readonly remove: number; readonly insert: readonly Json[] }
  | { readonly path: Path; readonly keys: readonly string[] };

export class PatchError extends Error {}

/** The edits that turn `before` into `after` exactly, the order of keys too. */
export function diff(before: Json, after: Json, path: Path = []): Edit[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path);
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  return [{ path, value: after }];
}

/** Apply edits in order. Raises PatchError where a path leads nowhere. */
export function apply<Value extends Json>(value: Value, edits: readonly Edit[]): Value {
  return edits.reduce<Json>((now, edit) => applyAt(now, edit.path, 0, edit), value) as Value;
}

function diffLists(before: readonly Json[], after: readonly Json[], path: Path): Edit[] {
  if (before.length === after.length)
    return before.flatMap((entry, index) => diff(entry, after[index] as Json, [...path, index]));
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const insert = after.slice(start, after.length - end);
  return [{ path, at: start, remove: before.length - end - start, insert }];
}

function diffObjects(before: JsonObject, after: JsonObject, path: Path): Edit[] {
  const edits: Edit[] = [];
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) edits.push({ path: [...path, key] });
  for (const [key, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, key)) edits.push({ path: [...path, key], value });
    else edits.push(...diff(before[key] as Json, value, [...path, key]));
  }
  const kept = Object.keys(before).filter((key) => Object.hasOwn(after, key));
  const added = Object.keys(after).filter((key) => !Object.hasOwn(before, key));
  const wanted = Object.keys(after);
  if ([...kept, ...added].some((key, index) => key !== wanted[index])) edits.push({ path, keys: wanted });
  return edits;
}

/** Exact equality, the order of keys too: what diff() would leave alone. */
function same(left: Json | undefined, right: Json | undefined): boolean {
  return left === right || (left !== undefined && right !== undefined && diff(left, right).length === 0);
}

function applyAt(value: Json | undefined, path: Path, depth: number, edit: Edit): Json {
  if (depth === path.length) return replaced(value, edit);
  const key = path[depth] as string | number;
  const removing = depth === path.length - 1 && !("value" in edit || "insert" in edit || "keys" in edit);
  if (Array.isArray(value) && typeof key === "number") {
    if (key < 0 || key > value.length) throw lost(path);
    if (removing) return value.toSpliced(key, 1);
    return value.toSpliced(key, 1, applyAt(value[key], path, depth + 1, edit));
  }
  if (!isObject(value) || typeof key !== "string") throw lost(path);
  if (removing) return without(value, key);
  return { ...value, [key]: applyAt(value[key], path, depth + 1, edit) };
}

function replaced(value: Json | undefined, edit: Edit): Json {
  if ("insert" in edit) {
    if (!Array.isArray(value)) throw lost(edit.path);
    return value.toSpliced(edit.at, edit.remove, ...edit.insert);
  }
  if ("keys" in edit) {
    if (!isObject(value)) throw lost(edit.path);
    return Object.fromEntries(edit.keys.map((key) => [key, value[key] as Json]));
  }
  if ("value" in edit) return edit.value;
  throw lost(edit.path);
}

/** The object without a key. */
export function without<Value extends JsonObject>(value: Value, key: string): Value {
  const { [key]: _gone, ...rest } = value;
  return rest as Value;
}

function lost(path: Path): PatchError {
  return new PatchError(`nothing stands at ${path.join(".")}; the plan changed since this edit was made`);
}
