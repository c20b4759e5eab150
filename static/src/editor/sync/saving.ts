/** Save a version: the rewrite of uuids first, the merge with what somebody else saved where it is needed. */
import { ApiError, askJson, getJson, postJson } from "../../shared/api";
import { sourceSyncOf } from "../code/sourceSync";
import { replacePlan } from "../commands/replacePlan";
import type { Json, Plan } from "../model/plan";
import { type EditorStore, planOf } from "../store";

export type Conflict = {
  readonly step: string | null;
  readonly path: readonly (string | number)[];
  readonly base: Json;
  readonly mine: Json;
  readonly theirs: Json;
};

export type Merge = {
  readonly document: Plan;
  readonly conflicts: readonly Conflict[];
  readonly theirs: {
    versionNumber: number;
    changeSequence: number;
    author: string;
    changes: readonly string[];
  };
  readonly mine: readonly string[];
};

/** stale: somebody else saved since; the merge shows what. */
export type Saved = { kind: "saved"; versionNumber: number; changed: boolean } | { kind: "stale" };

type Answer = { versionNumber: number; changeSequence: number; changed: boolean };

/** What saving would rewrite: sentences, and the document that would be saved. */
export function askRewrite(store: EditorStore): Promise<{ document: Plan; changes: string[] }> {
  return askJson(store.props.urls.rewrite, { document: planOf(store.get()) });
}

/** Save the plan as it is now; other failures than staleness are thrown. */
export async function save(store: EditorStore, note: string): Promise<Saved> {
  const { base } = store.get();
  const document = planOf(store.get());
  try {
    const { source, notation } = await sourceSyncOf(store).toSave();
    const { versionNumber, changeSequence } = base;
    const began = { changeSequence, beganFromVersionNumber: versionNumber };
    const body = { document, source, notation, note, ...began };
    const answer = await postJson<Answer>(store.props.urls.save, body);
    store.set({
      base: { versionNumber: answer.versionNumber, changeSequence: answer.changeSequence, document },
      keeping: "kept",
    });
    return { kind: "saved", versionNumber: answer.versionNumber, changed: answer.changed };
  } catch (error) {
    if (error instanceof ApiError && error.problem.code === "stale-change-sequence") return { kind: "stale" };
    throw error;
  }
}

/** What both sides did since the version that this plan began from; conflicts whose number is in `takeTheirs` go by theirs. */
export function askMerge(store: EditorStore, takeTheirs: readonly number[] = []): Promise<Merge> {
  const { base } = store.get();
  return askJson(store.props.urls.merge, {
    document: planOf(store.get()),
    beganFromVersionNumber: base.versionNumber,
    takeTheirs,
  });
}

/** Take a merged document in; from now on it stands upon their version. */
export async function takeMerge(store: EditorStore, merge: Merge): Promise<void> {
  const { versionNumber, changeSequence } = merge.theirs;
  const head = await getVersion(store, versionNumber);
  store.set({ base: { versionNumber, changeSequence, document: head } });
  store.do(`Merge with version ${versionNumber}`, (plan) => replacePlan(plan, merge.document));
}

/** The document of a version. */
export async function getVersion(store: EditorStore, number: number): Promise<Plan> {
  const url = store.props.urls.version.replace("{number}", String(number));
  return (await getJson<{ document: Plan }>(url)).document;
}
