import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../model/look";
import { changeBetween } from "./change";
import { marksOf, offsetOf, placeIn } from "./marks";
import { languageOfValue, writePath, writeReference } from "./reference";
import { lineOf, sourceMarks, stepAtLine } from "./sourceMarks";

const finding = (message: string, more: Partial<Finding> = {}): Finding => ({
  code: "c",
  severity: "error",
  message,
  step: null,
  field: null,
  fixes: [],
  ...more,
});

const marked = (text: string, message: string) =>
  marksOf(text, [finding(message)]).map(({ from, to }) => text.slice(from, to));

describe("a mark in a text", () => {
  it.each([
    ["a = = 1", "unexpected (line 1, column 5)", ["="]],
    ["a\n  bad.path", "wrong (line 2, column 3)", ["bad.path"]],
    ["throw x", "Error: x at 1:7", ["x"]],
    ["inputs.x and steps.gone.result", "reads steps.gone, and there is no such step", ["steps.gone.result"]],
    ["steps.a-b = 1", "must write steps.`a-b`: without backticks, the hyphen is a minus", ["steps.a-b"]],
    ["  whole line \nnext", "is no good", ["whole line"]],
    ["", "needs something", [""]],
    ["abc", "missing (line 9, column 9)", ["c"]],
  ])("of %j for %j", (text, message, expected) => {
    expect(marked(text, message)).toEqual(expected);
  });

  it("never leaves the text", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), fc.nat(20), (text, line, column) => {
        const [mark] = marksOf(text, [finding(`line ${line}, column ${column}`)]);
        expect(mark && mark.from >= 0 && mark.from <= mark.to && mark.to <= text.length).toBe(true);
      }),
    );
  });

  it("counts lines and columns from 1", () => {
    expect(placeIn("… (line 3, column 7)")).toEqual({ line: 3, column: 7 });
    expect(offsetOf("ab\ncd\nef", { line: 2, column: 2 })).toBe(4);
    expect(offsetOf("ab\ncd", { line: 1, column: 99 })).toBe(2);
  });
});

describe("the change between two texts", () => {
  it("turns the one into the other", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const change = changeBetween(before, after);
        const made = change ? before.slice(0, change.from) + change.insert + before.slice(change.to) : before;
        expect(made).toBe(after);
      }),
    );
  });

  it("leaves what both begin and end with", () => {
    expect(changeBetween("a: 1\nb: 2\nc: 3", "a: 1\nb: 22\nc: 3")).toEqual({ from: 9, to: 9, insert: "2" });
    expect(changeBetween("same", "same")).toBeNull();
  });
});

describe("a reference", () => {
  it.each([
    ["jsonata", "steps.`finance-approval`.result.lines[0].`in`"],
    ["javascript", 'steps["finance-approval"].result.lines[0].in'],
    ["template", "steps.finance-approval.result.lines[0].in"],
  ] as const)("is written for %s", (language, expected) => {
    expect(writePath(language, ["steps", "finance-approval", "result", "lines", 0, "in"])).toBe(expected);
  });

  it("has braces in texts", () => {
    expect(writeReference("template", ["inputs", "a b"])).toBe('{{ inputs["a b"] }}');
    expect(writeReference("jsonata", ["inputs", "a"])).toBe("inputs.a");
  });

  it("is a template's where braces stand", () => {
    expect([languageOfValue("a.b"), languageOfValue("x {{ a }}")]).toEqual(["jsonata", "template"]);
  });
});

const YAML = `slug: p
name: Plan
steps:
  - slug: a
    kind: SCRIPT
    config:
      scriptBody: return {}
  - {slug: b, kind: APPROVAL, dependsOn: ["a:x"]}
output: null`;
const LINES = { a: [4, 7], b: [8, 8] } as const;

describe("the source of a plan", () => {
  it.each([
    [4, "a"],
    [7, "a"],
    [8, "b"],
    [3, null],
    [9, null],
  ])("has at line %i step %s", (line, slug) => {
    expect(stepAtLine(LINES, line)).toBe(slug);
  });

  it.each([
    ["a", "config.scriptBody", 7],
    ["a", "conditionExpr", 4],
    ["b", "dependsOn[0]", 8],
    [null, "output", 9],
    [null, "steps", 3],
    ["gone", "config", 1],
  ])("shows a finding of %s at %s in line %i", (step, field, line) => {
    expect(lineOf(YAML.split("\n"), LINES, finding("m", { step, field }))).toBe(line);
  });

  it("underlines the line, or the place where it can't be read", () => {
    const [mark] = sourceMarks(YAML, LINES, [finding("m", { step: "a", field: "kind" })], null);
    expect(YAML.slice(mark?.from, mark?.to)).toBe("kind: SCRIPT");

    const broken = sourceMarks("a: [", {}, [finding("m")], { message: "no", line: 1, column: 4 });
    expect(broken).toEqual([{ from: 3, to: 4, severity: "error", message: "no" }]);
  });
});
