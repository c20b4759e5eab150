import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyJson, anyPlan } from "./anyPlan";
import { readEntry, writeEntry } from "./dependsOn";
import { begin, push, redo, undo } from "./history";
import { graphOf, NOTHING_SEEN } from "./look";
import { apply, diff, PatchError } from "./patch";
import { equal, type Plan } from "./plan";
import { freeSlug, slugify } from "./slugs";

/** Exact, the order of keys too. */
const text = (value: unknown) => JSON.stringify(value);

describe("edits", () => {
  test("the difference of two values, applied, gives the second, its keys in their order", () => {
    fc.assert(
      fc.property(anyJson, anyJson, (before, after) => {
        expect(text(apply(before, diff(before, after)))).toBe(text(after));
      }),
    );
  });

  test("the difference of two plans, applied, gives the second", () => {
    fc.assert(
      fc.property(anyPlan, anyPlan, (before, after) => {
        expect(text(apply(before, diff(before, after)))).toBe(text(after));
      }),
    );
  });

  test("equal values differ in nothing", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(diff(value, structuredClone(value))).toEqual([]);
      }),
    );
  });

  test("what did not change stays the same object", () => {
    const before = { a: { deep: [1] }, b: { deep: [2] } };

    const after = apply(before, [{ path: ["b", "deep", 0], value: 3 }]);

    expect(after.a).toBe(before.a);
    expect(after).toEqual({ a: { deep: [1] }, b: { deep: [3] } });
  });

  test("a long list with one entry more is a small edit", () => {
    const list = Array.from({ length: 500 }, (_, index) => ({ slug: `s${index}` }));

    expect(diff(list, list.toSpliced(250, 0, { slug: "new" }))).toEqual([
      { path: [], at: 250, remove: 0, insert: [{ slug: "new" }] },
    ]);
  });

  test("an edit whose place is gone is refused", () => {
    expect(() => apply({ a: 1 }, [{ path: ["a", "b"], value: 2 }])).toThrow(PatchError);
  });
});

describe("history", () => {
  test("whatever was done, undone is the start, and done again the end", () => {
    fc.assert(
      fc.property(
        anyPlan,
        fc.array(anyPlan, { maxLength: 6 }),
        fc.array(fc.boolean()),
        (start, next, merges) => {
          let history = begin(start);
          next.forEach((plan, index) => {
            history = push(history, `step ${index}`, plan, merges[index] ? "word" : null);
          });
          const end = history.plan;
          const steps = history.past.length;

          for (let count = 0; count < steps; count += 1) history = undo(history);
          expect(text(history.plan)).toBe(text(start));
          for (let count = 0; count < steps; count += 1) history = redo(history);
          expect(text(history.plan)).toBe(text(end));
        },
      ),
    );
  });

  test("a word typed is one entry", () => {
    const plan = (name: string): Plan => ({ slug: "p", steps: [], name });
    let history = begin(plan(""));
    for (const name of ["w", "wo", "word"]) history = push(history, "Name", plan(name), "name");

    expect(history.past.length).toBe(1);
    expect(undo(history).plan).toEqual(plan(""));
  });

  test("what was typed and taken away again leaves no entry", () => {
    const plan = (name: string): Plan => ({ slug: "p", steps: [], name });
    let history = begin(plan(""));
    for (const name of ["w", ""]) history = push(history, "Name", plan(name), "name");

    expect(history.past).toEqual([]);
  });

  test("what is done after an undo ends what was undone", () => {
    const plan = (name: string): Plan => ({ slug: "p", steps: [], name });
    let history = push(begin(plan("a")), "b", plan("b"));
    history = push(undo(history), "c", plan("c"));

    expect(history.future).toEqual([]);
    expect(redo(history)).toBe(history);
  });
});

describe("dependencies", () => {
  test("an entry is written as it is read", () => {
    const entry = fc.record({
      step: fc.constantFrom("a", "b-c"),
      awaitOnly: fc.boolean(),
      action: fc.constantFrom(null, "ok"),
    });
    fc.assert(
      fc.property(entry, (each) => {
        expect(readEntry(writeEntry(each))).toEqual(each);
      }),
    );
  });

  test.each(["", "a:", ":a", "a b", "a::b"])("%j is no entry", (typed) => {
    expect(readEntry(typed)).toBeNull();
  });

  test("both places of the mark mean the same", () => {
    expect(readEntry("a:x?")).toEqual(readEntry("a?:x"));
  });
});

describe("graph", () => {
  test("every edge drawn has both its ends", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const { steps, edges } = graphOf(plan, NOTHING_SEEN);
        const known = new Set(steps.map((step) => step.slug));
        expect(edges.every((edge) => known.has(edge.from) && known.has(edge.to))).toBe(true);
      }),
    );
  });

  test("a step that did not change is drawn as the same object", () => {
    const plan: Plan = { slug: "p", steps: [{ slug: "a", kind: "SCRIPT" }] };
    const moved: Plan = { ...plan, layout: { a: { x: 1, y: 2 } } };

    expect(graphOf(moved, NOTHING_SEEN).steps[0]).toBe(graphOf(plan, NOTHING_SEEN).steps[0]);
  });
});

describe("words", () => {
  test.each([
    ["Analyst review", "analyst-review"],
    ["Prüfung: 2. Stufe", "prufung-2-stufe"],
    ["???", "step"],
  ])("%s is named %s", (name, slug) => {
    expect(slugify(name, "step")).toBe(slug);
  });

  test("a slug that is taken counts on", () => {
    expect(freeSlug("a", new Set(["a", "a-2"]))).toBe("a-3");
    expect(freeSlug("a-2", new Set(["a-2"]))).toBe("a-3");
  });

  test("the order of keys does not make plans differ", () => {
    expect(equal({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(equal({ a: 1 }, { a: 1, b: null })).toBe(false);
  });
});
