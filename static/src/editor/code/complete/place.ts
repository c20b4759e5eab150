/** Where in a text the cursor stands, told by what is before it: a path, a text that is compared, an argument. Pure. */
import type { CodeLanguage } from "../types";

/** `typed` is what of the name is there already. */
export type Place =
  | { kind: "path"; path: readonly string[]; typed: string; quoted: boolean }
  | { kind: "text"; path: readonly string[]; typed: string }
  | { kind: "argument"; path: readonly string[]; given: readonly string[]; typed: string }
  | { kind: "bracket"; path: readonly string[]; typed: string }
  | { kind: "returned"; typed: string }
  | { kind: "returnKey"; typed: string }
  | { kind: "prompt"; typed: string }
  | { kind: "stepName"; typed: string };

const LONGEST = 2000;
// A path as JSONata, scripts and templates write it: names, `names`, ["names"], [0], [filters].
const SEGMENT = String.raw`(?:\s*\??\.\s*(?:[A-Za-z_][\w-]*|\`[^\`\n]*\`)|\??\.?\[[^\]\n]*\])`;
const HEAD = String.raw`(?<![\w$.\`])(?:\$\$?\.)?([A-Za-z_]\w*)`;
const PATH = `${HEAD}(${SEGMENT}*)`;
const DOTTED = new RegExp(`${PATH}\\s*\\??\\.\\s*([\\w-]*)$`);
const TICKED = new RegExp(`${PATH}\\s*\\.\\s*\`([^\`\\n]*)$`);
const BRACKET = new RegExp(`${PATH}(?:\\?\\.)?\\[\\s*(["'])([^"'\\n\\]]*)$`);
const COMPARED = new RegExp(`${PATH}\\s*(?:===?|!==?|=)\\s*(["'])([^"'\\n]*)$`);
const AMONG = new RegExp(`${PATH}\\s+in\\s+\\[[^\\]]*(["'])([^"'\\n]*)$`);
const CASE = new RegExp(`switch\\s*\\(\\s*${PATH}\\s*\\)\\s*\\{[^{}]*\\bcase\\s+(["'])([^"'\\n]*)$`);
const ARGUMENT = new RegExp(`${PATH}\\s*\\(\\s*((?:(["'])[^"'\\n]*\\4\\s*,\\s*)*)(["'])([^"'\\n]*)$`);
const RETURNED = /\baction\s*:\s*(?:[^,{};"']*\?\s*(?:(["'])[^"'\n]*\1\s*:\s*)?)?(["'])([^"'\n]*)$/;
const RETURN_KEY = /\breturn\s*\{(?:[^{}]*,)?\s*(\w*)$/;
const NAME = /(?<![\w$.`"'])([$A-Za-z_][\w$]*|)$/;
const STEP_NAME = /["'](?:step|\$step)["']\s*:\s*["']([^"'\n]*)$/;

/** Null in comments and texts that nothing is known of. */
export function placeBefore(language: CodeLanguage, text: string, position: number): Place | null {
  const before = text.slice(Math.max(0, position - LONGEST), position);
  switch (language) {
    case "jsonata":
      return jsonataPlace(before);
    case "javascript":
      return scriptPlace(before);
    case "template":
    case "text":
      return templatePlace(before);
    case "json":
    case "yaml": {
      const match = STEP_NAME.exec(before);
      return match ? { kind: "stepName", typed: match[1] ?? "" } : null;
    }
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** The path that a script gave a name to, as in `const found = steps.check.result;`; null where it gave none. */
export function namedPath(text: string, name: string): readonly string[] | null {
  const match = new RegExp(`\\b(?:const|let|var)\\s+${name}\\s*=\\s*${PATH}\\s*(?:;|$)`, "m").exec(text);
  return match && match[1] !== name ? pathOf(match) : null;
}

function jsonataPlace(before: string): Place | null {
  if (/\/\*(?:(?!\*\/)[\s\S])*$/.test(before)) return null;
  return compared(before, [COMPARED, AMONG]) ?? (openText(before) ? null : pathPlace(before));
}

function scriptPlace(before: string): Place | null {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/^\s*(?:\/\/|\*|\/\*)/.test(line)) return null;
  const among = compared(before, [COMPARED, CASE]);
  if (among) return among;
  const returned = RETURNED.exec(before);
  if (returned) return { kind: "returned", typed: returned[3] ?? "" };
  const bracket = BRACKET.exec(before);
  if (bracket) return { kind: "bracket", path: pathOf(bracket), typed: bracket[4] ?? "" };
  const argument = ARGUMENT.exec(before);
  if (argument) {
    const given = [...(argument[3] ?? "").matchAll(/(["'])([^"'\n]*)\1/g)].map((match) => match[2] ?? "");
    return { kind: "argument", path: pathOf(argument), given, typed: argument[6] ?? "" };
  }
  if (openText(line)) return null;
  const returnKey = RETURN_KEY.exec(before);
  if (returnKey) return { kind: "returnKey", typed: returnKey[1] ?? "" };
  return pathPlace(before);
}

function templatePlace(before: string): Place | null {
  const open = before.lastIndexOf("{{");
  if (open > before.lastIndexOf("}}")) {
    const inside = before.slice(open + 2).replace(/^-/, "");
    if (openText(inside)) return null;
    return pathPlace(inside.replace(/(^|[\s(|])\.(?=[A-Za-z_]|$)/g, "$1"));
  }
  const prompt = /(?<![{$])\{([\w.-]*)$/.exec(before);
  return prompt ? { kind: "prompt", typed: prompt[1] ?? "" } : null;
}

function compared(before: string, patterns: readonly RegExp[]): Place | null {
  for (const pattern of patterns) {
    const match = pattern.exec(before);
    if (match) return { kind: "text", path: pathOf(match), typed: match[4] ?? "" };
  }
  return null;
}

function pathPlace(before: string): Place | null {
  const ticked = TICKED.exec(before);
  if (ticked) return { kind: "path", path: pathOf(ticked), typed: ticked[3] ?? "", quoted: true };
  const dotted = DOTTED.exec(before);
  if (dotted) return { kind: "path", path: pathOf(dotted), typed: dotted[3] ?? "", quoted: false };
  if (/[.`]\s*\w*$/.test(before)) return null;
  const name = NAME.exec(before);
  return name ? { kind: "path", path: [], typed: name[1] ?? "", quoted: false } : null;
}

/** Whether a text begins before the cursor and has not ended; texts of one line. */
function openText(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const rest = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, "");
  return /["']/.test(rest);
}

/** The names of a path; indexes and filters lead to the entries, which have the same keys. */
function pathOf(match: RegExpExecArray): string[] {
  const names = [match[1] ?? ""];
  for (const [, plain, ticked, quoted] of (match[2] ?? "").matchAll(
    /\.\s*([A-Za-z_][\w-]*)|`([^`\n]*)`|\[\s*["']([^"'\n]*)["']\s*\]/g,
  )) {
    const name = plain ?? ticked ?? quoted;
    if (name !== undefined) names.push(name);
  }
  return names;
}
