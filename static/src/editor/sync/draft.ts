/** Keep what is typed: at once in this browser, and shortly after as the person's draft on the server. */
import { errorText, putJson } from "../../shared/api";
import { kept } from "../model/history";
import { equal, type Plan } from "../model/plan";
import type { EditorProps } from "../props";
import { type EditorStore, planOf } from "../store";
import { keepLocal, type Local, recallLocal } from "./local";

const LOCAL_PAUSE = 60;
const SERVER_PAUSE = 700;
const AGAIN = 4000;

export function localKey(props: EditorProps): string {
  return `${props.organization}/${props.slug}/${props.person.username}`;
}

export type Start = { plan: Plan; local: Local | null; versionNumber: number; source: string | null };

/**
 * Where the editor begins: with what this browser kept if the server does not know it yet, else with the person's
 * draft, else with the newest version. The history comes along if it fits.
 */
export async function whereToBegin(props: EditorProps): Promise<Start> {
  const local = await recallLocal(localKey(props));
  const { draft } = props;
  const onServer: Start = draft
    ? {
        plan: draft.document,
        local: null,
        versionNumber: draft.beganFromVersionNumber ?? props.versionNumber,
        source: draft.source || null,
      }
    : { plan: props.document, local: null, versionNumber: props.versionNumber, source: null };
  if (!local) return onServer;
  const fromLocal = { plan: local.plan, local, versionNumber: local.versionNumber, source: local.source };
  if (equal(local.plan, onServer.plan)) return { ...onServer, local };
  const newer = draft === null || local.at > Date.parse(draft.updatedAt);
  // What the server had once, and has no more, was saved or thrown away in another window.
  return !local.onServer && newer ? fromLocal : onServer;
}

/** Start keeping; gives the way to stop. */
export function startKeeping(store: EditorStore): () => void {
  const { props } = store;
  let known = planOf(store.get());
  // The text may change alone: a comment, or a line that can't be read yet.
  let knownSource = store.get().source;
  let knownBase = store.get().base;
  let localTimer = 0;
  let serverTimer = 0;

  const keepHere = (onServer: boolean) => {
    const { history, source, notation, base } = store.get();
    const local: Local = {
      plan: history.plan,
      history: kept(history),
      source,
      notation,
      versionNumber: base.versionNumber,
      at: Date.now(),
      onServer,
    };
    return keepLocal(localKey(props), local);
  };
  const body = () => {
    const { history, source, base } = store.get();
    return { document: history.plan, source, beganFromVersionNumber: base.versionNumber };
  };
  const keepThere = async () => {
    const plan = planOf(store.get());
    const { source } = store.get();
    try {
      await putJson(props.urls.draft, body());
    } catch (error) {
      store.set({ keeping: "local", keepingProblem: errorText(error) });
      serverTimer = window.setTimeout(() => void keepThere(), AGAIN);
      return;
    }
    if (planOf(store.get()) !== plan || store.get().source !== source) return;
    store.set({ keeping: "kept" });
    void keepHere(true);
  };
  const unsubscribe = store.subscribe(() => {
    const { base, source } = store.get();
    const plan = planOf(store.get());
    const saved = base !== knownBase && base.document === plan;
    knownBase = base;
    if (saved) {
      // The server has it as a version, and threw the draft away.
      known = plan;
      knownSource = source;
      window.clearTimeout(serverTimer);
      void keepHere(true);
      return;
    }
    if (plan === known && source === knownSource) return;
    known = plan;
    knownSource = source;
    window.clearTimeout(localTimer);
    window.clearTimeout(serverTimer);
    localTimer = window.setTimeout(() => void keepHere(false), LOCAL_PAUSE);
    store.set({ keeping: "keeping" });
    serverTimer = window.setTimeout(() => void keepThere(), SERVER_PAUSE);
  });
  const leave = () => {
    if (store.get().keeping === "kept") return;
    void keepHere(false);
    void putJson(props.urls.draft, body(), true).catch(() => undefined);
  };
  window.addEventListener("pagehide", leave);
  return () => {
    unsubscribe();
    window.removeEventListener("pagehide", leave);
    window.clearTimeout(localTimer);
    window.clearTimeout(serverTimer);
  };
}
