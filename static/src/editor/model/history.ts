/** Undo and redo without end: each entry keeps the edits there and back. Pure. */
import { apply, diff, type Edit } from "./patch";
import type { Plan } from "./plan";

export type Entry = {
  /** What was done, as a verb with its object: "Add step", "Connect triage to review". */
  readonly label: string;
  readonly undo: readonly Edit[];
  readonly redo: readonly Edit[];
  /** Entries with the same key, one after the other, are one entry: a word typed is undone as a word. */
  readonly merge: string | null;
};

export type History = {
  readonly plan: Plan;
  readonly past: readonly Entry[];
  readonly future: readonly Entry[];
};

export function begin(plan: Plan): History {
  return { plan, past: [], future: [] };
}

/** Go on to `next`; the same history if nothing changed. What was undone is gone then. */
export function push(history: History, label: string, next: Plan, merge: string | null = null): History {
  const redo = diff(history.plan, next);
  if (redo.length === 0) return history;
  const last = history.past.at(-1);
  if (last && merge !== null && last.merge === merge && history.future.length === 0) {
    const start = apply(history.plan, last.undo);
    const undo = diff(next, start);
    const joined = { label, undo, redo: diff(start, next), merge };
    const past = history.past.slice(0, -1);
    return { plan: next, past: undo.length === 0 ? past : [...past, joined], future: [] };
  }
  const entry = { label, undo: diff(next, history.plan), redo, merge };
  return { plan: next, past: [...history.past, entry], future: [] };
}

/** Take the last entry back; the same history if there is none. */
export function undo(history: History): History {
  const entry = history.past.at(-1);
  if (!entry) return history;
  const sealed = { ...entry, merge: null };
  return {
    plan: apply(history.plan, entry.undo),
    past: history.past.slice(0, -1),
    future: [sealed, ...history.future],
  };
}

/** Do again what was undone last. */
export function redo(history: History): History {
  const entry = history.future[0];
  if (!entry) return history;
  return {
    plan: apply(history.plan, entry.redo),
    past: [...history.past, entry],
    future: history.future.slice(1),
  };
}

/** What is kept across a reload: the entries alone, the plan comes with the draft. */
export type Kept = { readonly past: readonly Entry[]; readonly future: readonly Entry[] };

export function kept(history: History): Kept {
  return { past: history.past, future: history.future };
}
