import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyAction, anyPlan, anySlug } from "../model/anyPlan";
import { begin, push, undo } from "../model/history";
import { dependsOnOf, findStep, isStep, layoutOf, type Plan, stepsOf } from "../model/plan";
import { addStep, newStep } from "./addStep";
import { canConnect, changeEdge, connect, disconnect, redirect, upstreamOf } from "./connect";
import { moveSteps } from "./moveSteps";
import { copySteps, pasteSteps, readClip } from "./pasteSteps";
import { removeSteps } from "./removeSteps";
import { reorderStep } from "./reorderSteps";
import { setPlanField, setStepField } from "./setField";

const plan = (...steps: string[]): Plan => ({
  slug: "p",
  steps: steps.map((text) => {
    const [slug = "", upstream] = text.split("<-");
    const dependsOn = upstream === undefined ? {} : { dependsOn: upstream.split(",") };
    return { slug, kind: "SCRIPT", ...dependsOn };
  }),
});
const needs = (of: Plan, slug: string) => dependsOnOf(findStep(of, slug) ?? newStep(slug, "SCRIPT"));

const anyCommand: fc.Arbitrary<(plan: Plan) => Plan> = fc.oneof(
  fc.tuple(anySlug, anyAction, anySlug).map(
    ([from, action, to]) =>
      (now: Plan) =>
        connect(now, from, action, to),
  ),
  anySlug.map((slug) => (now: Plan) => removeSteps(now, new Set([slug]))),
  anySlug.map(
    (slug) => (now: Plan) =>
      addStep(now, newStep(`new-${stepsOf(now).length}`, "LLM", [slug]), { x: 1, y: 2 }, {}),
  ),
  fc.tuple(anySlug, fc.integer()).map(
    ([slug, x]) =>
      (now: Plan) =>
        moveSteps(now, { [slug]: { x, y: 0 } }, {}),
  ),
  fc.tuple(anySlug, fc.integer({ min: -3, max: 3 })).map(
    ([slug, by]) =>
      (now: Plan) =>
        reorderStep(now, slug, by),
  ),
  anySlug.map(
    (slug) => (now: Plan) => pasteSteps(now, copySteps(now, new Set([slug]), {}), { x: 0, y: 0 }, {}).plan,
  ),
  fc
    .tuple(
      anySlug,
      fc.constantFrom<(string | number)[]>(["name"], ["config", "title"], ["onError", "action"]),
      fc.option(fc.string(), { nil: undefined }),
    )
    .map(
      ([slug, path, value]) =>
        (now: Plan) =>
          setStepField(now, slug, path, value),
    ),
);

describe("every command", () => {
  test("any sequence of them, undone, is the start", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyCommand, { maxLength: 12 }), (start, commands) => {
        let history = begin(start);
        for (const command of commands) history = push(history, "do", command(history.plan));
        while (history.past.length > 0) history = undo(history);
        expect(JSON.stringify(history.plan)).toBe(JSON.stringify(start));
      }),
    );
  });

  test("keeps the plan well-formed: slugs once, entries that nobody can read untouched", () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyCommand, { maxLength: 12 }), (start, commands) => {
        const end = commands.reduce((now, command) => command(now), start);
        const slugs = end.steps.filter(isStep).map((step) => step.slug);
        expect(new Set(slugs).size).toBe(slugs.length);
        const unread = (of: Plan) => of.steps.filter((entry) => !isStep(entry));
        expect(unread(end)).toEqual(unread(start));
      }),
    );
  });

  test("never closes a circle by connecting", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anySlug, anySlug)), (pairs) => {
        const start = plan("a", "b", "c", "d", "e-f", "g_h", "i2");
        const end = pairs.reduce((now, [from, to]) => connect(now, from, null, to), start);
        for (const { slug } of stepsOf(end)) expect(upstreamOf(end, slug).has(slug)).toBe(false);
      }),
    );
  });
});

