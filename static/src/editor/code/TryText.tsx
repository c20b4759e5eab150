/** Try a text on the data of an earlier activity: its value, or the error with its place. */
import { useEffect, useId, useState } from "react";
import { errorText } from "../../shared/api";
import { exact } from "../../shared/time";
import type { Json } from "../model/plan";
import { useStore } from "../store";
import {
  dataFor,
  dataOfRun,
  type Evaluated,
  type EvaluateLanguage,
  evaluate,
  listRuns,
  type Run,
} from "./evaluate";

const PAUSE = 350;
const LONGEST = 4000;

export type TryTextProps = {
  language: EvaluateLanguage;
  text: string;
  /** The step that the text belongs to; null for a text of the plan. */
  slug: string | null;
  onEvaluated: (evaluated: Evaluated | null) => void;
};

export function TryText({ language, text, slug, onEvaluated }: TryTextProps) {
  const store = useStore();
  const [runs, setRuns] = useState<readonly Run[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Evaluated | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const run = chosen ?? runs?.[0]?.id ?? "";
  useEffect(() => {
    listRuns(store).then(setRuns, (error: unknown) => {
      setRuns([]);
      setProblem(errorText(error));
    });
  }, [store]);
  useEffect(() => {
    if (runs === null) return;
    let wanted = true;
    const timer = window.setTimeout(async () => {
      try {
        const data = dataFor(run === "" ? null : await dataOfRun(store, run), slug);
        const evaluated = await evaluate(store, language, text, data);
        if (!wanted) return;
        setAnswer(evaluated);
        setProblem(null);
        onEvaluated(evaluated);
      } catch (error) {
        if (wanted) setProblem(errorText(error));
      }
    }, PAUSE);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [store, runs, run, language, text, slug, onEvaluated]);
  return (
    <section className="try" aria-label="Try">
      <div className="try-head">
        <label className="small" htmlFor={id}>
          Data of
        </label>
        <select id={id} className="input" value={run} onChange={(event) => setChosen(event.target.value)}>
          {(runs ?? []).map(({ id: value, title, startedAt, status }) => (
            <option key={value} value={value}>
              {title}, {status.toLowerCase()}, {exact(new Date(startedAt))}
            </option>
          ))}
          <option value="">no activity, everything empty</option>
        </select>
      </div>
      {problem !== null && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
      <div role="status">{answer ? <Answer answer={answer} /> : <p className="muted small">Trying…</p>}</div>
    </section>
  );
}

function Answer({ answer }: { answer: Evaluated }) {
  const { logs = [] } = answer;
  return (
    <>
      {answer.error ? (
        <p className="try-value try-error">
          {answer.error.line !== null && `Line ${answer.error.line}, column ${answer.error.column ?? 1}: `}
          {answer.error.message}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <section className="try-value" tabIndex={0} aria-label="Value">
          {answer.hasValue ? shown(answer.value) : "no value"}
        </section>
      )}
      {!answer.error &&
        (answer.warnings ?? []).map(({ message }) => (
          <p key={message} className="small muted">
            {message}
          </p>
        ))}
      {logs.length > 0 && (
        <ul className="try-logs" aria-label="Log">
          {logs.map(({ level, text }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a log have no other name
            <li key={index}>
              {level}: {text}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function shown(value: Json): string {
  const text = JSON.stringify(value, null, 2);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
