/** The right pane: the form of the step that is selected. */
import { Kind } from "../../shared/ui/bits";
import { findStep } from "../model/plan";
import { planOf, useEditor } from "../store";
import { StepForm } from "./StepForm";

export function Inspector() {
  const slug = useEditor((state) =>
    state.selection.steps.length === 1 ? state.selection.steps[0] : undefined,
  );
  const count = useEditor((state) => state.selection.steps.length);
  const kind = useEditor((state) =>
    slug === undefined ? null : (findStep(planOf(state), slug)?.kind ?? null),
  );
  if (count > 1)
    return (
      <aside className="editor-right" aria-label="Steps">
        <p className="muted">{count} steps are selected.</p>
      </aside>
    );
  if (slug === undefined || kind === null) return null;
  return (
    <aside className="editor-right" aria-label={`Step ${slug}`}>
      <Kind kind={kind} />
      <StepForm key={slug} slug={slug} kind={kind} />
    </aside>
  );
}
