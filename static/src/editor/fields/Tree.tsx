/** Input trees: JSON with references to inputs, variables and results of steps, and a hand that writes them. */
import { useMemo, useRef, useState } from "react";
import type { RunData } from "../code/complete/roots";
import { upstreamOf } from "../commands/connect";
import { isObject, type Json } from "../model/plan";
import { planOf, useEditor } from "../store";
import type { CodeHandle } from "./CodeField";
import { Combobox } from "./Combobox";
import { JsonWidget } from "./code";
import { type Option, stepOptionsOf } from "./options";
import { type DataPath, treePath, treeReference } from "./references";
import { objectOf } from "./rows";
import { useRunDetail } from "./runData";
import { useScope } from "./scope";
import type { WidgetProps } from "./widget";

export function TreeWidget(props: WidgetProps) {
  const [open, setOpen] = useState(false);
  const handle = useRef<CodeHandle>(null);
  const { id, value, set } = props;
  const insert = (path: DataPath) => {
    const reference = treeReference(path);
    if (!reference) return;
    if (value === undefined) set(reference);
    else handle.current?.insert(JSON.stringify(reference));
    setOpen(false);
  };
  return (
    <>
      <JsonWidget {...props} language="tree" handle={handle} />
      <button
        type="button"
        className="disclosure"
        aria-expanded={open}
        aria-controls={`${id}-reference`}
        onClick={() => setOpen(!open)}
      >
        Insert a reference
      </button>
      {open && (
        <div id={`${id}-reference`}>
          <ReferencePicker id={id} onInsert={insert} />
        </div>
      )}
    </>
  );
}

const INPUTS = "inputs";

function ReferencePicker({ id, onInsert }: { id: string; onInsert: (path: DataPath) => void }) {
  const sources = useSources();
  const data = useRunDetail();
  const [source, setSource] = useState(INPUTS);
  const [path, setPath] = useState("");
  const paths = useMemo(() => pathsOf(dataAt(data, source)), [data, source]);
  const go = () => {
    const root: DataPath = source.startsWith("steps ")
      ? ["steps", source.slice(6), "result"]
      : source.startsWith("variables ")
        ? ["variables", source.slice(10)]
        : ["inputs"];
    onInsert([...root, ...readPath(path)]);
  };
  return (
    <div className="reference-picker">
      <label className="field">
        <span className="field-label">From</span>
        <select className="input" value={source} onChange={(event) => setSource(event.target.value)}>
          <option value={INPUTS}>Inputs of the activity</option>
          {sources.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <div className="field">
        <label className="field-label" htmlFor={`${id}-path`}>
          Path
        </label>
        <Combobox
          id={`${id}-path`}
          value={path}
          options={paths}
          onCommit={setPath}
          placeholder="All of it, or a.b[0]"
        />
      </div>
      <button type="button" className="button button-small" onClick={go}>
        Insert
      </button>
    </div>
  );
}

/** Steps that come before, then the other ones, then variables. */
function useSources(): readonly Option[] {
  const scope = useScope();
  const plan = useEditor(planOf);
  return useMemo(() => {
    const upstream = scope === null ? null : upstreamOf(plan, scope);
    const steps = stepOptionsOf(plan, scope).map(({ value, label }) => ({
      value: `steps ${value}`,
      label: `${label} (${value})${upstream?.has(value) === false ? ", later" : ""}`,
    }));
    const variables = Object.keys(objectOf(plan.variables)).map((name) => ({
      value: `variables ${name}`,
      label: `Variable ${name}`,
    }));
    return [...steps, ...variables];
  }, [plan, scope]);
}

function dataAt(data: RunData | null, source: string): Json | undefined {
  if (!data) return undefined;
  if (source.startsWith("steps ")) return data.steps[source.slice(6)]?.result;
  return source === INPUTS ? data.inputs : objectOf(data.variables)[source.slice(10)];
}

const DEEP = 5;
const MANY = 200;

/** The paths into a value, with what stands there: nearest first. */
export function pathsOf(value: Json | undefined): Option[] {
  const found: Option[] = [];
  const open: { path: DataPath; value: Json }[] = value === undefined ? [] : [{ path: [], value }];
  for (let next = open.shift(); next && found.length < MANY; next = open.shift()) {
    if (next.path.length > 0) {
      const text = treePath(next.path);
      found.push({ value: text, label: text, detail: JSON.stringify(next.value).slice(0, 60) });
    }
    if (next.path.length >= DEEP) continue;
    const { path } = next;
    if (Array.isArray(next.value))
      open.push(
        ...next.value.slice(0, 3).map((each: Json, index) => ({ path: [...path, index], value: each })),
      );
    else if (isObject(next.value))
      open.push(...Object.entries(next.value).map(([key, each]) => ({ path: [...path, key], value: each })));
  }
  return found;
}

/** The keys of a path as it is written here; a path in brackets comes apart as well. */
export function readPath(text: string): DataPath {
  const parts = text.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g);
  return [...parts].flatMap(([_all, index, quoted, word]): (string | number)[] => {
    if (index !== undefined) return [Number(index)];
    if (quoted !== undefined) return [JSON.parse(`"${quoted}"`) as string];
    return word === "$" || word === undefined ? [] : [word];
  });
}
