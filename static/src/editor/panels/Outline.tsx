/** The plan as a list in which everything can be done without a canvas: the keys of the editor act on what is selected. */
import { memo, useEffect, useMemo, useRef } from "react";
import { kindWord } from "../../shared/statuses";
import { Icon } from "../../shared/ui/bits";
import { connectFrom, moveInList, removeSelected } from "../actions";
import { changeEdge, disconnect, type EdgeRef } from "../commands/connect";
import { readEntry, writeEntry } from "../model/dependsOn";
import { dependsOnOf, findStep, nameOf, type Step, stepsOf } from "../model/plan";
import { planOf, useEditor, useStore } from "../store";

export function Outline() {
  const store = useStore();
  const plan = useEditor(planOf);
  const selected = useEditor((state) => state.selection.steps);
  const errors = useEditor((state) => state.look.findings);
  const wrong = useMemo(() => new Map(errors.map((each) => [each.step, each.severity])), [errors]);
  const list = useRef<HTMLUListElement>(null);
  const steps = stepsOf(plan);
  const current = selected.length === 1 ? selected[0] : undefined;
  useEffect(() => {
    if (current === undefined) return;
    list.current?.querySelector(`[data-slug="${CSS.escape(current)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const go = (by: number) => {
    const at = steps.findIndex((step) => step.slug === current);
    const next = steps[Math.max(0, Math.min(steps.length - 1, at + by))];
    if (!next) return;
    store.select([next.slug]);
    list.current?.querySelector<HTMLElement>(`[data-slug="${CSS.escape(next.slug)}"]`)?.focus();
  };
  return (
    <>
      <div className="row outline-head">
        <button
          type="button"
          className="button button-small"
          onClick={() => store.set({ dialog: { kind: "add" } })}
        >
          <Icon name="plus" />
          Add step
        </button>
        <button
          type="button"
          className="button button-small"
          onClick={() => store.set({ dialog: { kind: "search" } })}
        >
          <Icon name="search" />
          Find step
        </button>
      </div>
      {steps.length === 0 && <p className="muted">No steps yet.</p>}
      <ul
        ref={list}
        className="outline"
        aria-label="Steps"
        onKeyDown={(event) => {
          if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
          const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (by === 0) return;
          event.preventDefault();
          if (event.altKey && current !== undefined) moveInList(store, current, by);
          else go(by);
        }}
      >
        {steps.map((step) => (
          <OutlineStep
            key={step.slug}
            step={step}
            mark={wrong.get(step.slug) ?? null}
            selected={selected.includes(step.slug)}
            open={step.slug === current}
          />
        ))}
      </ul>
    </>
  );
}

type OutlineStepProps = { step: Step; mark: "error" | "warning" | null; selected: boolean; open: boolean };

const OutlineStep = memo(function OutlineStep({ step, mark, selected, open }: OutlineStepProps) {
  const store = useStore();
  const entries = dependsOnOf(step);
  return (
    <li>
      <button
        type="button"
        className="outline-step"
        aria-current={selected}
        aria-expanded={open}
        data-slug={step.slug}
        data-kind={step.kind}
        onClick={() => store.select([step.slug])}
      >
        <Icon name={step.kind} />
        <span>
          <strong>{nameOf(step)}</strong>
          <small>
            {kindWord(step.kind)}
            {entries.length > 0 && ` after ${entries.join(", ")}`}
          </small>
        </span>
        {mark !== null && (
          <span className="step-node-mark" data-mark={mark}>
            <Icon name="warning" />
            <span className="sr-only">{mark === "error" ? "has errors" : "has warnings"}</span>
          </span>
        )}
      </button>
      {open && <OutlineEdges step={step} />}
    </li>
  );
});

/** What the selected step waits for and what waits for it, each edge with what can be done with it. */
function OutlineEdges({ step }: { step: Step }) {
  const store = useStore();
  const plan = useEditor(planOf);
  const title = (slug: string) => {
    const found = findStep(plan, slug);
    return found ? nameOf(found) : slug;
  };
  const incoming = edgesInto(step);
  const outgoing = stepsOf(plan).flatMap((other) =>
    edgesInto(other).filter((edge) => edge.step === step.slug),
  );
  return (
    <div className="outline-edges">
      {incoming.map((edge) => (
        <EdgeRow key={`in ${writeEntry(edge)}`} edge={edge} words={`After ${title(edge.step)}`} />
      ))}
      {outgoing.map((edge) => (
        <EdgeRow key={`out ${edge.to} ${writeEntry(edge)}`} edge={edge} words={`Then ${title(edge.to)}`} />
      ))}
      <div className="row">
        <button type="button" className="button button-small" onClick={() => connectFrom(store, step.slug)}>
          Connect to…
        </button>
        <button
          type="button"
          className="button button-small button-quiet"
          onClick={() => removeSelected(store)}
        >
          Remove step
        </button>
      </div>
    </div>
  );
}

function EdgeRow({ edge, words }: { edge: EdgeRef; words: string }) {
  const store = useStore();
  const said = `${words}${edge.action === null ? "" : ` on ${edge.action}`}`;
  return (
    <div className="outline-edge">
      <span>
        {words}
        {edge.action !== null && <span className="mono"> {edge.action}</span>}
      </span>
      <label className="check">
        <input
          type="checkbox"
          checked={edge.awaitOnly}
          aria-label={`${said}: await only`}
          onChange={() => {
            const change = { awaitOnly: !edge.awaitOnly };
            store.do("Change edge", (plan) => changeEdge(plan, edge, change));
          }}
        />
        await
      </label>
      <button
        type="button"
        className="button-icon"
        aria-label={`${said}: remove edge`}
        onClick={() => store.do("Remove edge", (plan) => disconnect(plan, edge))}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function edgesInto(step: Step): EdgeRef[] {
  return dependsOnOf(step).flatMap((text) => {
    const entry = readEntry(text);
    return entry ? [{ ...entry, to: step.slug }] : [];
  });
}
