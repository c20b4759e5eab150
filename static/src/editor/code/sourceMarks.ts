/** Where in the plan's text findings belong, and which step a line belongs to: pure. */
import type { Finding } from "../model/look";
import { markAt } from "./marks";
import type { Lines, Problem } from "./sourceSync";
import type { Mark } from "./types";

/** The step whose lines hold a line (from 1); null outside of all. */
export function stepAtLine(lines: Lines, line: number): string | null {
  for (const [slug, [first, last]] of Object.entries(lines)) if (line >= first && line <= last) return slug;
  return null;
}

/** Marks of all findings, each at the key that it is about; of a text that can't be read, where that shows. */
export function sourceMarks(
  text: string,
  lines: Lines,
  findings: readonly Finding[],
  problem: Problem | null,
): Mark[] {
  if (problem)
    return [markAt(text, { line: problem.line || 1, column: problem.column || 1 }, problem.message)];
  const rows = text.split("\n");
  const starts = startsOf(rows);
  return findings.map((finding) => {
    const index = lineOf(rows, lines, finding) - 1;
    const row = rows[index] ?? "";
    const from = (starts[index] ?? 0) + row.search(/\S|$/);
    const to = (starts[index] ?? 0) + row.trimEnd().length;
    return { from: Math.min(from, to), to, severity: finding.severity, message: finding.message };
  });
}

/** The line, from 1, of the key that a finding is about; else the first of its step, else the first of all. */
export function lineOf(rows: readonly string[], lines: Lines, { step, field }: Finding): number {
  const place = step === null ? undefined : lines[step];
  if (step !== null && place === undefined) return 1;
  const [first, last] = place ?? [1, rows.length];
  let found = first;
  for (const key of keysOf(field ?? "")) {
    const next = rowOf(rows, key, found, last, step === null);
    if (next === null) break;
    found = next;
  }
  return found;
}

/** `config.requestBody.total` and `dependsOn[0]` as keys; indexes have no key of their own. */
function keysOf(field: string): string[] {
  return field.split(/[.[\]]/).filter((part) => part !== "" && !/^\d+$/.test(part));
}

function rowOf(rows: readonly string[], key: string, from: number, to: number, top: boolean): number | null {
  const name = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const before = top && from === 1 ? String.raw`^\s{0,4}` : String.raw`^\s*(?:-\s+)?(?:[^#]*[{,]\s*)?`;
  const pattern = new RegExp(`${before}["']?${name}["']?\\s*:`);
  for (let line = from; line <= to; line += 1) if (pattern.test(rows[line - 1] ?? "")) return line;
  return null;
}

function startsOf(rows: readonly string[]): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const row of rows) {
    starts.push(at);
    at += row.length + 1;
  }
  return starts;
}
