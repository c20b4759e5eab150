/** Keep what a step gave as a mock of the plan's tests: it stands in for the step from then on. */
import { isObject, type Json, type JsonObject, type Plan } from "../model/plan";

/** What a step ended with. */
export type Ended = {
  readonly status: string;
  readonly action: string | null;
  readonly result?: Json;
  readonly error?: Json;
};

/** A mock of the step that matches whatever its input is replaced; those for one input or document stay. */
export function pinMock(plan: Plan, step: string, ended: Ended): Plan {
  const test: JsonObject = isObject(plan.test) ? plan.test : {};
  const mocks = Array.isArray(test.mocks) ? (test.mocks as readonly Json[]) : [];
  const mock = { step, returns: returnsOf(ended) };
  const index = mocks.findIndex((each) => isGeneral(each, step));
  return {
    ...plan,
    test: { ...test, mocks: index < 0 ? [...mocks, mock] : mocks.with(index, mock) },
  };
}

function returnsOf({ status, action, result, error }: Ended): JsonObject {
  if (status === "FAILED") return { outcome: "failed", error: errorOf(error) };
  return {
    outcome: "success",
    ...(action !== null && { action }),
    ...(result !== undefined && result !== null && { result }),
  };
}

function errorOf(error: Json | undefined): JsonObject {
  if (!isObject(error)) return { message: typeof error === "string" ? error : "failed" };
  const kept = Object.entries(error).filter(
    ([key, value]) => ["code", "message"].includes(key) && value !== null,
  );
  return Object.fromEntries(kept);
}

function isGeneral(mock: Json, step: string): boolean {
  return isObject(mock) && mock.step === step && !("when_input" in mock) && !("document" in mock);
}
