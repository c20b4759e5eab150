/** One step of the run: why it stands as it does, what went in and came out, and every attempt. */
import type { ReactNode } from "react";
import { stepFace } from "../shared/statuses";
import { elapsed } from "../shared/time";
import { Exact, Kind, Slug, Status, useNow } from "../shared/ui/bits";
import { Drawer } from "../shared/ui/Drawer";
import { Json } from "../shared/ui/Json";
import type { StepError, StepView } from "./messages";
import { Attempts, Documents, Logs } from "./StepTables";
import { type StepDetail, useStepDetail } from "./useStepDetail";

export type StepDrawerProps = { step: StepView; url: string; onClose: () => void };

export function StepDrawer({ step, url, onClose }: StepDrawerProps) {
  const { detail, problem } = useStepDetail(url, step);
  const face = stepFace(step.status, step.waitingOn);
  const title = (
    <>
      <h2>{step.name || step.slug}</h2>
      <p className="row small">
        <Kind kind={step.kind} />
        <Slug slug={step.slug} />
      </p>
    </>
  );
  return (
    <Drawer title={title} label={`Step ${step.name || step.slug}`} onClose={onClose}>
      <section className="stack">
        <p className="row">
          <Status face={face} large />
          {step.action && <span className="badge mono">{step.action}</span>}
          {step.blocked && <span className="badge badge-danger">Blocked by a failure</span>}
        </p>
        <Why step={step} detail={detail} />
        {step.error && <Failure error={step.error} />}
        {problem && <p className="notice notice-error">{problem}</p>}
        <Times step={step} />
      </section>
      {detail ? (
        <Detail detail={detail} />
      ) : (
        !problem && <p className="muted">Loading what went in and came out…</p>
      )}
    </Drawer>
  );
}

function Why({ step, detail }: { step: StepView; detail: StepDetail | null }) {
  const task = detail?.task;
  if (!detail?.why && !task) return step.line ? <p className="muted mono">{step.line}</p> : null;
  return (
    <p>
      {detail?.why}
      {task && (
        <>
          {" "}
          <a href={task.url}>{task.title || "Open the task"}</a>
        </>
      )}
    </p>
  );
}

function Failure({ error }: { error: StepError }) {
  return (
    <div className="notice notice-error">
      <p className="strong">{error.message}</p>
      <p className="mono">{[error.class, error.code, error.place].filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function Times({ step }: { step: StepView }) {
  const now = useNow(step.status === "RUNNING");
  if (!step.startedAt) return null;
  return (
    <dl className="facts">
      <dt>Started</dt>
      <dd>
        <Exact at={step.startedAt} />
      </dd>
      {step.finishedAt && (
        <>
          <dt>Finished</dt>
          <dd>
            <Exact at={step.finishedAt} />
          </dd>
        </>
      )}
      <dt>{step.finishedAt ? "Took" : "For"}</dt>
      <dd className="num">{elapsed(step.startedAt, step.finishedAt, now)}</dd>
      {(step.attempt > 1 || step.run > 1) && (
        <>
          <dt>Attempt</dt>
          <dd className="num">
            {step.attempt}
            {step.run > 1 && `, run ${step.run}`}
          </dd>
        </>
      )}
    </dl>
  );
}

function Detail({ detail }: { detail: StepDetail }) {
  return (
    <>
      {detail.documents.length > 0 && <Documents documents={detail.documents} />}
      {isPresent(detail.result) && (
        <Part title="Result">
          <Json value={detail.result} label="Result" />
        </Part>
      )}
      {isPresent(detail.input) && (
        <Part title="Input">
          <Json value={detail.input} label="Input" />
        </Part>
      )}
      {detail.logs.length > 0 && <Logs logs={detail.logs} />}
      {triedAgain(detail) && <Attempts attempts={detail.attempts} />}
    </>
  );
}

/** The only attempt of a step says nothing that its times do not. */
function triedAgain({ attempts, attempt, run }: StepDetail): boolean {
  return attempts.length > 1 || (attempts.length === 1 && (attempt > 1 || run > 1));
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}
