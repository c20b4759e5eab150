/** Findings of the server's checker, and the worst of each step: pure. */
import type { Mark } from "../canvas/graph";

export type Finding = {
  code: string;
  severity: "error" | "warning";
  message: string;
  step: string | null;
  field: string | null;
};

export function toMarks(findings: readonly Finding[]): Record<string, Mark> {
  const marks: Record<string, Mark> = {};
  for (const { step, severity } of findings) {
    if (step !== null && marks[step] !== "error") marks[step] = severity;
  }
  return marks;
}
