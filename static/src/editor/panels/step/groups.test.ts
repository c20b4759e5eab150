import { describe, expect, test } from "vitest";
import { changeKind, lostKeys } from "../../commands/changeKind";
import { pinMock, whyNotPinned } from "../../commands/pinMock";
import { wireOf } from "../../fields/wire";
import { KINDS, type Plan, type Step } from "../../model/plan";
import { EDITOR_SCHEMA } from "../../schema.gen";
import { brokenIn } from "./broken";
import { sectionsOf, summaryOf } from "./groups";
import { keysOf, proposal } from "./Head";
import { otherKeysOf } from "./OtherKeys";
import { sampleOf } from "./samples";

const shown = (kind: Step["kind"]) =>
  sectionsOf(kind).flatMap(({ fields }) => fields.map(({ path }) => wireOf(path)));

describe("the form of a kind", () => {
  test.each(KINDS)("%s shows every key of the language once", (kind) => {
    const keys = [
      ...Object.entries(EDITOR_SCHEMA.step.properties),
      ...Object.entries(EDITOR_SCHEMA.configs[kind].properties).map(
        ([key, schema]) => [`config.${key}`, schema] as const,
      ),
    ];

    const wanted = keys
      .filter(([key, schema]) => schema.editor?.widget !== "hidden" && !["name", "slug"].includes(key))
      .map(([key]) => key);

    expect(shown(kind).toSorted()).toEqual(wanted.toSorted());
  });

  test("a folded section says in one line what is set in it", () => {
    const step: Step = {
      slug: "a",
      kind: "SCRIPT",
      dependsOn: ["b", "c:x"],
      conditionExpr: "inputs.total\n > 1000",
      bypass: true,
    };
    const when = sectionsOf("SCRIPT").find(({ group }) => group === "when");

    const line = when && summaryOf(when, step);

    expect(line).toBe("Depends on: b, c:x · Condition: inputs.total > 1000 · Bypass");
  });

  test("what no field stands for is shown as it is written", () => {
    const step: Step = {
      slug: "a",
      kind: "SCRIPT",
      uuid: "u",
      colour: "red",
      config: { old: 1, scriptBody: "" },
    };

    expect(otherKeysOf(step, "SCRIPT").map(({ path }) => wireOf(path))).toEqual([
      "uuid",
      "colour",
      "config.old",
    ]);
  });
});

test("steps that can't be drawn are told with the reason, and where they stand", () => {
  const steps = [
    7,
    { kind: "SCRIPT" },
    { slug: "a" },
    { slug: "a", kind: "LLM" },
    { slug: "b", kind: "SCRIPT" },
  ];

  const told = brokenIn({ slug: "p", steps }).map(({ index, slug, kind, why }) => [index, slug, kind, why]);

  expect(told).toEqual([
    [0, "", "", "is no step, but a plain value"],
    [1, "", "SCRIPT", "has no slug"],
    [2, "a", "", "has no kind that is known"],
    [3, "a", "LLM", "has the slug of another step, a"],
  ]);
});

describe("another kind", () => {
  const step: Step = {
    slug: "a",
    kind: "SCRIPT",
    name: "A",
    config: { scriptBody: "x", scriptActions: [{ slug: "ok" }], perDocument: true },
  };
  const plan: Plan = { slug: "p", steps: [step] };

  test("keeps what both have, and the actions", () => {
    const changed = changeKind(plan, "a", "LLM", keysOf("LLM"), keysOf("SCRIPT"));

    expect(changed.steps[0]).toEqual({
      slug: "a",
      kind: "LLM",
      name: "A",
      config: { promptActions: [{ slug: "ok" }], perDocument: true },
    });
    expect(lostKeys(step.config, keysOf("LLM"), keysOf("SCRIPT"))).toEqual(["scriptBody"]);
  });
});

