/** The lists of the step drawer: documents, logs, attempts. */
import { useState } from "react";
import { stepFace } from "../shared/statuses";
import { clock, elapsed } from "../shared/time";
import { Exact, Status } from "../shared/ui/bits";
import { Json } from "../shared/ui/Json";
import type { Attempt, DocumentRun, LogLine } from "./useStepDetail";

const SHOWN = 200;

export function Documents({ documents }: { documents: DocumentRun[] }) {
  const [failedOnly, setFailedOnly] = useState(false);
  const failed = documents.filter((document) => document.status === "FAILED");
  const listed = failedOnly ? failed : documents;
  return (
    <section className="section">
      <div className="spread">
        <h3>
          Documents <span className="count">{documents.length}</span>
        </h3>
        {failed.length > 0 && failed.length < documents.length && (
          <label className="check small">
            <input
              type="checkbox"
              checked={failedOnly}
              onChange={(event) => setFailedOnly(event.target.checked)}
            />
            Only failed ({failed.length})
          </label>
        )}
      </div>
      <ul className="list">
        {listed.slice(0, SHOWN).map((document) => (
          <DocumentRow key={document.id ?? document.name} document={document} />
        ))}
      </ul>
      {listed.length > SHOWN && (
        <p className="muted small">{listed.length - SHOWN} more are not listed here.</p>
      )}
    </section>
  );
}

function DocumentRow({ document }: { document: DocumentRun }) {
  const time = elapsed(document.startedAt, document.finishedAt, new Date());
  const logs = document.logs ?? [];
  const hasResult = document.result !== null && document.result !== undefined;
  const head = (
    <>
      <span className="document-name">{document.name}</span>
      <Status face={stepFace(document.status, null)} />
      <span className="num muted">{document.finishedAt ? time : ""}</span>
    </>
  );
  if (!document.error && !hasResult && logs.length === 0)
    return <li className="document-row document-head">{head}</li>;
  return (
    <li className="document-row">
      <details>
        <summary className="document-head">{head}</summary>
        {document.error && <p className="document-error">{errorMessage(document.error)}</p>}
        {hasResult && <Json value={document.result} label={`Result of ${document.name}`} />}
        {logs.length > 0 && <Lines logs={logs} />}
      </details>
    </li>
  );
}

export function Logs({ logs }: { logs: LogLine[] }) {
  return (
    <section className="section">
      <h3>Logs</h3>
      <Lines logs={logs} />
    </section>
  );
}

function Lines({ logs }: { logs: LogLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
    <pre className="code" tabIndex={0}>
      {logs.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever appended
        <span key={index} className="log-line" data-level={line.level.toLowerCase()}>
          {line.at ? `${clock(new Date(line.at))} ` : ""}
          <b>{line.level.toLowerCase()}</b> {line.text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

export function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <section className="section">
      <h3>Attempts</h3>
      <ol className="timeline">
        {attempts.slice(0, SHOWN).map((attempt) => (
          <li key={`${attempt.run}.${attempt.attempt}.${attempt.document ?? ""}`}>
            <p className="row">
              <span className="num">
                {attempt.run > 1
                  ? `Run ${attempt.run}, attempt ${attempt.attempt}`
                  : `Attempt ${attempt.attempt}`}
              </span>
              <Status face={stepFace(attempt.status, null)} />
              {attempt.document && <span>{attempt.document}</span>}
              {attempt.startedAt && <Exact at={attempt.startedAt} />}
            </p>
            {attempt.error && <p className="muted">{errorMessage(attempt.error)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function errorMessage(error: { message: string } | string): string {
  return typeof error === "string" ? error : error.message;
}
