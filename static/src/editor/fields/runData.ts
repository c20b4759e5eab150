/** What earlier activities of the plan gave: the newest ones, and the data of the one that is chosen. */
import { useEffect, useSyncExternalStore } from "react";
import { errorText } from "../../shared/api";
import type { RunData } from "../code/complete/roots";
import { dataOfRun, forgetRuns, listRuns, type Run } from "../code/evaluate";
import { type EditorStore, useStore } from "../store";

export type RunState =
  | { readonly kind: "loading" }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly why: string }
  | {
      readonly kind: "ready";
      readonly runs: readonly Run[];
      readonly chosen: string;
      readonly detail: RunData | null;
    };

/** One of these stands beside each editor; it asks the server when it is first looked at. */
class Runs {
  private state: RunState = { kind: "loading" };
  private asked = false;
  private readonly listeners = new Set<() => void>();
  private readonly store: EditorStore;

  constructor(store: EditorStore) {
    this.store = store;
  }

  get = (): RunState => this.state;

  /** The data of the run that is chosen; null while there is none. */
  detail = (): RunData | null => (this.state.kind === "ready" ? this.state.detail : null);

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Ask once; `again` asks anew, for activities that ran since. */
  load = async (again = false): Promise<void> => {
    if (this.asked && !again) return;
    this.asked = true;
    if (again) forgetRuns(this.store);
    try {
      const runs = await listRuns(this.store);
      const newest = runs[0];
      if (!newest) return this.set({ kind: "none" });
      this.set({ kind: "ready", runs, chosen: newest.id, detail: null });
      await this.choose(newest.id);
    } catch (error) {
      this.set({ kind: "failed", why: errorText(error) });
    }
  };

  choose = async (id: string): Promise<void> => {
    if (this.state.kind !== "ready") return;
    this.set({ kind: "ready", runs: this.state.runs, chosen: id, detail: null });
    try {
      const detail = await dataOfRun(this.store, id);
      if (this.state.kind === "ready" && this.state.chosen === id) this.set({ ...this.state, detail });
    } catch (error) {
      this.set({ kind: "failed", why: errorText(error) });
    }
  };

  private set(state: RunState): void {
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
}

const known = new WeakMap<EditorStore, Runs>();

export function runDataOf(store: EditorStore): Runs {
  const data = known.get(store) ?? new Runs(store);
  known.set(store, data);
  return data;
}

export function useRunData(): RunState & Pick<Runs, "load" | "choose"> {
  const data = runDataOf(useStore());
  useEffect(() => void data.load(), [data]);
  const state = useSyncExternalStore(data.subscribe, data.get, data.get);
  return { ...state, load: data.load, choose: data.choose };
}

/** The data of the run that is chosen; null while there is none. */
export function useRunDetail(): RunData | null {
  const state = useRunData();
  return state.kind === "ready" ? state.detail : null;
}
