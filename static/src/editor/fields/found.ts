/** Findings of the server, found by step and place. Pure. */
import type { Finding } from "../model/look";
import { isWithin } from "./wire";

const indexes = new WeakMap<readonly Finding[], Map<string | null, Finding[]>>();
const NONE: readonly Finding[] = [];

/** All findings of a step; of the plan itself for null. */
export function findingsOf(findings: readonly Finding[], step: string | null): readonly Finding[] {
  let index = indexes.get(findings);
  if (!index) {
    index = new Map();
    for (const finding of findings) {
      const list = index.get(finding.step);
      if (list) list.push(finding);
      else index.set(finding.step, [finding]);
    }
    indexes.set(findings, index);
  }
  return index.get(step) ?? NONE;
}

/** Those at a place; `within` adds those of all that lies in it. */
export function findingsAt(
  findings: readonly Finding[],
  step: string | null,
  field: string,
  within: boolean,
): Finding[] {
  return findingsOf(findings, step).filter(
    (finding) =>
      finding.field !== null && (within ? isWithin(finding.field, field) : finding.field === field),
  );
}

/** Those that no field of a form shows: without a place, or at one that the form does not have. */
export function homeless(
  findings: readonly Finding[],
  step: string | null,
  fields: readonly string[],
): Finding[] {
  return findingsOf(findings, step).filter(
    ({ field }) => field === null || !fields.some((known) => isWithin(field, known)),
  );
}
