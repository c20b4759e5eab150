/** How a field writes what it refers to. Pure. */
import { writeReference as writeInCode } from "../code/reference";
import type { JsonObject } from "../model/plan";
import type { ReferenceStyle } from "./cursor";

/** From the root: ["steps", "read", "result", "lines", 0], ["inputs", "poNumber"], ["variables", "region"]. */
export type DataPath = readonly (string | number)[];

/** The words that a field of the style reads the value by; null if it can't. */
export function referenceIn(style: ReferenceStyle, path: DataPath): string | null {
  if (style === "reply") return replyReference(path);
  if (style !== "tree") return path[0] === "variables" ? null : writeInCode(style, path);
  const tree = treeReference(path);
  return tree && JSON.stringify(tree);
}

/** What a mapping reads its answer by: what stands below the result of the step. */
function replyReference(path: DataPath): string | null {
  const [root, , part, ...rest] = path;
  if (root !== "steps" || part !== "result" || typeof rest[0] !== "string") return null;
  // The first key stands alone: what can't stand so is quoted, as it is behind a dot.
  return writeInCode("jsonata", ["$", ...rest]).replace(/^\$\./, "");
}

/** A reference of input trees; null for what they can't refer to: a step's status, its action. */
export function treeReference(path: DataPath): JsonObject | null {
  const [root, name, ...rest] = path;
  if (root === "inputs") return withPath({ workflow: "input" }, path.slice(1));
  if (typeof name !== "string") return null;
  if (root === "variables") return withPath({ variable: name }, rest);
  if (root !== "steps" || (rest.length > 0 && rest[0] !== "result")) return null;
  return withPath({ step: name }, rest.slice(1));
}

function withPath(from: JsonObject, path: DataPath): JsonObject {
  return path.length === 0 ? { $from: from } : { $from: from, path: treePath(path) };
}

/** `a.b[0]`; a key that is no word is written ["so"]. */
export function treePath(path: DataPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${text === "" ? "$" : text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
