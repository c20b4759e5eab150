/** Data of earlier activities of the plan, and trying a text on them; the server evaluates. */
import { askJson, getJson } from "../../shared/api";
import { isObject, type Json, type JsonObject } from "../model/plan";
import type { EditorStore } from "../store";
import type { RunData } from "./complete/roots";

export type Run = { id: string; title: string; status: string; startedAt: string; url: string };

/** `tree`: JSON with references; `reply`: JSONata over an answer; `title`: of activities. */
export type EvaluateLanguage = "jsonata" | "script" | "template" | "title" | "tree" | "reply";

export type Remark = { message: string; line: number | null; column: number | null };

export type LogLine = { level: string; text: string };

/** `hasValue` is false where an expression gives nothing at all. */
export type Evaluated =
  | { value: Json; hasValue: boolean; warnings?: Remark[]; logs?: LogLine[]; error?: undefined }
  | { error: Remark; logs?: LogLine[] };

type Kept = {
  list: Promise<readonly Run[]> | null;
  readonly data: Map<string, Promise<RunData>>;
  newest: RunData | null;
  newestAsked: boolean;
};

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

/** Ask anew at the next call: activities ran since. */
export function forgetRuns(store: EditorStore): void {
  runsOfPage.delete(store);
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

/** What the newest activity gave, as far as it is known here; it is asked for, so that it is known soon. */
export function newestData(store: EditorStore): RunData | null {
  const kept = keptOf(store);
  if (!kept.newestAsked) {
    kept.newestAsked = true;
    void listRuns(store)
      .then(async ([newest]) => {
        if (newest) kept.newest = await dataOfRun(store, newest.id);
      })
      .catch(() => {
        kept.newestAsked = false;
      });
  }
  return kept.newest;
}

/** What a text of a step is tried on: all that others gave; for a text over an answer, the answer. */
export function dataFor(run: RunData | null, slug: string | null): JsonObject {
  const { inputs, variables, documents, steps } = run ?? EMPTY;
  const others = Object.entries(steps).filter(([name]) => name !== slug);
  return {
    inputs,
    variables,
    documents,
    steps: Object.fromEntries(others) as JsonObject,
    reply: replyOf(slug === null ? null : (steps[slug]?.result ?? null)),
  };
}

/** The root of an output mapping: the body of a bridge's answer with its status, or what a model replied. */
function replyOf(result: Json): Json {
  if (!isObject(result) || !Object.hasOwn(result, "_body")) return result;
  const body = result._body ?? null;
  return { ...(isObject(body) ? body : {}), _statusCode: result._statusCode ?? null, _body: body };
}

const EMPTY: RunData = { inputs: {}, variables: {}, documents: [], steps: {} };

function keptOf(store: EditorStore): Kept {
  const kept = runsOfPage.get(store) ?? { list: null, data: new Map(), newest: null, newestAsked: false };
  runsOfPage.set(store, kept);
  return kept;
}