describe("the slug that a name proposes", () => {
  const taken = () => new Set(["script", "script-2", "route"]);

  test("is offered while the step has the slug of its kind, and is free", () => {
    expect(proposal("script-2", "SCRIPT", "Pick a lane", taken)).toBe("pick-a-lane");
    expect(proposal("script", "SCRIPT", "Route", taken)).toBe("route-2");
  });

  test("is not offered once the author chose one, nor without a name", () => {
    expect(proposal("lane", "SCRIPT", "Pick a lane", taken)).toBeNull();
    expect(proposal("script", "SCRIPT", " ", taken)).toBeNull();
    expect(proposal("script", "SCRIPT", "Script", taken)).toBeNull();
  });
});

describe("a mock that is pinned", () => {
  const before = { step: "a", when_input: 1, returns: {} };
  const planWith = (kind: Step["kind"], config = {}): Plan => ({
    slug: "p",
    steps: [{ slug: "a", kind, config }],
    test: { cases: [1], mocks: [before] },
  });
  const mocks = (plan: Plan) => (plan.test as { mocks: unknown[] }).mocks;

  test("stands in for the step, once", () => {
    const first = pinMock(planWith("SCRIPT"), "a", {
      status: "COMPLETED",
      action: "ok",
      result: { total: 1 },
    });
    const error = { code: 500, message: "no", class: "E" };
    const second = pinMock(first, "a", { status: "FAILED", action: null, error });

    expect(mocks(first)).toEqual([
      before,
      { step: "a", returns: { outcome: "success", action: "ok", result: { total: 1 } } },
    ]);
    expect(second.test).toEqual({
      cases: [1],
      mocks: [before, { step: "a", returns: { outcome: "failed", error: { code: 500, message: "no" } } }],
    });
  });

  test("holds what a mock of the kind holds", () => {
    const done = { status: "COMPLETED", action: "ok" };
    const task = { data: { sum: 1 }, comment: "", by: "ann" };
    const answer = { _statusCode: 200, _body: { id: 7 }, bill: 7 };

    expect(mocks(pinMock(planWith("CREATE_TASK"), "a", { ...done, result: task }))[1]).toEqual({
      step: "a",
      returns: { outcome: "success", action: "ok", result: { sum: 1 } },
    });
    expect(
      mocks(pinMock(planWith("BRIDGE_CALL"), "a", { ...done, action: null, result: answer }))[1],
    ).toEqual({
      step: "a",
      returns: { outcome: "success", result: { _statusCode: 200, _body: { id: 7 } } },
    });
  });

  test("is one for each document of a step that runs per document", () => {
    const result = { documents: { "a.txt": { action: "ok" }, "b.txt": {} } };
    const pinned = pinMock(planWith("SCRIPT", { perDocument: true }), "a", {
      status: "COMPLETED",
      action: null,
      result,
    });

    expect(mocks(pinned).slice(1)).toEqual([
      {
        step: "a",
        document: "a.txt",
        returns: { outcome: "success", action: "ok", result: { action: "ok" } },
      },
      { step: "a", document: "b.txt", returns: { outcome: "success", result: {} } },
    ]);
  });

  test("is refused where it would be read as something else", () => {
    const plan = planWith("LLM", { outputMapping: { total: "sum" } });
    const ended = { status: "COMPLETED", action: null, result: { total: 1 } };

    expect(whyNotPinned(plan, "a", ended)).toContain("reply of the model");
    expect(pinMock(plan, "a", ended)).toBe(plan);
    expect(whyNotPinned(planWith("SCRIPT"), "a", { status: "PENDING", action: null })).toContain("not ended");
  });
});

test("inputs that stand in are defaults, first options and words", () => {
  const options = [
    { name: "channel", type: "selection", options: [{ value: "email" }] },
    { name: "po", label: "PO number" },
    { name: "total", type: "number", default: 5 },
  ];

  expect(sampleOf(options)).toEqual({ channel: "email", po: "PO number", total: 5 });
});
