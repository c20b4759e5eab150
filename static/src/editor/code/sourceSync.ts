/** The plan as a text, both ways: what is typed becomes the plan, what changes elsewhere is written into the text. */
import { askJson } from "../../shared/api";
import { replacePlan } from "../commands/replacePlan";
import type { Look } from "../model/look";
import { without } from "../model/patch";
import { equal, type Plan } from "../model/plan";
import type { Notation } from "../props";
import { type EditorStore, planOf } from "../store";
import { mergeApart } from "./mergeApart";
import { reuse } from "./reuse";

/** First and last line of each step, from 1, by slug. */
export type Lines = Readonly<Record<string, readonly [number, number]>>;

export type Problem = { readonly message: string; readonly line: number; readonly column: number };

export type Looked = { problem: Problem } | (Look & { problem?: undefined; document: Plan; lines?: Lines });

export type Patched = { source: string; lines: Lines };

/** What the server is asked; another one in tests. */
export type Asking = {
  look: (source: string, notation: Notation) => Promise<Looked>;
  patch: (document: Plan, source: string, notation: Notation) => Promise<Patched>;
};

export type SourceView = {
  readonly text: string;
  readonly notation: Notation;
  readonly lines: Lines;
  /** Why the text can't be read; the plan stays as it was last. */
  readonly problem: Problem | null;
  /** opening, as it stands; typed and not read yet; the text and the plan went different ways; no server. */
  readonly state: "opening" | "even" | "typed" | "split" | "offline";
};

/** Waits before the text is read, and before it is written. */
export type Pauses = { readonly read: number; readonly write: number; readonly again: number };

const PAUSES: Pauses = { read: 300, write: 150, again: 3000 };

export class SourceSync {
  private view: SourceView;
  private readonly listeners = new Set<() => void>();
  /** The plan that the text says; null where nobody knows. */
  private even: Plan | null = null;
  /** Of a split: what the text says. */
  private read: (Looked & { problem?: undefined }) | null = null;
  /** The notation that the plan is kept in, and its text; the other notation is a view of it. */
  private readonly own: { notation: Notation; text: string };
  /** The last text that could be read: what is patched instead of one that can't. */
  private good: string;
  private session = 1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private applying = false;
  private begun = false;

  constructor(
    private readonly store: EditorStore,
    private readonly asking: Asking = askingOf(store),
    private readonly pauses: Pauses = PAUSES,
  ) {
    const { source } = store.get();
    const notation = source === "" ? store.props.notation : notationOf(source);
    this.own = {
      notation: store.props.notation,
      text: notation === store.props.notation ? source : store.props.source,
    };
    this.good = notation === store.props.notation ? store.props.source : "";
    this.view = { text: source, notation, lines: {}, problem: null, state: "opening" };
    store.subscribe(this.onStore);
  }

  get = (): SourceView => this.view;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begin, the first time that the text is shown. */
  open(): void {
    if (this.begun) return;
    this.begun = true;
    void (this.view.text === "" ? this.write(false) : this.firstRead());
  }

  /** Take what is typed; the plan follows when it can be read. */
  type(text: string): void {
    this.read = null;
    this.set({ text, state: "typed" });
    this.keep();
    this.later(this.pauses.read, () => this.readText());
  }

  /** End a session of typing: what is typed next is an entry of the history of its own. */
  seal = (): void => {
    this.session += 1;
  };

  /** Show the plan in the other notation; what could not be read is thrown away, the plan stays. */
  async show(notation: Notation): Promise<void> {
    if (notation === this.view.notation) return;
    this.seal();
    const source = notation === this.own.notation ? this.own.text : "";
    this.good = source;
    this.set({ text: source, notation, problem: null, lines: {}, state: "opening" });
    this.store.set({ source: this.own.text, notation: this.own.notation });
    await this.write(false);
  }

  /** Of a split: let the text be the plan. */
  takeText(): void {
    const { read } = this;
    if (read) this.apply(read);
  }

  /** Of a split, or of a text that can't be read: write the text from the plan. */
  takePlan(): Promise<void> {
    return this.write(true);
  }

  /** Whether something is typed that is no part of the plan, as it can't be read. */
  unread = (): boolean => this.view.problem !== null;

  /** The text that belongs to the plan as it is now: never one that can't be read, its comments would be lost. */
  async toSave(): Promise<{ source: string; notation: Notation }> {
    const { source, notation } = this.store.get();
    const first = { source: this.store.props.source, notation: this.store.props.notation };
    if (!this.begun) {
      if (source === "" || source === first.source) return first;
      const looked = await this.asking.look(source, notationOf(source));
      return looked.problem ? first : { source, notation };
    }
    if (this.view.notation !== this.own.notation)
      return { source: this.own.text, notation: this.own.notation };
    return { source: this.good, notation: this.own.notation };
  }

  private readonly onStore = (): void => {
    const plan = planOf(this.store.get());
    if (this.applying || !this.begun || plan === this.even || this.view.state !== "even") return;
    this.seal();
    this.later(this.pauses.write, () => this.write(true));
  };

