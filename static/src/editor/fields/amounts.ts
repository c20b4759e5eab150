/** Amounts of quorum, rejection and tolerated failures: a count, a share, or a word. Pure. */
import type { Json } from "../model/plan";

export type Amount =
  | { readonly kind: "none" }
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "count"; readonly text: string }
  | { readonly kind: "percent"; readonly text: string };

/** What a value says; a text that is neither a share nor the word is kept as a count that can't be read. */
export function readAmount(value: Json | undefined, word: string | null): Amount {
  if (value === undefined || value === null) return { kind: "none" };
  if (value === word && word !== null) return { kind: "word", word };
  const text = String(value);
  return text.endsWith("%") ? { kind: "percent", text: text.slice(0, -1) } : { kind: "count", text };
}

/** The value of an amount; a number that is none yet stays a text, and the checker says so. */
export function writeAmount(amount: Amount): Json | undefined {
  switch (amount.kind) {
    case "none":
      return undefined;
    case "word":
      return amount.word;
    case "percent":
      return `${amount.text}%`;
    case "count":
      return /^\d+$/.test(amount.text) ? Number(amount.text) : amount.text;
    default: {
      const _: never = amount;
      return _;
    }
  }
}

/** The word beside counts and shares that a schema knows: `all`, `first`. */
export function wordOf(alternatives: readonly { readonly const?: Json }[] | undefined): string | null {
  const found = (alternatives ?? []).find((each) => typeof each.const === "string");
  return typeof found?.const === "string" ? found.const : null;
}
