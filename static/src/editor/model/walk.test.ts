import { describe, expect, test } from "vitest";
import type { Plan } from "./plan";
import { coveredLooks, EMPTY_SETUP, looksAt, mocksOf, toCase, type Walk, withAnswer, withCase } from "./walk";

const plan: Plan = {
  slug: "p",
  steps: [
    { slug: "a", kind: "SCRIPT" },
    { slug: "b", kind: "CREATE_TASK" },
  ],
  test: { mocks: [{ step: "a", returns: { outcome: "success" } }] },
};
const walk: Walk = {
  status: "COMPLETED",
  outcome: "success",
  output: { x: 1 },
  error: null,
  steps: {
    a: { status: "COMPLETED", action: null, result: 1, error: null },
    b: { status: "COMPLETED", action: "ok", result: {}, error: null },
  },
  findings: [],
  frames: [
    { seq: 1, step: null, words: "starts", changes: {} },
    { seq: 2, step: "a", words: "a ends", changes: { a: { status: "COMPLETED" } } },
    { seq: 3, step: "b", words: "b waits", changes: { b: { status: "RUNNING", waitingOn: "TASK" } } },
    { seq: 4, step: "b", words: "b ends", changes: { b: { status: "COMPLETED", action: "ok" } } },
  ],
  waiting: [],
  missing: [],
  covered: { steps: ["a"], edges: [] },
};
const statuses = (count: number) =>
  Object.fromEntries(Object.entries(looksAt(plan, walk, count)).map(([slug, look]) => [slug, look.status]));

describe("a walk", () => {
  test("is drawn frame by frame", () => {
    expect(statuses(1)).toEqual({ a: "PENDING", b: "PENDING" });
    expect(statuses(2)).toEqual({ a: "COMPLETED", b: "PENDING" });
    expect(looksAt(plan, walk, 3).b?.waitingOn).toBe("TASK");
    expect(looksAt(plan, walk, 4).b).toMatchObject({ status: "COMPLETED", waitingOn: null, action: "ok" });
  });

  test("tries what the author plays before the plan's own mocks, the last answer of a step alone", () => {
    const once = withAnswer(EMPTY_SETUP, "b", { outcome: "success", action: "no" });
    const again = withAnswer(once, "b", { outcome: "success", action: "ok" });

    expect(mocksOf(plan, again)).toEqual([
      { step: "b", returns: { outcome: "success", action: "ok" } },
      { step: "a", returns: { outcome: "success" } },
    ]);
  });

  test("answers each document for itself", () => {
    const both = withAnswer(
      withAnswer(EMPTY_SETUP, "a", { outcome: "skipped" }, "x.pdf"),
      "a",
      { outcome: "timeout" },
      "y.pdf",
    );

    expect(both.mocks.map((mock) => mock.document)).toEqual(["x.pdf", "y.pdf"]);
  });

  test("is kept as a test case, in the place of one of its name", () => {
    const setup = { ...EMPTY_SETUP, inputs: { n: 1 }, documents: ["x.pdf"], hours: 2 };
    const added = toCase("one", setup, walk);
    const kept = withCase(withCase(plan, { name: "one" }), added);

    expect(added).toEqual({
      name: "one",
      input: { n: 1 },
      documents: ["x.pdf"],
      clock: { until: "+PT2H" },
      status: "COMPLETED",
      output: { outcome: "success", result: { x: 1 } },
      steps: { a: { status: "COMPLETED" }, b: { status: "COMPLETED", action: "ok" } },
    });
    expect(kept.test).toEqual({ mocks: [{ step: "a", returns: { outcome: "success" } }], cases: [added] });
  });

  test("shows what cases cover and what they do not", () => {
    const looks = coveredLooks(plan, new Set(["a"]));

    expect([looks.a?.status, looks.b?.status]).toEqual(["COMPLETED", "NOT_TAKEN"]);
  });
});
