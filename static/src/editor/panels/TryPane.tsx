/** Try the plan: walk through it with people, answers and clock that the author plays; keep a walk as a test case. */
import { type FormEvent, useState } from "react";
import { Icon } from "../../shared/ui/bits";
import { Json as JsonView } from "../../shared/ui/Json";
import { isObject, type Json, type JsonObject } from "../model/plan";
import { toCase, withCase } from "../model/walk";
import { planOf, useEditor, useStore } from "../store";
import { letPass, runCases, showCoverage, showFrames, startWalk } from "../sync/trying";
import { Decisions } from "./TryDecisions";
import "./try.css";

export function TryPane() {
  const store = useStore();
  const problem = useEditor((state) => state.trying.problem);
  const busy = useEditor((state) => state.trying.busy);
  return (
    <section className="bottom-pane" aria-label="Try the plan" aria-busy={busy}>
      <header className="bottom-head">
        <h2>Try</h2>
        {busy && (
          <span className="muted" role="status">
            Walking…
          </span>
        )}
        {problem !== null && (
          <span className="finding-text" role="alert">
            {problem}
          </span>
        )}
        <button
          type="button"
          className="button-icon"
          aria-label="Stop trying"
          onClick={() => store.set({ bottom: null })}
        >
          <Icon name="close" />
        </button>
      </header>
      <div className="walk">
        <Given />
        <Frames />
        <Decisions />
        <Cases />
      </div>
    </section>
  );
}

/** What the walk starts with. */
function Given() {
  const store = useStore();
  const plan = useEditor(planOf);
  const busy = useEditor((state) => state.trying.busy);
  const until = useEditor((state) => state.trying.setup.until);
  const setup = store.get().trying.setup;
  const options = Array.isArray(plan.inputOptions) ? plan.inputOptions.filter(isObject) : [];
  const [documents, setDocuments] = useState(setup.documents.join(", "));
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    firstValues(options, setup.inputs),
  );
  const start = (event: FormEvent) => {
    event.preventDefault();
    const names = documents
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    void startWalk(store, toInputs(options, values), names);
  };
  return (
    <form className="try-column form" onSubmit={start} aria-label="Start with">
      {options.map((option) => {
        const name = String(option.name ?? "");
        return (
          <label className="field" key={name}>
            <span className="field-label">{String(option.label ?? name)}</span>
            <input
              className="input"
              value={values[name] ?? ""}
              onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            />
          </label>
        );
      })}
      <label className="field">
        <span className="field-label">
          Documents <span className="muted">names, with commas</span>
        </span>
        <input className="input" value={documents} onChange={(event) => setDocuments(event.target.value)} />
      </label>
      {until !== null && (
        <p className="row small">
          Up to <span className="mono">{until}</span>
          <button
            type="button"
            className="button button-small button-quiet"
            onClick={() => {
              const { trying } = store.get();
              store.set({ trying: { ...trying, setup: { ...trying.setup, until: null } } });
            }}
          >
            To the end instead
          </button>
        </p>
      )}
      <button type="submit" className="button button-primary" disabled={busy}>
        <Icon name="play" />
        Start walk
      </button>
    </form>
  );
}

