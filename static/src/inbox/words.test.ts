import { describe, expect, it } from "vitest";
import { differ, parseHeard } from "./stream";
import { newText, nextIndex, range, selectedText } from "./words";

describe("keys", () => {
  it("moves down and up and stays within the list", () => {
    expect(nextIndex("j", -1, 3)).toBe(0);
    expect(nextIndex("j", 2, 3)).toBe(2);
    expect(nextIndex("k", 0, 3)).toBe(0);
    expect(nextIndex("ArrowUp", 2, 3)).toBe(1);
  });

  it("moves nothing on an empty list or by another key", () => {
    expect(nextIndex("j", -1, 0)).toBeNull();
    expect(nextIndex("q", 0, 3)).toBeNull();
  });

  it("chooses a range in either direction", () => {
    expect(range(1, 3)).toEqual([1, 2, 3]);
    expect(range(3, 1)).toEqual([1, 2, 3]);
    expect(range(-1, 2)).toEqual([2]);
  });
});

describe("what is heard", () => {
  it("reads counts and leaves out what is no number", () => {
    const text = JSON.stringify({ kind: "counts", counts: { all: 3, mine: "x" }, changed: true });

    expect(parseHeard(text)).toEqual({ counts: { all: 3 }, changed: true });
  });

  it("takes what is no message for none", () => {
    expect(parseHeard("[")).toBeNull();
    expect(parseHeard("null")).toBeNull();
    expect(parseHeard('{"counts": null}')).toBeNull();
  });

  it("sees a list that has grown, come or gone", () => {
    expect(differ({ all: 1 }, { all: 1 })).toBe(false);
    expect(differ({ all: 1 }, { all: 2 })).toBe(true);
    expect(differ({ all: 1 }, {})).toBe(true);
    expect(differ({}, { all: 1 })).toBe(true);
  });
});

describe("words", () => {
  it("counts", () => {
    expect([newText(0), newText(1), newText(3)]).toEqual(["", "1 new, show it", "3 new, show them"]);
    expect([selectedText(1), selectedText(2)]).toEqual(["1 task selected", "2 tasks selected"]);
  });
});
