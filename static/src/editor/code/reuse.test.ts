import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../model/plan";
import { reuse } from "./reuse";

const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => copy(value) as Json);

describe("taking parts over", () => {
  it("gives exactly the new value, the order of keys too", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(JSON.stringify(reuse(before, after))).toBe(JSON.stringify(after));
      }),
    );
  });

  it("gives the old object for an equal one", () => {
    fc.assert(
      fc.property(fc.array(json), (before) => {
        expect(reuse(before, copy(before))).toBe(before);
      }),
    );
  });

  it.each([
    ["one is changed", [{ a: 1 }, { b: 2 }, { c: 3 }], [{ a: 1 }, { b: 9 }, { c: 3 }], [0, -1, 2]],
    ["one is put in", [{ a: 1 }, { c: 3 }], [{ a: 1 }, { b: 2 }, { c: 3 }], [0, -1, 1]],
    ["one is taken out", [{ a: 1 }, { b: 2 }, { c: 3 }], [{ a: 1 }, { c: 3 }], [0, 2]],
  ])("keeps the other entries of a list when %s", (_what, before, after, expected) => {
    const made = reuse(before as Json, after as Json) as readonly Json[];

    expect(made.map((entry) => (before as Json[]).indexOf(entry))).toEqual(expected);
  });

  it("keeps an object whose keys stand in another order apart", () => {
    const before = { a: 1, b: 2 };

    expect(Object.keys(reuse(before, { b: 2, a: 1 }))).toEqual(["b", "a"]);
  });
});
