/** Entries of `dependsOn`: `a`, `a?`, `a:x`, `a?:x`. Pure. */

export type Entry = { readonly step: string; readonly awaitOnly: boolean; readonly action: string | null };

const GRAMMAR = /^([^:?\s]+)(\?)?(?::([^:?\s]+)(\?)?)?$/;

/** Null for a text that is no dependency. */
export function readEntry(text: string): Entry | null {
  const match = GRAMMAR.exec(text.trim());
  if (!match?.[1]) return null;
  const awaitOnly = match[2] !== undefined || match[4] !== undefined;
  return { step: match[1], awaitOnly, action: match[3] ?? null };
}

export function writeEntry({ step, awaitOnly, action }: Entry): string {
  return `${step}${awaitOnly ? "?" : ""}${action === null ? "" : `:${action}`}`;
}
