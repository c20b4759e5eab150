import { describe, expect, test } from "vitest";
import { connect } from "../commands/connect";
import { setStepField } from "../commands/setField";
import { graphOf, NOTHING_SEEN, sameShape, steady } from "./look";
import type { Plan } from "./plan";

const plan: Plan = {
  slug: "p",
  steps: [
    { slug: "a", kind: "SCRIPT", name: "A", config: { scriptBody: "" } },
    { slug: "b", kind: "SCRIPT", dependsOn: ["a"] },
    { slug: "c", kind: "SCRIPT" },
  ],
};
const shown = graphOf(plan, NOTHING_SEEN);
const drawnOf = (next: Plan) => steady(shown, graphOf(next, NOTHING_SEEN));

describe("the graph that is drawn", () => {
  test("is the same while only what it does not show is typed", () => {
    expect(drawnOf(setStepField(plan, "a", ["config", "scriptBody"], "return 1;"))).toBe(shown);
    expect(drawnOf({ ...plan, name: "P" })).toBe(shown);
  });

  test("goes the same ways under another name, and other ones with another edge", () => {
    const named = drawnOf(setStepField(plan, "a", ["name"], "B"));
    const joined = drawnOf(connect(plan, "b", null, "c"));

    expect(named).not.toBe(shown);
    expect(sameShape(shown, named)).toBe(true);
    expect(sameShape(shown, joined)).toBe(false);
  });

  test("changes with a name, an edge and a place", () => {
    expect(drawnOf(setStepField(plan, "a", ["name"], "B")).steps[0]?.name).toBe("B");
    expect(drawnOf(connect(plan, "b", null, "c")).edges).toHaveLength(2);
    expect(drawnOf({ ...plan, layout: { a: { x: 1, y: 2 } } })).not.toBe(shown);
  });
});
