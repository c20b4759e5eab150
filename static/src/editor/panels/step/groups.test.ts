import { describe, expect, test } from "vitest";
import { changeKind, lostKeys } from "../../commands/changeKind";
import { pinMock } from "../../commands/pinMock";
import { wireOf } from "../../fields/wire";
import { KINDS, type Plan, type Step } from "../../model/plan";
import { EDITOR_SCHEMA } from "../../schema.gen";
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
  const plan: Plan = {
    slug: "p",
    steps: [],
    test: { cases: [1], mocks: [{ step: "a", when_input: 1, returns: {} }] },
  };

  test("stands in for the step, once", () => {
    const first = pinMock(plan, "a", { status: "COMPLETED", action: "ok", result: { total: 1 } });
    const second = pinMock(first, "a", {
      status: "FAILED",
      action: null,
      error: { code: 500, message: "no", class: "E" },
    });

    expect(second.test).toEqual({
      cases: [1],
      mocks: [
        { step: "a", when_input: 1, returns: {} },
        { step: "a", returns: { outcome: "failed", error: { code: 500, message: "no" } } },
      ],
    });
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
