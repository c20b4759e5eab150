/** How a text of each language writes what it refers to: pure. */
import type { CodeLanguage } from "./types";

const PLAIN = /^[A-Za-z_]\w*$/;
const WORDS: ReadonlySet<string> = new Set(["and", "or", "in", "true", "false", "null", "function"]);

/** A path such as ["steps", "finance-approval", "result", 0], written so that the language reads it. */
export function writePath(language: CodeLanguage, path: readonly (string | number)[]): string {
  return path.map((key, index) => (index === 0 ? String(key) : writeKey(language, key))).join("");
}

/** A path ready to be put into a text of the language: `{{ … }}` around it in templates. */
export function writeReference(language: CodeLanguage, path: readonly (string | number)[]): string {
  const written = writePath(language, path);
  return language === "template" || language === "text" ? `{{ ${written} }}` : written;
}

/** A key behind something, with its dot or brackets. */
export function writeKey(language: CodeLanguage, key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  switch (language) {
    case "jsonata":
      return PLAIN.test(key) && !WORDS.has(key) ? `.${key}` : `.\`${key}\``;
    case "javascript":
    case "json":
    case "yaml":
      return PLAIN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    case "template":
    case "text":
      return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** The language of a value in a map of requests: a text with `{{` in it is a template, else it is JSONata. */
export function languageOfValue(text: string): "template" | "jsonata" {
  return text.includes("{{") ? "template" : "jsonata";
}
