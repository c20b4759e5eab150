import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equal, type Plan } from "../model/plan";
import { mergeApart } from "./mergeApart";

const step = fc.record({
  slug: fc.constantFrom("a", "b", "c", "d"),
  kind: fc.constant("SCRIPT"),
  name: fc.constantFrom("", "one", "two"),
});
const plan = fc
  .record({
    slug: fc.constant("p"),
    name: fc.constantFrom("", "one", "two"),
    steps: fc.uniqueArray(step, { selector: ({ slug }) => slug }),
  })
  .map((value) => value as unknown as Plan);

const of = (name: string, ...steps: [string, string][]): Plan => ({
  slug: "p",
  name,
  steps: steps.map(([slug, words]) => ({ slug, kind: "SCRIPT", name: words })),
});

describe("bringing two hands together", () => {
  it("takes the one side where the other did nothing", () => {
    fc.assert(
      fc.property(plan, plan, (base, other) => {
        expect(equal(mergeApart(base, base, other) ?? undefined, other)).toBe(true);
        expect(equal(mergeApart(base, other, base) ?? undefined, other)).toBe(true);
      }),
    );
  });

  it("does not ask where both did the same", () => {
    fc.assert(
      fc.property(plan, plan, (base, both) => {
        expect(equal(mergeApart(base, both, both) ?? undefined, both)).toBe(true);
      }),
    );
  });

  it("keeps what both did in different steps, and a step that was added", () => {
    const base = of("x", ["a", ""], ["b", ""]);

    const merged = mergeApart(
      base,
      of("x", ["a", "mine"], ["b", ""]),
      of("y", ["a", ""], ["b", "theirs"], ["c", ""]),
    );

    expect(merged).toEqual(of("y", ["a", "mine"], ["b", "theirs"], ["c", ""]));
  });

  it.each([
    ["one step", of("x", ["a", "mine"]), of("x", ["a", "theirs"])],
    ["the name", of("mine", ["a", ""]), of("theirs", ["a", ""])],
    ["a step that the other removed", of("x", ["a", "mine"]), of("x")],
    ["the list of steps", of("x", ["a", ""], ["b", ""]), of("x", ["a", ""], ["c", ""])],
  ])("leaves it to people where both changed %s", (_what, mine, theirs) => {
    expect(mergeApart(of("x", ["a", ""]), mine, theirs)).toBeNull();
  });
});
