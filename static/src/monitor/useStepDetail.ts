/** What the drawer shows beyond the live view: asked for when it opens and whenever the step changes. */
import { useEffect, useState } from "react";
import { errorText, getJson } from "../shared/api";
import type { StepStatus } from "../shared/statuses";
import type { StepError, StepView } from "./messages";

export type LogLine = { level: string; text: string; at?: string | null };

export type Attempt = {
  run: number;
  attempt: number;
  status: StepStatus;
  startedAt: string | null;
  finishedAt: string | null;
  error: StepError | string | null;
  /** Of a fan-out: the document that was tried. */
  document?: string | null;
};

export type DocumentRun = {
  id?: string;
  name: string;
  status: StepStatus;
  error: StepError | string | null;
  startedAt: string | null;
  finishedAt: string | null;
  result: unknown;
  logs?: LogLine[];
};

export type StepDetail = Omit<StepView, "documents"> & {
  input: unknown;
  result: unknown;
  logs: LogLine[];
  attempts: Attempt[];
  documents: DocumentRun[];
  task: { url: string; title: string; status: string } | null;
  why: string;
};

/** A fan-out changes many times a second; the drawer asks at most this often. */
const REST = 400;

/** The last detail stays while the next one is on its way. */
export function useStepDetail(
  url: string,
  step: StepView,
): { detail: StepDetail | null; problem: string | null } {
  const [detail, setDetail] = useState<StepDetail | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const loaded = detail !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `step` is a new object exactly when it changed
  useEffect(() => {
    const stop = new AbortController();
    const timer = window.setTimeout(
      () => {
        getJson<StepDetail>(url, stop.signal).then(
          (answer) => {
            setDetail(whole(answer));
            setProblem(null);
          },
          (error: unknown) => {
            if (!stop.signal.aborted) setProblem(errorText(error));
          },
        );
      },
      loaded ? REST : 0,
    );
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [url, step]);
  return { detail, problem };
}

/** Lists that a step has no use for may be absent in the answer. */
function whole(answer: StepDetail): StepDetail {
  return {
    ...answer,
    logs: answer.logs ?? [],
    attempts: answer.attempts ?? [],
    documents: Array.isArray(answer.documents) ? answer.documents : [],
    task: answer.task ?? null,
    why: answer.why ?? "",
  };
}
