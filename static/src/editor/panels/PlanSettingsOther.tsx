/** What else stands in the plan: metadata of one's own, and keys that no field stands for, as they are written. */
import { useMemo } from "react";
import { Json } from "../../shared/ui/Json";
import type { Json as JsonValue } from "../model/plan";
import { planOf, useEditor } from "../store";
import { PlanField } from "./PlanSettings";
import { BrokenSteps } from "./step/BrokenSteps";

const ELSEWHERE = ["steps", "layout", "test"];

export function PlanSettingsOther({ known }: { known: readonly string[] }) {
  const text = useEditor((state) => {
    const others = Object.entries(planOf(state)).filter(
      ([key]) => !known.includes(key) && !ELSEWHERE.includes(key),
    );
    return JSON.stringify(others);
  });
  const others = useMemo(() => JSON.parse(text) as [string, JsonValue][], [text]);
  return (
    <>
      <BrokenSteps />
      <PlanField name="metadata" />
      {others.length === 0 && <p className="muted">The plan holds no other keys.</p>}
      {others.map(([key, value]) => (
        <div key={key} className="field" data-field={key}>
          <span className="field-label">
            <code>{key}</code>
          </span>
          <Json value={value} label={key} />
          <p className="field-hint">Kept as it is written; it can be changed in the source.</p>
        </div>
      ))}
    </>
  );
}
