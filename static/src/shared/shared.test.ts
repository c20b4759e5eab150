import { describe, expect, test } from "vitest";
import { toMarks } from "../graph/findings";
import { nextIndex } from "../inbox/words";
import { toProblem } from "./api";
import { stepFace } from "./statuses";
import { age, duration, elapsed } from "./time";
import { sizeText } from "./ui/dropzone";
import { rank } from "./ui/rank";
import { wordsFor } from "./ui/validity";
import { readHash, writeHash } from "./useHash";

describe("what is wrong with a field", () => {
  const fine = {
    valueMissing: false,
    typeMismatch: false,
    badInput: false,
    rangeUnderflow: false,
    rangeOverflow: false,
  };

  test("is said in our words, and in the browser's without its manners", () => {
    const said = (validity: object, type = "text", min = "") =>
      wordsFor({
        type,
        min,
        validity: { ...fine, ...validity },
        validationMessage: "Please match the pattern.",
      });

    expect(said({ valueMissing: true })).toBe("This is needed.");
    expect(said({ rangeUnderflow: true }, "number", "0.01")).toBe("This must be 0.01 or more.");
    expect(said({})).toBe("Match the pattern.");
  });
});

describe("time", () => {
  test.each([
    [0, "0 ms"],
    [940, "940 ms"],
    [2_440, "2.4 s"],
    [12_300, "12 s"],
    [185_000, "3 min 05 s"],
    [8_040_000, "2 h 14 min"],
    [442_800_000, "5 d 3 h"],
    [-5, "0 ms"],
  ])("%d ms is %s", (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });

  test("ages are told roughly", () => {
    const now = new Date("2026-11-20T12:00:00Z");
    const ago = (seconds: number) => age(new Date(now.getTime() - seconds * 1000), now);

    expect([ago(3), ago(240), ago(7200), ago(172_800)]).toEqual([
      "just now",
      "4 min ago",
      "2 h ago",
      "2 d ago",
    ]);
    expect([ago(-30), ago(-240), ago(-86_000), ago(-400_000)]).toEqual([
      "just now",
      "in 4 min",
      "in 24 h",
      "in 5 d",
    ]);
  });

  test("a step that runs is measured to now, one that ended to its end, one that never began not at all", () => {
    const now = new Date("2026-11-20T12:00:30Z");

    expect(elapsed("2026-11-20T12:00:00Z", null, now)).toBe("30 s");
    expect(elapsed("2026-11-20T12:00:00Z", "2026-11-20T12:00:02Z", now)).toBe("2.0 s");
    expect(elapsed("2026-11-20T12:00:27Z", null, now)).toBe("3 s");
    expect(elapsed("2026-11-20T09:58:00Z", null, now, "rough")).toBe("2 h");
    expect(elapsed(null, null, now)).toBeNull();
  });
});

describe("problems", () => {
  test("a problem document speaks for itself", () => {
    const body = { title: "Conflict", detail: "Ann decided this 3 s ago.", code: "already-decided" };

    expect(toProblem(409, body)).toEqual({ ...body, status: 409 });
  });

  test("an answer that is none gets words from its status", () => {
    expect(toProblem(502, null).detail).toBe(
      "The server answered 502. Nothing more is known; the server's log has it.",
    );
    expect(toProblem(0, null).detail).toContain("can't be reached");
  });
});

describe("palette", () => {
  const items = [
    { label: "Activities", url: "/a" },
    { label: "Supplier invoice", url: "/p", hint: "Plan" },
    { label: "Invoice 12", url: "/i", hint: "Activity of Supplier invoice" },
  ];

  test("every word must match, and a match in the label goes before one in the hint", () => {
    expect(rank(items, "inv sup").map((item) => item.url)).toEqual(["/p", "/i"]);
    expect(rank([{ label: "a b" }, { label: "b" }], "b")).toEqual([{ label: "b" }, { label: "a b" }]);
    expect(rank(items, "nothing")).toEqual([]);
    expect(rank(items, "  ")).toEqual(items);
  });
});

test("a waiting step says for whom, but not once it has ended", () => {
  expect(stepFace("RUNNING", "APPROVAL")).toEqual({ key: "waiting", word: "Waiting for approval" });
  expect(stepFace("COMPLETED", "APPROVAL")).toEqual({ key: "completed", word: "Completed" });
});

test("the worst finding marks its step", () => {
  const finding = (step: string | null, severity: "error" | "warning") => {
    return { code: "c", severity, message: "m", step, field: null };
  };

  expect(
    toMarks([
      finding("a", "error"),
      finding("a", "warning"),
      finding("b", "warning"),
      finding(null, "error"),
    ]),
  ).toEqual({
    a: "error",
    b: "warning",
  });
});

test("j and k stop at the ends of the list", () => {
  expect([nextIndex("j", -1, 3), nextIndex("j", 2, 3), nextIndex("k", 0, 3), nextIndex("x", 1, 3)]).toEqual([
    0,
    2,
    0,
    null,
  ]);
  expect(nextIndex("j", -1, 0)).toBeNull();
});

test("one value of the hash changes, the others stay", () => {
  expect(readHash("#step=review&tab=log", "step")).toBe("review");
  expect(writeHash("#step=review&tab=log", "step", "post")).toBe("#step=post&tab=log");
  expect(writeHash("#step=review", "step", null)).toBe("");
});

test("sizes are told as a person reads them", () => {
  expect([812, 34_100, 2_140_000].map(sizeText)).toEqual(["812 B", "34 kB", "2.1 MB"]);
});
