/** Rows of a list or an object, in the order they are written. Pure. */
import { isObject, type Json, type JsonObject } from "../model/plan";

/** The object with a key called otherwise, in its place; null if the name is taken. */
export function renameKey(object: JsonObject, from: string, to: string): JsonObject | null {
  if (from === to) return object;
  if (Object.hasOwn(object, to)) return null;
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value]));
}

/** The list with one entry moved; the same list where it can't go further. */
export function moved<Entry>(list: readonly Entry[], index: number, by: number): readonly Entry[] {
  const entry = list[index];
  const to = index + by;
  if (entry === undefined || to < 0 || to >= list.length) return list;
  return list.toSpliced(index, 1).toSpliced(to, 0, entry);
}

/** A name that the object does not have: `name`, `name2` … */
export function freeKey(taken: Iterable<string>, stem: string): string {
  const names = new Set(taken);
  if (!names.has(stem)) return stem;
  for (let number = 2; ; number += 1) if (!names.has(`${stem}${number}`)) return `${stem}${number}`;
}

export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** Nothing is written where nothing is left. */
export function orNothing<Value extends Json>(value: Value): Value | undefined {
  const size = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 1;
  return size === 0 ? undefined : value;
}
