/** What a text may read or call, as a tree of entries; values of a run become entries too. Pure. */
import { isObject, type Json } from "../../model/plan";

export type EntryKind = "input" | "step" | "key" | "value" | "function" | "global" | "keyword";

/** A text that something is compared with, or that a call takes. */
export type Choice = { readonly value: string; readonly detail: string };

export type Entry = {
  readonly name: string;
  readonly kind: EntryKind;
  /** Few words beside the name: its type, or what it holds. */
  readonly detail: string;
  /** One sentence. */
  readonly help?: string;
  /** The heading it stands under. */
  readonly section?: string;
  readonly children?: () => readonly Entry[];
  /** What it can be equal to. */
  readonly values?: readonly Choice[];
  /** What a call takes, by the texts given before. */
  readonly takes?: (given: readonly string[]) => readonly Choice[];
};

const LONGEST = 40;

/** The keys of a value of a run; of a list the keys of its first entry, as JSONata reads them. */
export function entriesOf(value: Json | undefined): readonly Entry[] {
  const read = Array.isArray(value) ? value.find(isObject) : value;
  if (!isObject(read)) return [];
  return Object.entries(read).map(([name, inner]) => ({
    name,
    kind: "key" as const,
    detail: briefly(inner),
    children: () => entriesOf(inner),
  }));
}

/** A value in a few words: the value itself where it is short. */
export function briefly(value: Json): string {
  if (Array.isArray(value)) return value.length === 1 ? "list of 1" : `list of ${value.length}`;
  if (isObject(value)) return "object";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The first of each name, in order. */
export function firstOfEach(entries: readonly Entry[]): Entry[] {
  const found = new Map<string, Entry>();
  for (const entry of entries) if (!found.has(entry.name)) found.set(entry.name, entry);
  return [...found.values()];
}
