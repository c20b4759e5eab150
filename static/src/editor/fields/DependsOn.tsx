/** The steps that a step waits for, as rows; the canvas draws the same entries as edges. */
import { useCallback, useMemo, useState } from "react";
import { canConnect, changeEdge, connect, disconnect, type EdgeRef } from "../commands/connect";
import { type Entry, readEntry, writeEntry } from "../model/dependsOn";
import { findStep, type Json, type Plan, stepsOf } from "../model/plan";
import { planOf, type State, useEditor, useStore } from "../store";
import { Combobox } from "./Combobox";
import { FindingsAt } from "./FindingsAt";
import { type Option, stepOptionsOf } from "./options";
import { RowTools } from "./Rows";
import { listOf, moved, orNothing } from "./rows";
import { useScope } from "./scope";
import { Problem, textOf } from "./texts";
import type { WidgetProps } from "./widget";

export function DependsOnWidget({ id, value, set, field, label, describedBy }: WidgetProps) {
  const scope = useScope();
  const entries = listOf(value);
  const write = (next: readonly Json[]) => set(orNothing(next));
  return (
    <div className="field-rows">
      {entries.map((entry, index) => (
        <EntryRow
          key={textOf(entry)}
          text={textOf(entry)}
          field={`${field}[${index}]`}
          index={index}
          count={entries.length}
          onMove={(by) => write(moved(entries, index, by))}
          onRemove={() => write(entries.toSpliced(index, 1))}
        />
      ))}
      {scope !== null && <AddEntry id={id} step={scope} label={label} describedBy={describedBy} />}
    </div>
  );
}

type EntryRowProps = {
  text: string;
  field: string;
  index: number;
  count: number;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function EntryRow({ text, field, index, count, onMove, onRemove }: EntryRowProps) {
  const store = useStore();
  const to = useScope() ?? "";
  const entry = readEntry(text);
  const actions = useActions(entry?.step ?? null);
  const edge: EdgeRef | null = entry && { ...entry, to };
  const change = (next: { action?: string | null; awaitOnly?: boolean }) => {
    if (edge) store.do(`Change what ${to} waits for`, (plan) => changeEdge(plan, edge, next));
  };
  const remove = () => {
    if (!edge) return onRemove();
    store.do(`Disconnect ${edge.step} from ${to}`, (plan) => disconnect(plan, edge));
  };
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        <button
          type="button"
          className="link-button mono"
          title="Select this step"
          onClick={() => entry && store.select([entry.step])}
        >
          {entry?.step ?? text}
        </button>
        {entry && (actions.length > 0 || entry.action !== null) && (
          <select
            className="input row-mode"
            aria-label={`Action of ${entry.step}`}
            value={entry.action ?? ""}
            onChange={(event) => change({ action: event.target.value || null })}
          >
            <option value="">any action</option>
            {[...new Set([...actions, ...(entry.action === null ? [] : [entry.action])])].map((action) => (
              <option key={action}>{action}</option>
            ))}
          </select>
        )}
        <RowTools name={text} index={index} count={count} onMove={onMove} onRemove={remove} />
      </div>
      {entry && (
        <label className="check small">
          <input
            type="checkbox"
            checked={entry.awaitOnly}
            onChange={(event) => change({ awaitOnly: event.target.checked })}
          />
          Await only: goes on however {entry.step} settles
        </label>
      )}
      <FindingsAt field={field} within />
    </div>
  );
}

/** The actions that the server sees on a step, as one text, so that the same ones are the same. */
function useActions(step: string | null): readonly string[] {
  const text = useEditor((state) => actionsOf(state, step).join("\n"));
  return useMemo(() => (text === "" ? [] : text.split("\n")), [text]);
}

function actionsOf(state: State, step: string | null): readonly string[] {
  return state.look.graph.steps.find(({ slug }) => slug === step)?.actions ?? [];
}

type AddEntryProps = { id: string; step: string; label: string; describedBy: string };

/** Offers every step, and every action of one, that may be waited for. */
function AddEntry({ id, step, label, describedBy }: AddEntryProps) {
  const store = useStore();
  const options = useCallback(
    () => entryOptions(planOf(store.get()), store.get().look.graph.steps, step),
    [store, step],
  );
  const [problem, setProblem] = useState<string | null>(null);
  const add = (text: string) => {
    const entry = readEntry(text);
    const refused = entry
      ? whyNot(planOf(store.get()), entry, step)
      : `“${text}” is no dependency; write a step, or step:action.`;
    setProblem(refused);
    if (!entry || refused !== null) return;
    store.do(`Connect ${entry.step} to ${step}`, (now) =>
      connect(now, entry.step, entry.action, step, entry.awaitOnly),
    );
  };
  return (
    <>
      <Combobox
        id={id}
        label={label}
        adds
        value=""
        options={options}
        onCommit={add}
        placeholder="Add a step to wait for"
        describedBy={describedBy}
      />
      <Problem id={id} text={problem} />
    </>
  );
}

/** Why the step can't wait for it; null if it can. */
function whyNot(plan: Plan, entry: Entry, to: string): string | null {
  if (canConnect(plan, entry.step, entry.action, to)) return null;
  if (!findStep(plan, entry.step)) return `The plan has no step “${entry.step}”.`;
  return `${to} waits for ${entry.step} already, or ${entry.step} waits for ${to}.`;
}

type Emitting = { readonly slug: string; readonly actions: readonly string[] };

function entryOptions(plan: Plan, seen: readonly Emitting[], to: string): Option[] {
  const actions = new Map(seen.map((step) => [step.slug, step.actions]));
  const known = new Set(stepsOf(plan).map(({ slug }) => slug));
  return stepOptionsOf(plan, to).flatMap((option) => {
    if (!known.has(option.value)) return [];
    const offered = [null, ...(actions.get(option.value) ?? [])];
    return offered
      .filter((action) => canConnect(plan, option.value, action, to))
      .map((action) => ({
        ...option,
        value: writeEntry({ step: option.value, awaitOnly: false, action }),
        label: action === null ? option.label : `${option.label}: ${action}`,
      }));
  });
}
