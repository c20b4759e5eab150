/** A walk through the plan: what the author plays, what came of it, and how far it is shown. Pure. */
import type { Looks, StepLook } from "../../canvas/graph";
import type { StepStatus, WaitingOn } from "../../shared/statuses";
import { isObject, type Json, type JsonObject, type Plan, stepsOf } from "./plan";

/** What the author gives the walk; `mocks` are the decisions and answers, tried before those of the plan. */
export type Setup = {
  readonly inputs: JsonObject;
  readonly documents: readonly string[];
  readonly mocks: readonly JsonObject[];
  /** Hours that may pass while people are waited for. */
  readonly hours: number;
  /** The walk ends after this step. */
  readonly until: string | null;
};

export type Frame = {
  readonly seq: number;
  readonly step: string | null;
  readonly words: string;
  readonly changes: Readonly<Record<string, Partial<StepLook> & { status: StepStatus }>>;
};

export type Waiting = {
  readonly step: string;
  readonly kind: string;
  readonly actions: readonly { readonly slug: string; readonly label: string; readonly offered: boolean }[];
  readonly due?: string | null;
};

export type Missing = {
  readonly step: string;
  readonly kind: string;
  readonly input: Json;
  readonly why: string;
  readonly document?: string;
};

export type Walk = {
  readonly status: string | null;
  readonly outcome: string | null;
  readonly output: Json;
  readonly error: Json;
  readonly steps: Readonly<
    Record<string, { status: StepStatus; action: string | null; result: Json; error: Json; why?: string }>
  >;
  readonly findings: readonly { severity: string; message: string }[];
  readonly frames: readonly Frame[];
  readonly waiting: readonly Waiting[];
  readonly missing: readonly Missing[];
  readonly covered: { readonly steps: readonly string[]; readonly edges: readonly string[] };
};

export const EMPTY_SETUP: Setup = { inputs: {}, documents: [], mocks: [], hours: 0, until: null };

/** How the steps look when the first `count` frames have been shown. */
export function looksAt(plan: Plan, walk: Walk, count: number): Looks {
  const looks: Record<string, StepLook> = {};
  for (const { slug } of stepsOf(plan)) looks[slug] = UNTOUCHED;
  for (const frame of walk.frames.slice(0, count)) {
    for (const [slug, change] of Object.entries(frame.changes)) {
      const before = looks[slug];
      if (before) looks[slug] = { ...before, waitingOn: null, ...change };
    }
  }
  return looks;
}

/** Steps that some test case ran are drawn as completed, the others as not taken. */
export function coveredLooks(plan: Plan, steps: ReadonlySet<string>): Looks {
  const look = (slug: string): StepLook => (steps.has(slug) ? COVERED : UNCOVERED);
  return Object.fromEntries(stepsOf(plan).map(({ slug }) => [slug, look(slug)]));
}

const UNTOUCHED: StepLook = {
  status: "PENDING",
  waitingOn: null as WaitingOn | null,
  action: null,
  blocked: false,
  startedAt: null,
  finishedAt: null,
  documents: null,
};

const COVERED: StepLook = { ...UNTOUCHED, status: "COMPLETED" };
const UNCOVERED: StepLook = { ...UNTOUCHED, status: "NOT_TAKEN" };

/** The mocks of a walk: what the author plays first, then the plan's own. */
export function mocksOf(plan: Plan, setup: Setup): Json[] {
  const own = isObject(plan.test) && Array.isArray(plan.test.mocks) ? plan.test.mocks : [];
  return [...setup.mocks, ...own];
}

/** What a step is answered: it goes before earlier answers of the same step and document. */
export function withAnswer(setup: Setup, step: string, returns: JsonObject, document?: string): Setup {
  const about = document === undefined ? { step } : { step, document };
  const others = setup.mocks.filter((mock) => mock.step !== step || mock.document !== document);
  return { ...setup, mocks: [...others, { ...about, returns }] };
}

/** The walk as a test case: what was given, and what came of it. */
export function toCase(name: string, setup: Setup, walk: Walk): JsonObject {
  const steps = Object.entries(walk.steps).map(([slug, { status, action }]) => {
    return [slug, action === null ? { status } : { status, action }] as const;
  });
  const result: Record<string, Json> = { name };
  if (Object.keys(setup.inputs).length > 0) result.input = setup.inputs;
  if (setup.documents.length > 0) result.documents = setup.documents;
  if (setup.mocks.length > 0) result.mocks = setup.mocks;
  if (setup.hours > 0) result.clock = { until: `+PT${setup.hours}H` };
  result.status = walk.status;
  if (walk.outcome === "success") result.output = { outcome: "success", result: walk.output };
  result.steps = Object.fromEntries(steps);
  return result;
}

/** The plan with a case more; one of the same name is replaced. */
export function withCase(plan: Plan, added: JsonObject): Plan {
  const test = isObject(plan.test) ? plan.test : {};
  const cases = Array.isArray(test.cases) ? test.cases : [];
  const others = cases.filter((each) => !isObject(each) || each.name !== added.name);
  return { ...plan, test: { ...test, cases: [...others, added] } };
}
