/** Keep what a step gave as a mock of the plan's tests: it stands in for the step from then on. */
import { findStep, isObject, type Json, type JsonObject, type Plan, type Step } from "../model/plan";

/** What a step ended with. */
export type Ended = {
  readonly status: string;
  readonly action: string | null;
  readonly result?: Json;
  readonly error?: Json;
};

/**
 * Why a result can't stand in for the step; null if it can. The mock of a model is its reply before the mapping, and
 * an activity keeps what the mapping made of it.
 */
export function whyNotPinned(plan: Plan, slug: string, { status }: Ended): string | null {
  const step = findStep(plan, slug);
  if (!step) return `The plan has no step ${slug} any more.`;
  if (status !== "COMPLETED" && status !== "FAILED") return `${slug} has not ended in this activity.`;
  const config = configOf(step);
  const mapped =
    step.kind === "LLM" && status === "COMPLETED" && Object.keys(objectIn(config.outputMapping)).length > 0;
  return mapped
    ? `The mapping of ${slug} would read its own result again: write the reply of the model as a mock in Try.`
    : null;
}

/** Mocks of the step that match whatever its input is are replaced; those for one input stay. */
export function pinMock(plan: Plan, slug: string, ended: Ended): Plan {
  const step = findStep(plan, slug);
  if (!step || whyNotPinned(plan, slug, ended) !== null) return plan;
  const test: JsonObject = objectIn(plan.test);
  const mocks = Array.isArray(test.mocks) ? (test.mocks as readonly Json[]) : [];
  const pinned = mocksOf(step, ended);
  const kept = mocks.filter((each) => !pinned.some((mock) => isSame(each, mock)));
  // The first that matches answers: one for a certain input, above, goes before those that are general.
  return { ...plan, test: { ...test, mocks: [...kept, ...pinned] } };
}

/** One mock, or one for each document of a step that runs per document. */
function mocksOf(step: Step, ended: Ended): JsonObject[] {
  const documents = objectIn(objectIn(ended.result).documents);
  if (
    configOf(step).perDocument !== true ||
    ended.status !== "COMPLETED" ||
    Object.keys(documents).length === 0
  )
    return [{ step: step.slug, returns: returnsOf(step, ended) }];
  return Object.entries(documents).map(([document, result]) => ({
    step: step.slug,
    document,
    returns: returnsOf(step, { status: "COMPLETED", action: actionIn(result), result }),
  }));
}

function returnsOf(step: Step, { status, action, result, error }: Ended): JsonObject {
  if (status === "FAILED") return { outcome: "failed", error: errorOf(error) };
  const given = givenBy(step, result);
  return {
    outcome: "success",
    ...(action !== null && { action }),
    ...(given !== undefined && given !== null && { result: given }),
  };
}

/** What the mock of a kind holds of its result: the form of a task, the answer of a call, of an approval the action. */
function givenBy({ kind }: Step, result: Json | undefined): Json | undefined {
  const { data, _statusCode, _body } = objectIn(result);
  switch (kind) {
    case "CREATE_TASK":
      return data;
    case "BRIDGE_CALL":
      return { ...(_statusCode !== undefined && { _statusCode }), ...(_body !== undefined && { _body }) };
    case "APPROVAL":
      return undefined;
    default:
      return result;
  }
}

function errorOf(error: Json | undefined): JsonObject {
  if (!isObject(error)) return { message: typeof error === "string" ? error : "failed" };
  const kept = Object.entries(error).filter(
    ([key, value]) => ["code", "message"].includes(key) && value !== null,
  );
  return Object.fromEntries(kept);
}

function actionIn(result: Json): string | null {
  const { action } = objectIn(result);
  return typeof action === "string" ? action : null;
}

/** Whether a mock is for the same step and document, whatever its input. */
function isSame(mock: Json, pinned: JsonObject): boolean {
  return (
    isObject(mock) &&
    mock.step === pinned.step &&
    mock.document === pinned.document &&
    !("when_input" in mock)
  );
}

function configOf(step: Step): JsonObject {
  return objectIn(step.config);
}

function objectIn(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
