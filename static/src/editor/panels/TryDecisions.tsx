/** What the walk waits for: decisions of people, and answers of what is outside. */
import { type FormEvent, useId, useState } from "react";
import { parseJson } from "../model/parseJson";
import { isObject, type JsonObject } from "../model/plan";
import type { Missing, Waiting } from "../model/walk";
import { useEditor, useStore } from "../store";
import { answer, decide } from "../sync/trying";

export function Decisions() {
  const walk = useEditor((state) => state.trying.walk);
  const shown = useEditor((state) => state.trying.shown);
  if (!walk) return null;
  if (shown < walk.frames.length)
    return <p className="try-column muted">Go on to the end of what has happened to decide.</p>;
  if (walk.waiting.length + walk.missing.length === 0)
    return <p className="try-column muted">Nothing more is waited for.</p>;
  return (
    <div className="try-column">
      {walk.waiting.map((each) => (
        <Decision key={each.step} waiting={each} />
      ))}
      {walk.missing.map((each) => (
        <Answer key={`${each.step} ${each.document ?? ""}`} missing={each} />
      ))}
    </div>
  );
}

function Decision({ waiting }: { waiting: Waiting }) {
  const store = useStore();
  const [data, setData] = useState("{}");
  const [wrong, setWrong] = useState<string | null>(null);
  const id = useId();
  const press = (action: string) => {
    const read = asObject(data);
    if (typeof read === "string") return setWrong(read);
    setWrong(null);
    void decide(store, waiting.step, action, read);
  };
  return (
    <section className="try-decision" aria-label={`Decide ${waiting.step}`}>
      <p>
        <span className="mono">{waiting.step}</span> waits for a person
        {waiting.due ? `, due ${waiting.due}` : ""}.
      </p>
      {waiting.kind === "CREATE_TASK" && (
        <div className={wrong === null ? "field" : "field field-wrong"}>
          <label htmlFor={id} className="field-label">
            Form data <span className="muted">JSON</span>
          </label>
          <textarea
            id={id}
            className="mono"
            rows={2}
            value={data}
            onChange={(event) => setData(event.target.value)}
          />
          {wrong !== null && <p className="field-error">{wrong}</p>}
        </div>
      )}
      <div className="row">
        {waiting.actions
          .filter((action) => action.offered)
          .map((action) => (
            <button
              key={action.slug}
              type="button"
              className="button button-small"
              onClick={() => press(action.slug)}
            >
              {action.label}
            </button>
          ))}
      </div>
    </section>
  );
}

const OUTCOMES = ["success", "failed", "skipped", "timeout"] as const;

function Answer({ missing }: { missing: Missing }) {
  const store = useStore();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>("success");
  const [text, setText] = useState("{}");
  const [wrong, setWrong] = useState<string | null>(null);
  const id = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    const read = asObject(text);
    if (typeof read === "string") return setWrong(read);
    setWrong(null);
    void answer(store, missing.step, returns(outcome, read), missing.document);
  };
  return (
    <form className="try-decision form" onSubmit={send} aria-label={`Answer for ${missing.step}`}>
      <p>
        <span className="mono">{missing.step}</span>
        {missing.document ? ` for ${missing.document}` : ""} needs an answer of yours.
      </p>
      {missing.input !== null && (
        <details>
          <summary className="small">What it was called with</summary>
          <pre className="code">{JSON.stringify(missing.input, null, 2)}</pre>
        </details>
      )}
      <label className="field">
        <span className="field-label">Outcome</span>
        <select value={outcome} onChange={(event) => setOutcome(event.target.value as typeof outcome)}>
          {OUTCOMES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      {(outcome === "success" || outcome === "failed") && (
        <div className={wrong === null ? "field" : "field field-wrong"}>
          <label htmlFor={id} className="field-label">
            {outcome === "success" ? "Result" : "Error, with code and message"}{" "}
            <span className="muted">JSON</span>
          </label>
          <textarea
            id={id}
            className="mono"
            rows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {wrong !== null && <p className="field-error">{wrong}</p>}
        </div>
      )}
      <button type="submit" className="button button-small">
        Go on
      </button>
    </form>
  );
}

function returns(outcome: string, value: JsonObject): JsonObject {
  if (outcome === "success") return { outcome, result: value };
  if (outcome === "failed") return { outcome, error: { code: 500, message: "failed", ...value } };
  return { outcome };
}

/** The object in a text, or what is wrong with it. */
function asObject(text: string): JsonObject | string {
  const read = parseJson(text);
  if ("problem" in read) return read.problem;
  return isObject(read.value) ? read.value : "This must be an object in { }.";
}
