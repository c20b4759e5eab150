/** Whose fields a form shows: a step's or the plan's; reading and writing them by path. */
import { createContext, useCallback, useContext, useMemo } from "react";
import { setPlanField, setStepField } from "../commands/setField";
import type { Finding } from "../model/look";
import type { Path } from "../model/patch";
import { entriesOf, isStep, type Json, type Plan, type Step, valueAt } from "../model/plan";
import { planOf, type State, useEditor, useStore } from "../store";
import { findingsAt } from "./found";
import { wireOf } from "./wire";

/** The slug of a step; null for the plan's own fields. */
export type Scope = string | null;

export const ScopeContext = createContext<Scope>(null);

export function useScope(): Scope {
  return useContext(ScopeContext);
}

const indexes = new WeakMap<Plan, Map<string, Step>>();

/** A step by its slug; all fields of a form ask at every keystroke, so the steps of a plan are walked once. */
export function stepIn(plan: Plan, slug: string): Step | null {
  let index = indexes.get(plan);
  if (!index) {
    index = new Map();
    for (const entry of entriesOf(plan))
      if (isStep(entry) && !index.has(entry.slug)) index.set(entry.slug, entry);
    indexes.set(plan, index);
  }
  return index.get(slug) ?? null;
}

/** The value of a field; the same object as long as it is unchanged. */
export function fieldValue(state: State, scope: Scope, path: Path): Json | undefined {
  const plan = planOf(state);
  return valueAt(scope === null ? plan : (stepIn(plan, scope) ?? undefined), path);
}

export function useFieldValue(path: Path): Json | undefined {
  const scope = useScope();
  return useEditor((state) => fieldValue(state, scope, path));
}

/** Write a field: undefined removes its key. Words typed one after the other into one field are one entry to undo. */
export type SetField = (value: Json | undefined) => void;

export function useSetField(path: Path, label: string): SetField {
  const store = useStore();
  const scope = useScope();
  return useCallback(
    (value) => {
      const words = scope === null ? `Change ${label} of the plan` : `Change ${label} of ${scope}`;
      store.do(words, (plan) => written(plan, scope, path, value), `${scope ?? ""}:${wireOf(path)}`);
    },
    [store, scope, path, label],
  );
}

function written(plan: Plan, scope: Scope, path: Path, value: Json | undefined): Plan {
  return scope === null ? setPlanField(plan, path, value) : setStepField(plan, scope, path, value);
}

const NO_FINDINGS = "[]";

/** The findings at a field; the same list until one of them changes. */
export function useFindings(field: string, within: boolean): readonly Finding[] {
  const scope = useScope();
  const text = useEditor((state) => {
    const found = findingsAt(state.look.findings, scope, field, within);
    return found.length === 0 ? NO_FINDINGS : JSON.stringify(found);
  });
  return useMemo(() => JSON.parse(text) as Finding[], [text]);
}

/** What stands before ids of the form, so that the forms of plan and step can be open at once. */
export function idOf(scope: Scope, field: string): string {
  return `${scope === null ? "plan" : "step"}:${field}`;
}