  /** The text as it was left: it may be of another plan, and broken. */
  private async firstRead(): Promise<void> {
    const { text, notation } = this.view;
    const plan = planOf(this.store.get());
    const looked = await this.ask(
      () => this.asking.look(text, notation),
      () => this.firstRead(),
    );
    if (looked === null || this.view.text !== text || this.view.notation !== notation) return;
    if (looked.problem) return this.set({ problem: looked.problem, state: "typed" });
    if (!sameMeaning(looked.document, plan)) return this.write(false);
    this.even = plan;
    this.good = text;
    this.set({ lines: looked.lines ?? {}, problem: null, state: "even" });
    this.onStore();
  }

  private async readText(): Promise<void> {
    const { text, notation } = this.view;
    const looked = await this.ask(
      () => this.asking.look(text, notation),
      () => this.readText(),
    );
    if (looked === null || this.view.text !== text || this.view.notation !== notation) return;
    if (looked.problem) return this.set({ problem: looked.problem, state: "typed" });
    const plan = planOf(this.store.get());
    if (plan === this.even || sameMeaning(looked.document, plan)) return this.apply(looked);
    const said = replacePlan(this.even ?? plan, looked.document);
    const both = this.even && mergeApart(this.even, said, plan);
    if (both) return this.applyBoth(both, said);
    this.read = looked;
    this.set({ problem: null, lines: looked.lines ?? {}, state: "split" });
  }

  private apply(looked: Looked & { problem?: undefined }): void {
    const { document, lines, findings, graph, uuids } = looked;
    this.applying = true;
    this.store.do(
      "Edit source",
      (plan) => replacePlan(plan, reuse(plan, document)),
      `source:${this.session}`,
    );
    this.even = planOf(this.store.get());
    this.store.set({ look: { findings, graph, uuids }, lookedAt: this.even });
    this.applying = false;
    this.good = this.view.text;
    this.read = null;
    this.set({ problem: null, lines: lines ?? {}, state: "even" });
    this.keep();
  }

  /** Text and plan changed in different places: the plan gets both, then the text does. */
  private applyBoth(both: Plan, said: Plan): Promise<void> {
    this.applying = true;
    this.store.do("Edit source", (plan) => reuse(plan, both), `source:${this.session}`);
    this.applying = false;
    this.good = this.view.text;
    // What is typed while the text is written is compared with what the text says, not with the plan.
    this.even = said;
    this.set({ problem: null });
    return this.write(true);
  }

  /** Write the plan into the text; `kept` where that is worth a draft. */
  private async write(kept: boolean): Promise<void> {
    const { text, notation } = this.view;
    const plan = planOf(this.store.get());
    const source = this.view.problem || this.view.state === "split" ? this.good : text;
    const patched = await this.ask(
      () => this.asking.patch(plan, source, notation),
      () => this.write(kept),
    );
    // What was typed meanwhile is read first: then it shows that both changed.
    if (patched === null || this.view.text !== text || this.view.notation !== notation) return;
    this.even = plan;
    this.good = patched.source;
    this.read = null;
    this.set({ text: patched.source, lines: patched.lines, problem: null, state: "even" });
    if (kept) this.keep();
    this.onStore();
  }

  /** In the plan's own notation the text is kept with it; in the other one only while it can't be read. */
  private keep(): void {
    const { text, notation, state } = this.view;
    if (notation === this.own.notation) this.own.text = text;
    const shown = notation === this.own.notation || state !== "even";
    const source = shown ? text : this.own.text;
    this.store.set({ source, notation: shown ? notation : this.own.notation });
  }

  /** Null where the server can't be reached: it is asked again after a while. */
  private async ask<Answer>(ask: () => Promise<Answer>, again: () => Promise<void>): Promise<Answer | null> {
    try {
      return await ask();
    } catch {
      this.set({ state: "offline" });
      this.later(this.pauses.again, again);
      return null;
    }
  }

  private later(pause: number, run: () => Promise<void>): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void run(), pause);
  }

  private set(change: Partial<SourceView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of [...this.listeners]) listener();
  }
}

const syncs = new WeakMap<EditorStore, SourceSync>();

/** The one of the page: it remembers what was typed while the pane is shut. */
export function sourceSyncOf(store: EditorStore): SourceSync {
  const sync = syncs.get(store) ?? new SourceSync(store);
  syncs.set(store, sync);
  return sync;
}

/** How a text seems to be written. */
export function notationOf(text: string): Notation {
  return /^\s*[{[]/.test(text) ? "json" : "yaml";
}

/** A text may leave out where steps are drawn. */
function sameMeaning(read: Plan, plan: Plan): boolean {
  return equal(read, plan) || (read.layout === undefined && equal(read, without(plan, "layout")));
}

function askingOf(store: EditorStore): Asking {
  const { urls } = store.props;
  return {
    look: (source, notation) => askJson(urls.look, { source, notation }),
    patch: (document, source, notation) => askJson(urls.source, { document, source, notation }),
  };
}
