/** Data of earlier activities of the plan, and trying a text on them; the server evaluates. */
import { askJson, getJson } from "../../shared/api";
import type { Json } from "../model/plan";
import type { EditorStore } from "../store";
import type { RunData } from "./complete/roots";

export type Run = { id: string; title: string; status: string; startedAt: string; url: string };

/** `tree`: JSON with references; `reply`: JSONata over an answer. */
export type EvaluateLanguage = "jsonata" | "script" | "template" | "tree" | "reply";

export type Evaluated =
  | { value: Json }
  | { error: { message: string; line: number | null; column: number | null } };

type Kept = { list: Promise<readonly Run[]> | null; data: Map<string, Promise<RunData>> };

const runsOfPage = new WeakMap<EditorStore, Kept>();

/** The newest activities that the person may see; asked once a page, a failure is asked again. */
export function listRuns(store: EditorStore): Promise<readonly Run[]> {
  const kept = keptOf(store);
  kept.list ??= getJson<{ runs: Run[] }>(store.props.urls.runs).then(
    ({ runs }) => runs,
    (error: unknown) => {
      kept.list = null;
      throw error;
    },
  );
  return kept.list;
}

/** What an activity gave; asked once a page. */
export function dataOfRun(store: EditorStore, id: string): Promise<RunData> {
  const { data } = keptOf(store);
  const asked = data.get(id) ?? getJson<RunData>(store.props.urls.run.replace("{id}", id));
  data.set(id, asked);
  asked.catch(() => data.delete(id));
  return asked;
}

/** The value of a text on the data of a run, or why there is none. */
export function evaluate(
  store: EditorStore,
  language: EvaluateLanguage,
  text: string,
  data: Json,
): Promise<Evaluated> {
  return askJson(store.props.urls.evaluate, { language, text, data });
}

function keptOf(store: EditorStore): Kept {
  const kept = runsOfPage.get(store) ?? { list: null, data: new Map() };
  runsOfPage.set(store, kept);
  return kept;
}
