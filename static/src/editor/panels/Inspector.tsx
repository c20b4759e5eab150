/** The right pane: the form of the step that is selected, and the data of earlier runs beside it. */
import { useCallback, useState } from "react";
import "../fields/fields.css";
import { Slug } from "../../shared/ui/bits";
import { stepIn } from "../fields/scope";
import type { Group } from "../schema.gen";
import { planOf, useEditor } from "../store";
import { StepForm } from "./StepForm";
import { BrokenSteps } from "./step/BrokenSteps";
import { DataPanel } from "./step/DataPanel";
import { KindChoice } from "./step/Head";

const OPEN_AT_FIRST: ReadonlySet<Group> = new Set();

export function Inspector() {
  const [open, setOpen] = useState<ReadonlySet<Group>>(OPEN_AT_FIRST);
  const [data, setData] = useState(false);
  const toggle = useCallback(() => setData((now) => !now), []);
  const slug = useEditor((state) =>
    state.selection.steps.length === 1 ? state.selection.steps[0] : undefined,
  );
  const count = useEditor((state) => state.selection.steps.length);
  const kind = useEditor((state) =>
    slug === undefined ? null : (stepIn(planOf(state), slug)?.kind ?? null),
  );
  // With nothing selected the canvas has the room.
  if (count === 0) return null;
  if (slug === undefined || kind === null)
    return (
      <aside className="editor-right inspector" aria-label="Steps">
        {slug === undefined ? (
          <p className="muted inspector-empty">{count} steps are selected.</p>
        ) : (
          <BrokenSteps slug={slug} />
        )}
      </aside>
    );
  return (
    <aside className="editor-right inspector" aria-label={`Step ${slug}`}>
      <header className="inspector-head">
        <KindChoice slug={slug} kind={kind} />
        <Slug slug={slug} />
        <button
          type="button"
          className="button button-small"
          aria-expanded={data}
          aria-controls="inspector-data"
          onClick={toggle}
        >
          Data
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="inspector-form" tabIndex={0} aria-label="Fields">
        <StepForm key={slug} slug={slug} kind={kind} open={open} onOpen={setOpen} />
      </section>
      {data && <DataPanel slug={slug} onClose={toggle} />}
    </aside>
  );
}