describe("edges", () => {
  test("are drawn by action, and once", () => {
    const once = connect(plan("a", "b"), "a", "ok", "b");

    expect(needs(once, "b")).toEqual(["a:ok"]);
    expect(connect(once, "a", "ok", "b")).toBe(once);
    expect(needs(connect(once, "a", null, "b"), "b")).toEqual(["a:ok", "a"]);
  });

  test("are refused to the step itself, to nowhere, and against the way", () => {
    const chain = plan("a", "b<-a", "c<-b");

    expect(canConnect(chain, "a", null, "a")).toBe(false);
    expect(canConnect(chain, "a", null, "gone")).toBe(false);
    expect(canConnect(chain, "c", null, "a")).toBe(false);
    expect(canConnect(chain, "a", null, "c")).toBe(true);
  });

  test("become await only, and take another action, in their place", () => {
    const joined = plan("a", "b", "c<-a:ok,b");
    const edge = { step: "a", action: "ok", awaitOnly: false, to: "c" };

    expect(needs(changeEdge(joined, edge, { awaitOnly: true }), "c")).toEqual(["a?:ok", "b"]);
    expect(needs(changeEdge(joined, edge, { action: "no" }), "c")).toEqual(["a:no", "b"]);
  });

  test("end elsewhere, and go with the last entry", () => {
    const edge = { step: "a", action: null, awaitOnly: false, to: "b" };
    const start = plan("a", "b<-a", "c");

    expect(needs(redirect(start, edge, "c"), "c")).toEqual(["a"]);
    expect("dependsOn" in (findStep(disconnect(start, edge), "b") ?? {})).toBe(false);
  });
});

describe("steps", () => {
  test("go with their places and with the edges that end at them", () => {
    const start = moveSteps(plan("a", "b<-a", "c<-a:ok,b"), { a: { x: 1, y: 1 } }, { b: { x: 2, y: 2 } });

    const end = removeSteps(start, new Set(["a"]));

    expect(stepsOf(end).map((step) => step.slug)).toEqual(["b", "c"]);
    expect(needs(end, "c")).toEqual(["b"]);
    expect(layoutOf(end)).toEqual({ b: { x: 2, y: 2 } });
  });

  test("are copied with the edges between them, under slugs that are free", () => {
    const start = plan("a", "b<-a", "c<-b");
    const clip = readClip(JSON.stringify(copySteps(start, new Set(["b", "c"]), {})));
    if (!clip) throw new Error("no clip");

    const here = pasteSteps(start, clip, { x: 0, y: 0 }, {});
    const there = pasteSteps(plan("x"), clip, { x: 0, y: 0 }, {});

    expect(here.slugs).toEqual(["b-2", "c-2"]);
    expect(needs(here.plan, "c-2")).toEqual(["b-2"]);
    expect(needs(here.plan, "b-2")).toEqual(["a"]);
    expect(there.slugs).toEqual(["b", "c"]);
    expect(needs(there.plan, "b")).toEqual([]);
  });

  test.each([
    "",
    "hello",
    "[]",
    '{"throughline":"steps","steps":[]}',
    '{"throughline":"steps","steps":[{}]}',
  ])("%j on the clipboard is left alone", (text) => {
    expect(readClip(text)).toBeNull();
  });
});

describe("fields", () => {
  test("are set with the objects on the way, and leave none behind that is empty", () => {
    const start = plan("a");
    const set = setStepField(start, "a", ["executionPolicy", "maxAttempts"], 3);

    expect(findStep(set, "a")).toMatchObject({ executionPolicy: { maxAttempts: 3 } });
    expect(setStepField(set, "a", ["executionPolicy", "maxAttempts"], undefined)).toEqual(start);
    expect(setStepField(start, "a", ["name"], undefined)).toBe(start);
  });

  test("of lists and of the plan are set too", () => {
    const start = setPlanField(plan(), ["inputOptions"], [{ name: "a" }, { name: "b" }]);

    expect(setPlanField(start, ["inputOptions", 1, "name"], "c").inputOptions).toEqual([
      { name: "a" },
      { name: "c" },
    ]);
    expect(setPlanField(start, ["inputOptions", 0], undefined).inputOptions).toEqual([{ name: "b" }]);
  });
});
