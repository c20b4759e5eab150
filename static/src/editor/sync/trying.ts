/** Walk through the plan on the server: from the start each time, with all that the author has played so far. */
import { askJson, errorText, getJson } from "../../shared/api";
import type { JsonObject } from "../model/plan";
import { EMPTY_SETUP, mocksOf, type Setup, type Walk, withAnswer } from "../model/walk";
import { type EditorStore, planOf } from "../store";
import type { CasesRun } from "../trying";

/** Begin anew with these inputs and documents; what was decided before is forgotten. */
export function startWalk(
  store: EditorStore,
  inputs: JsonObject,
  documents: readonly string[],
): Promise<void> {
  return walkOn(store, { ...EMPTY_SETUP, inputs, documents, until: store.get().trying.setup.until }, 1);
}

/** Play a person's decision. */
export function decide(store: EditorStore, step: string, action: string, result: JsonObject): Promise<void> {
  const { setup, walk } = store.get().trying;
  return walkOn(
    store,
    withAnswer(setup, step, { outcome: "success", action, result }),
    walk?.frames.length ?? 0,
  );
}

/** Play what a step would give: `returns` as a mock has it. */
export function answer(
  store: EditorStore,
  step: string,
  returns: JsonObject,
  document?: string,
): Promise<void> {
  const { setup, walk } = store.get().trying;
  return walkOn(store, withAnswer(setup, step, returns, document), walk?.frames.length ?? 0);
}

/** Let hours pass while people are waited for: what falls due, happens. */
export function letPass(store: EditorStore, hours: number): Promise<void> {
  const { setup, walk } = store.get().trying;
  return walkOn(store, { ...setup, hours: setup.hours + hours }, walk?.frames.length ?? 0);
}

/** Show more frames, or fewer. */
export function showFrames(store: EditorStore, count: number): void {
  const { trying } = store.get();
  const last = trying.walk?.frames.length ?? 0;
  store.set({ trying: { ...trying, shown: Math.max(0, Math.min(last, count)) } });
}

/** Draw what the test cases cover, or the walk again. */
export function showCoverage(store: EditorStore, coverage: boolean): void {
  store.set({ trying: { ...store.get().trying, coverage } });
}

export async function runCases(store: EditorStore): Promise<void> {
  const { trying } = store.get();
  store.set({ trying: { ...trying, busy: true, problem: null } });
  try {
    const cases = await askJson<CasesRun>(store.props.urls.cases, { document: planOf(store.get()) });
    store.set({ trying: { ...store.get().trying, busy: false, cases, coverage: true } });
  } catch (error) {
    store.set({ trying: { ...store.get().trying, busy: false, problem: errorText(error) } });
  }
}

/** Open the pane to walk up to a step. */
export function tryUpTo(store: EditorStore, slug: string): void {
  const { trying } = store.get();
  store.set({ bottom: "try", trying: { ...trying, setup: { ...trying.setup, until: slug } } });
}

type Run = { id: string };
type RunData = { inputs: JsonObject; documents: string[]; steps: JsonObject };

/** Run one step by itself on what the other steps gave in the last run; without a run, on nothing. */
export async function tryAlone(store: EditorStore, slug: string): Promise<void> {
  const { urls } = store.props;
  const before = store.get().trying;
  store.set({ bottom: "try", trying: { ...before, busy: true, problem: null } });
  try {
    const { runs } = await getJson<{ runs: Run[] }>(urls.runs);
    const last = runs[0];
    const data = last ? await getJson<RunData>(urls.run.replace("{id}", last.id)) : null;
    const plan = planOf(store.get());
    const setup = { ...EMPTY_SETUP, inputs: data?.inputs ?? {}, documents: data?.documents ?? [] };
    const walk = await askJson<Walk>(urls.tryOut, {
      document: plan,
      inputs: setup.inputs,
      documents: setup.documents,
      mocks: mocksOf(plan, setup),
      only: slug,
      data: { steps: data?.steps ?? {} },
    });
    store.set({
      trying: { ...before, setup, walk, shown: walk.frames.length, busy: false, coverage: false },
    });
  } catch (error) {
    store.set({ trying: { ...store.get().trying, busy: false, problem: errorText(error) } });
  }
}

async function walkOn(store: EditorStore, setup: Setup, shown: number): Promise<void> {
  const before = store.get().trying;
  store.set({ trying: { ...before, setup, busy: true, problem: null } });
  const plan = planOf(store.get());
  const body = {
    document: plan,
    inputs: setup.inputs,
    documents: setup.documents,
    mocks: mocksOf(plan, setup),
    clock: { until: `+PT${setup.hours}H` },
    ...(setup.until !== null && { until: setup.until }),
  };
  try {
    const walk = await askJson<Walk>(store.props.urls.tryOut, body);
    const refused = walk.status === null ? refusal(walk) : null;
    store.set({
      trying: { ...store.get().trying, walk, shown, busy: false, problem: refused, coverage: false },
    });
  } catch (error) {
    store.set({ trying: { ...store.get().trying, busy: false, problem: errorText(error) } });
  }
}

function refusal(walk: Walk): string {
  const first = walk.findings.find((finding) => finding.severity === "error");
  return first ? `The plan does not start: ${first.message}` : "The plan does not start.";
}
