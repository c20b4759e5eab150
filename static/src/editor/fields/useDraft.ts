/** Texts that mean a value only when they are whole: what is typed stays, the plan gets it when it can be read. */
import { useReducer } from "react";
import { equal, type Json } from "../model/plan";
import { type EditorStore, useStore } from "../store";
import { idOf, type Scope, useScope } from "./scope";

/** What a text says: a value (undefined: nothing, the key goes), or why it can't be read. */
export type Parsed = { readonly value: Json | undefined } | { readonly problem: string };

export type Draft = {
  readonly text: string;
  readonly problem: string | null;
  readonly type: (text: string) => void;
};

type Typed = { readonly text: string; readonly value: Json | undefined; readonly problem: string | null };

// Kept beside the form: what can't be read yet is still there when the author comes back to the step.
const typedIn = new WeakMap<EditorStore, Map<string, Typed>>();

function draftsOf(store: EditorStore): Map<string, Typed> {
  const drafts = typedIn.get(store) ?? new Map<string, Typed>();
  typedIn.set(store, drafts);
  return drafts;
}

export function useDraft(
  field: string,
  value: Json | undefined,
  format: (value: Json | undefined) => string,
  parse: (text: string) => Parsed,
  set: (value: Json | undefined) => void,
): Draft {
  const store = useStore();
  const scope: Scope = useScope();
  const drafts = draftsOf(store);
  const name = `${scope ?? ""}/${idOf(scope, field)}`;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const typed = drafts.get(name);
  // The value changed under the text, by undo or elsewhere: the text is of the past.
  const current = typed && equal(typed.value, value) ? typed : null;
  const type = (text: string) => {
    const parsed = parse(text);
    const problem = "problem" in parsed ? parsed.problem : null;
    drafts.set(name, { text, value: "problem" in parsed ? value : parsed.value, problem });
    redraw();
    if (!("problem" in parsed)) set(parsed.value);
  };
  return { text: current?.text ?? format(value), problem: current?.problem ?? null, type };
}

/** JSON as an author reads it; nothing where nothing is written. */
export function formatJson(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** Read JSON; an empty text is nothing. */
export function parseJson(text: string): Parsed {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `This is not JSON yet: ${reason}. The plan keeps what it had.` };
  }
}

/** Read a number; an empty text is nothing. */
export function parseNumber(text: string): Parsed {
  if (text.trim() === "") return { value: undefined };
  const number = Number(text.trim().replace(",", "."));
  return Number.isFinite(number) ? { value: number } : { problem: "Write a number, such as 30 or 0.5." };
}
