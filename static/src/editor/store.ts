/** The one store of the editor: plan, history, selection, what the server sees. React holds no plan. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Point } from "../canvas/graph";
import type { Catalog } from "./model/catalog";
import { begin, type History, type Kept, push, redo, undo } from "./model/history";
import { type Look, NOTHING_SEEN } from "./model/look";
import { findStep, type Plan } from "./model/plan";
import type { EditorProps, Notation } from "./props";
import { NOT_TRYING, type Trying } from "./trying";

/** An edge is named as edgeId() names it. */
export type Selection = { readonly steps: readonly string[]; readonly edge: string | null };

/** Where the version stands that the plan here began from. */
export type Base = {
  readonly versionNumber: number;
  readonly changeSequence: number;
  readonly document: Plan;
};

export type Person = {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly at: string | null;
};

/** kept: the draft is on the server; local: only in this browser, the server can't be reached. */
export type Keeping = "kept" | "keeping" | "local";

export type State = {
  readonly history: History;
  readonly base: Base;
  readonly look: Look;
  /** The plan that `look` is of; another one than the present while the server looks. */
  readonly lookedAt: Plan | null;
  /** Why the server could not look at the plan; null while it can. */
  readonly lookProblem: string | null;
  readonly catalog: Catalog | null;
  readonly selection: Selection;
  /** Where steps without a place of the author's are drawn. */
  readonly places: Readonly<Record<string, Point>>;
  /** The field that a finding led to: its wire path, and a count that makes the same path new again. */
  readonly wanted: { readonly field: string; readonly count: number } | null;
  readonly left: "palette" | "outline" | "findings";
  readonly bottom: "source" | "try" | null;
  readonly dialog: Dialog | null;
  readonly trying: Trying;
  readonly source: string;
  readonly notation: Notation;
  readonly keeping: Keeping;
  /** Why the server does not have the draft, while it is only in this browser. */
  readonly keepingProblem: string;
  readonly people: readonly Person[];
  readonly publishedVersionNumber: number | null;
  /** Announced to screen readers, and shown for a moment. */
  readonly said: { readonly text: string; readonly count: number };
};

/** Dialogs over the whole editor. */
export type Dialog = {
  readonly kind: "save" | "merge" | "settings" | "versions" | "add" | "search" | "connect" | "field";
};

export class EditorStore {
  readonly props: EditorProps;
  private state: State;
  private readonly listeners = new Set<() => void>();

  constructor(props: EditorProps, plan: Plan, history?: Kept) {
    this.props = props;
    this.state = {
      history: history ? { plan, ...history } : begin(plan),
      base: {
        versionNumber: props.versionNumber,
        changeSequence: props.changeSequence,
        document: props.document,
      },
      look: NOTHING_SEEN,
      lookedAt: null,
      lookProblem: null,
      catalog: null,
      selection: { steps: [], edge: null },
      places: {},
      wanted: null,
      left: "palette",
      bottom: null,
      dialog: null,
      trying: NOT_TRYING,
      source: props.source,
      notation: props.notation,
      keeping: "kept",
      keepingProblem: "",
      people: [],
      publishedVersionNumber: props.publishedVersionNumber,
      said: { text: "", count: 0 },
    };
  }

  get = (): State => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Change what is no part of the plan. */
  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  /** Carry a command out: the one way to change the plan. Entries with the same `merge` become one. */
  do(label: string, command: (plan: Plan) => Plan, merge: string | null = null): void {
    const history = push(this.state.history, label, command(this.state.history.plan), merge);
    if (history !== this.state.history) this.set({ history });
  }

  undo = (): void => this.turn(undo(this.state.history), "Undone", this.state.history.past.at(-1)?.label);

  redo = (): void => this.turn(redo(this.state.history), "Done again", this.state.history.future[0]?.label);

  select(steps: readonly string[], edge: string | null = null): void {
    const { selection } = this.state;
    if (selection.edge === edge && sameList(selection.steps, steps)) return;
    this.set({ selection: { steps, edge } });
  }

  say(text: string): void {
    this.set({ said: { text, count: this.state.said.count + 1 } });
  }

  /** Select a step and lead to a field of it. */
  goTo(step: string | null, field: string | null): void {
    this.select(step === null ? [] : [step]);
    if (step === null) this.set({ dialog: { kind: "settings" } });
    this.set({ wanted: field === null ? null : { field, count: (this.state.wanted?.count ?? 0) + 1 } });
  }

  private turn(history: History, word: string, label: string | undefined): void {
    if (label === undefined) return;
    const steps = this.state.selection.steps.filter((slug) => findStep(history.plan, slug) !== null);
    this.set({ history, selection: { steps, edge: null } });
    this.say(`${word}: ${label}`);
  }
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((entry, index) => entry === right[index]);
}

export const StoreContext = createContext<EditorStore | null>(null);

export function useStore(): EditorStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error("useStore needs the editor around it");
  return store;
}

/** Read from the store; the selector gives the same object as long as nothing that it reads changed. */
export function useEditor<Value>(selector: (state: State) => Value): Value {
  const store = useStore();
  const read = () => selector(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}

export const planOf = (state: State): Plan => state.history.plan;
