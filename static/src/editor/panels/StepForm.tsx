/** The form of one step. */
import type { StepKind } from "../../shared/statuses";
import { setStepField } from "../commands/setField";
import { findStep } from "../model/plan";
import { planOf, useEditor, useStore } from "../store";

export function StepForm({ slug }: { slug: string; kind: StepKind }) {
  const store = useStore();
  const step = useEditor((state) => findStep(planOf(state), slug));
  return (
    <div className="form">
      <label className="field">
        <span className="field-label">Name</span>
        <input
          className="input"
          value={typeof step?.name === "string" ? step.name : ""}
          onChange={(event) => {
            const text = event.target.value;
            store.do(
              `Name ${slug}`,
              (plan) => setStepField(plan, slug, ["name"], text || undefined),
              `name:${slug}`,
            );
          }}
        />
      </label>
    </div>
  );
}