/** What happened, in order; the frames up to the chosen one are drawn on the graph. */
function Frames() {
  const store = useStore();
  const walk = useEditor((state) => state.trying.walk);
  const shown = useEditor((state) => state.trying.shown);
  if (!walk)
    return (
      <p className="try-column muted">
        A walk runs the plan as it is now: scripts and conditions for real, everything outside by answers of
        yours.
      </p>
    );
  const last = walk.frames.length;
  return (
    <div className="try-column">
      <div className="row">
        <Step
          icon="back-all"
          label="To the start"
          disabled={shown <= 1}
          onPress={() => showFrames(store, 1)}
        />
        <Step
          icon="back"
          label="One step back"
          disabled={shown <= 1}
          onPress={() => showFrames(store, shown - 1)}
        />
        <Step
          icon="next"
          label="One step on"
          disabled={shown >= last}
          onPress={() => showFrames(store, shown + 1)}
        />
        <Step
          icon="next-all"
          label="To the end"
          disabled={shown >= last}
          onPress={() => showFrames(store, last)}
        />
        <span className="muted small num">
          {shown} of {last}
        </span>
      </div>
      <ol className="try-frames">
        {walk.frames.slice(0, shown).map((frame) => (
          <li key={frame.seq}>
            <button
              type="button"
              className="finding-words"
              onClick={() => frame.step !== null && store.select([frame.step])}
            >
              {frame.words}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

type StepProps = { icon: string; label: string; disabled: boolean; onPress: () => void };

function Step({ icon, label, disabled, onPress }: StepProps) {
  return (
    <button
      type="button"
      className="button-icon"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

/** How it ended, the time that may pass, and the walk as a test case. */
function Cases() {
  const store = useStore();
  const walk = useEditor((state) => state.trying.walk);
  const cases = useEditor((state) => state.trying.cases);
  const coverage = useEditor((state) => state.trying.coverage);
  const hours = useEditor((state) => state.trying.setup.hours);
  const test = useEditor((state) => planOf(state).test);
  const count = isObject(test) && Array.isArray(test.cases) ? test.cases.length : 0;
  const [name, setName] = useState("");
  const keep = (event: FormEvent) => {
    event.preventDefault();
    if (!walk || name.trim() === "") return;
    const added = toCase(name.trim(), store.get().trying.setup, walk);
    store.do(`Keep test case ${name.trim()}`, (plan) => withCase(plan, added));
    store.say(`Kept as test case ${name.trim()}`);
    setName("");
  };
  return (
    <div className="try-column">
      {walk && walk.status !== null && (
        <>
          <p>
            <strong>{walk.status}</strong>
            {walk.outcome !== null && ` · ${walk.outcome}`}
          </p>
          {walk.output !== null && <JsonView value={walk.output} label="Output" />}
          {walk.waiting.length > 0 && (
            <p className="row">
              <button type="button" className="button button-small" onClick={() => void letPass(store, 1)}>
                Let an hour pass
              </button>
              <button type="button" className="button button-small" onClick={() => void letPass(store, 24)}>
                Let a day pass
              </button>
              {hours > 0 && <span className="muted small num">{hours} h passed</span>}
            </p>
          )}
          <form className="row" onSubmit={keep}>
            <input
              className="input"
              aria-label="Name of the test case"
              placeholder="What this walk shows"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="button button-small">
              Keep as test case
            </button>
          </form>
        </>
      )}
      <p className="row">
        <button
          type="button"
          className="button button-small"
          disabled={count === 0}
          onClick={() => void runCases(store)}
        >
          Run {count === 1 ? "1 test case" : `${count} test cases`}
        </button>
        {cases && (
          <label className="check">
            <input type="checkbox" checked={coverage} onChange={() => showCoverage(store, !coverage)} />
            Show what they cover
          </label>
        )}
      </p>
      {cases && (
        <ul className="try-cases">
          {cases.cases.map((each) => (
            <li key={each.name} data-passed={each.passed}>
              <Icon name={each.passed ? "s-completed" : "s-failed"} />
              <span>
                {each.name}
                <span className="sr-only">{each.passed ? ": passed" : ": failed"}</span>
                {each.why !== "" && <small className="muted"> {each.why}</small>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function firstValues(options: readonly JsonObject[], inputs: JsonObject): Record<string, string> {
  const entries = options.map((option) => {
    const name = String(option.name ?? "");
    const value = inputs[name] ?? option.default ?? "";
    return [name, typeof value === "string" ? value : JSON.stringify(value)] as const;
  });
  return Object.fromEntries(entries);
}

const TEXTS = new Set<Json | undefined>(["string", "text", "date", "datetime", "selection", undefined]);

/** What was typed, as JSON where the option is no text; the server says what is wrong with it. */
function toInputs(options: readonly JsonObject[], values: Readonly<Record<string, string>>): JsonObject {
  const inputs: Record<string, Json> = {};
  for (const option of options) {
    const name = String(option.name ?? "");
    const text = values[name] ?? "";
    if (text === "") continue;
    inputs[name] = TEXTS.has(option.type) ? text : parsed(text);
  }
  return inputs;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
