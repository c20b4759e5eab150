/** The plan as YAML or JSON under the canvas, edited both ways; the strip that opens it. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Icon } from "../../shared/ui/bits";
import { CodeField } from "../code/CodeField";
import { heightOf, keepHeight, LEAST_HEIGHT } from "../code/paneHeight";
import { sourceMarks, stepAtLine } from "../code/sourceMarks";
import { type SourceSync, type SourceView, sourceSyncOf } from "../code/sourceSync";
import type { CodeHandle } from "../code/types";
import type { Notation } from "../props";
import { useEditor, useStore } from "../store";
import { TryPane } from "./TryPane";

const STEP = 32;

/** A strip under the canvas; pressed, the text of the plan lies above it. */
export function SourcePane() {
  const store = useStore();
  const open = useEditor((state) => state.bottom === "source");
  const trying = useEditor((state) => state.bottom === "try");
  return (
    <div className="source-dock">
      {open && <Pane />}
      {trying && <TryPane />}
      <div className="source-strip">
        <button
          type="button"
          className="button button-quiet button-small"
          aria-expanded={open}
          aria-controls={open ? "source-pane" : undefined}
          onClick={() => store.set({ bottom: open ? null : "source" })}
        >
          <Icon name="file" />
          Source
        </button>
        <button
          type="button"
          className="button button-quiet button-small"
          aria-expanded={trying}
          onClick={() => store.set({ bottom: trying ? null : "try" })}
        >
          <Icon name="play" />
          Try
        </button>
      </div>
    </div>
  );
}

function Pane() {
  const sync = sourceSyncOf(useStore());
  const view = useSyncExternalStore(sync.subscribe, sync.get);
  const [height, setHeight] = useState(heightOf);
  useEffect(() => {
    sync.open();
    return sync.seal;
  }, [sync]);
  return (
    <section id="source-pane" className="source-pane" aria-label="Source" style={{ height }}>
      <Edge height={height} onHeight={setHeight} />
      <Head sync={sync} view={view} />
      <Words sync={sync} view={view} />
      <Text sync={sync} view={view} />
    </section>
  );
}

/** The upper edge: dragged, or moved by the arrow keys, it makes the pane higher. */
function Edge({ height, onHeight }: { height: number; onHeight: (height: number) => void }) {
  const most = Math.max(LEAST_HEIGHT, Math.round(window.innerHeight * 0.8));
  const change = (wanted: number) => {
    const next = Math.min(most, Math.max(LEAST_HEIGHT, Math.round(wanted)));
    keepHeight(next);
    onHeight(next);
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) change(height - event.movementY);
  };
  const press = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? STEP : event.key === "ArrowDown" ? -STEP : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    change(height + by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a ruler between two texts is no edge that can be moved
    <div
      className="source-edge"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label="Height of the source"
      aria-valuenow={height}
      aria-valuemin={LEAST_HEIGHT}
      aria-valuemax={most}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
    />
  );
}

const NOTATIONS: readonly { key: Notation; word: string }[] = [
  { key: "yaml", word: "YAML" },
  { key: "json", word: "JSON" },
];

function Head({ sync, view }: { sync: SourceSync; view: SourceView }) {
  const store = useStore();
  const stuck = view.state !== "even";
  return (
    <header className="source-head">
      <strong>Source</strong>
      <fieldset className="source-notations">
        <legend className="sr-only">Notation</legend>
        {NOTATIONS.map(({ key, word }) => (
          <button
            key={key}
            type="button"
            className="button button-small"
            aria-pressed={view.notation === key}
            aria-disabled={stuck && view.notation !== key}
            title={stuck && view.notation !== key ? "What is typed has to be readable first" : undefined}
            onClick={() => !stuck && void sync.show(key)}
          >
            {word}
          </button>
        ))}
      </fieldset>
      <p className="muted small" role="status">
        {wordsOf(view)}
      </p>
      <p id="source-keys" className="code-keys">
        Tab indents; Escape, then Tab leaves
      </p>
      <button
        type="button"
        className="button-icon"
        aria-label="Close the source"
        onClick={() => store.set({ bottom: null })}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

function wordsOf({ state, problem }: SourceView): string {
  if (problem) return "This can't be read yet; the canvas shows the plan as it was";
  switch (state) {
    case "opening":
      return "Opening…";
    case "typed":
      return "Reading…";
    case "offline":
      return "The server can't be reached; what is typed is kept here";
    case "split":
    case "even":
      return "";
    default: {
      const _: never = state;
      return _;
    }
  }
}

/** What is wrong with the text as a whole, and what can be done. */
function Words({ sync, view }: { sync: SourceSync; view: SourceView }) {
  if (view.problem)
    return (
      <div className="notice notice-error source-words" role="alert">
        <p>
          {view.problem.line > 0 && `Line ${view.problem.line}, column ${view.problem.column}: `}
          {view.problem.message}
        </p>
        <button type="button" className="button button-small" onClick={() => void sync.takePlan()}>
          Write from the canvas
        </button>
      </div>
    );
  if (view.state !== "split") return null;
  return (
    <div className="notice notice-warning source-words" role="alert">
      <p>The canvas changed while this text could not be read. Either can be taken, and undone.</p>
      <button type="button" className="button button-small" onClick={() => sync.takeText()}>
        Take this text
      </button>
      <button type="button" className="button button-small" onClick={() => void sync.takePlan()}>
        Write from the canvas
      </button>
    </div>
  );
}

function Text({ sync, view }: { sync: SourceSync; view: SourceView }) {
  const store = useStore();
  const findings = useEditor((state) => state.look.findings);
  const selected = useEditor((state) =>
    state.selection.steps.length === 1 ? (state.selection.steps[0] ?? null) : null,
  );
  const [handle, setHandle] = useState<CodeHandle | null>(null);
  const pointed = useRef<string | null>(null);
  const { text, lines, problem, state } = view;
  // While a line is typed the findings are of the text before; they move when the server has seen the new one.
  const shown = useMemo(() => ({ lines, problem, text: sync.get().text }), [lines, problem, sync]);
  const marks = useMemo(
    () => sourceMarks(shown.text, shown.lines, findings, shown.problem),
    [shown, findings],
  );
  useEffect(() => {
    // In another notation the step stands elsewhere.
    if (view.notation) pointed.current = null;
  }, [view.notation]);
  const range = selected === null ? null : (lines[selected] ?? null);
  const [first, last] = range ?? [0, 0];
  useEffect(() => {
    handle?.showRange(first > 0 ? [first, last] : null);
    if (!handle || first === 0 || pointed.current === selected) return;
    handle.showLine(first);
    pointed.current = selected;
  }, [handle, first, last, selected]);
  useEffect(() => {
    // It is opened by hand: the cursor goes there.
    handle?.focus();
  }, [handle]);
  const onLine = (line: number) => {
    const slug = stepAtLine(sync.get().lines, line);
    if (sync.get().state !== "even" || slug === null) return;
    pointed.current = slug;
    store.select([slug]);
  };
  return (
    <CodeField
      handle={setHandle}
      language={view.notation}
      height="fill"
      label={`Source of the plan as ${view.notation.toUpperCase()}`}
      value={text}
      onChange={(typed) => sync.type(typed)}
      onBlur={sync.seal}
      onLine={onLine}
      marks={marks}
      describedBy="source-keys"
      gutter
      readOnly={state === "opening"}
    />
  );
}
