/** Inputs that stand in for those of an activity, where none has run yet. Pure. */
import { listOf } from "../../fields/rows";
import { isObject, type Json, type JsonObject } from "../../model/plan";

/** Each input with its default, its first option, or its name in words. */
export function sampleOf(options: Json | undefined): JsonObject {
  const entries = listOf(options).flatMap((option) => {
    if (!isObject(option) || typeof option.name !== "string") return [];
    return [[option.name, sampleValue(option)] as const];
  });
  return Object.fromEntries(entries);
}

function sampleValue(option: JsonObject): Json {
  if (option.default !== undefined && option.default !== null) return option.default;
  const first = listOf(option.options)[0];
  switch (option.type) {
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return {};
    case "selection":
      return isObject(first) ? (first.value ?? null) : (first ?? null);
    default:
      return typeof option.label === "string" ? option.label : String(option.name);
  }
}
