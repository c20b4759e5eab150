/** The bar on top: where one is, what state the plan is in, and what can be done with all of it. */
import { Icon } from "../../shared/ui/bits";
import { nameOf, type Step } from "../model/plan";
import { planOf, type State, useEditor, useStore } from "../store";

export function Bar() {
  const store = useStore();
  const { urls } = store.props;
  const name = useEditor((state) => nameOf(planOf(state) as unknown as Step));
  return (
    <header className="editor-bar">
      <div className="editor-title">
        <a className="button button-quiet" href={urls.plan} title="Back to the plan">
          <Icon name="chevron" />
          <span className="sr-only">Back to the plan</span>
        </a>
        <h1>{name}</h1>
        <Standing />
      </div>
      <People />
      <div className="editor-actions">
        <Turn />
        <Problems />
        <button type="button" className="button" onClick={() => store.set({ dialog: { kind: "versions" } })}>
          Versions
        </button>
        <button type="button" className="button" onClick={() => store.set({ dialog: { kind: "settings" } })}>
          <Icon name="settings" />
          Plan settings
        </button>
        <button
          type="button"
          className="button button-primary"
          onClick={() => store.set({ dialog: { kind: "save" } })}
          title="Ctrl S"
        >
          Save version
        </button>
      </div>
    </header>
  );
}

function Standing() {
  const words = useEditor(standing);
  return (
    <span className="muted small" role="status">
      {words}
    </span>
  );
}

function standing(state: State): string {
  const at = `Version ${state.base.versionNumber}`;
  if (state.keeping === "local") return `${at} · draft kept in this browser only. ${state.keepingProblem}`;
  const changed = planOf(state) !== state.base.document && state.history.past.length > 0;
  if (!changed) return at;
  return state.keeping === "keeping" ? `${at} · keeping draft…` : `${at} · draft kept`;
}

function People() {
  const people = useEditor((state) => state.people);
  if (people.length === 0) return null;
  return (
    <ul className="editor-people" aria-label="Also in this plan">
      {people.map((person) => (
        <li
          key={person.id}
          className="avatar"
          title={person.at === null ? person.name : `${person.name}, at ${person.at}`}
        >
          {person.name.slice(0, 1).toUpperCase()}
          <span className="sr-only">{person.name}</span>
        </li>
      ))}
    </ul>
  );
}

function Turn() {
  const store = useStore();
  const last = useEditor((state) => state.history.past.at(-1)?.label);
  const next = useEditor((state) => state.history.future[0]?.label);
  return (
    <>
      <button
        type="button"
        className="button-icon"
        aria-label={last === undefined ? "Undo" : `Undo: ${last}`}
        title={last === undefined ? "Nothing to undo" : `Undo: ${last} (Ctrl Z)`}
        aria-disabled={last === undefined}
        onClick={store.undo}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        className="button-icon"
        aria-label={next === undefined ? "Do again" : `Do again: ${next}`}
        title={next === undefined ? "Nothing to do again" : `Do again: ${next} (Ctrl Shift Z)`}
        aria-disabled={next === undefined}
        onClick={store.redo}
      >
        <Icon name="redo" />
      </button>
    </>
  );
}

/** Whether the plan can start, at every moment. */
function Problems() {
  const store = useStore();
  const errors = useEditor((state) => state.look.findings.filter((each) => each.severity === "error").length);
  const warnings = useEditor((state) => state.look.findings.length) - errors;
  const seen = useEditor((state) => state.lookedAt !== null);
  const problem = useEditor((state) => state.lookProblem);
  if (problem !== null)
    return (
      <span className="badge badge-warning" role="status" title={problem}>
        Not checked
      </span>
    );
  if (!seen) return <span className="muted small">Checking…</span>;
  const badge = errors > 0 ? "badge-danger" : warnings > 0 ? "badge-warning" : "badge-ok";
  const words = errors > 0 ? count(errors, "error") : warnings > 0 ? count(warnings, "warning") : "Can start";
  return (
    <button
      type="button"
      className={`button button-quiet badge ${badge}`}
      onClick={() => store.set({ left: "findings" })}
    >
      {words}
    </button>
  );
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
