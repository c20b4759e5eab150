/** Somebody else saved since this plan was opened: what both did, side by side where they touch the same. */
import { useEffect, useState } from "react";
import { errorText } from "../../shared/api";
import { Dialog } from "../../shared/ui/dialogs";
import type { Json } from "../model/plan";
import { useStore } from "../store";
import { askMerge, type Conflict, type Merge, takeMerge } from "../sync/saving";

export function MergeDialog() {
  const store = useStore();
  const [merge, setMerge] = useState<Merge | null>(null);
  const [theirs, setTheirs] = useState<ReadonlySet<number>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => store.set({ dialog: null });
  useEffect(() => {
    askMerge(store)
      .then(setMerge)
      .catch((error) => setProblem(errorText(error)));
  }, [store]);
  const take = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const whole = await askMerge(store, [...theirs]);
      await takeMerge(store, whole);
      store.set({ dialog: { kind: "save" } });
    } catch (error) {
      setProblem(errorText(error));
      setBusy(false);
    }
  };
  return (
    <Dialog label="Merge" onClose={close} className="dialog-wide">
      <h2>
        {merge ? `${merge.theirs.author} saved version ${merge.theirs.versionNumber} meanwhile` : "Merge"}
      </h2>
      {!merge && problem === null && <p role="status">Comparing both…</p>}
      {merge && (
        <>
          <div className="split-even">
            <Changes title="You changed" changes={merge.mine} />
            <Changes title={`${merge.theirs.author} changed`} changes={merge.theirs.changes} />
          </div>
          {merge.conflicts.length === 0 ? (
            <p className="notice notice-ok">Nothing of it touches: both can be taken.</p>
          ) : (
            <section aria-label="Conflicts" className="stack">
              <p className="strong">
                {merge.conflicts.length === 1
                  ? "One value was changed by both; choose which stays:"
                  : `${merge.conflicts.length} values were changed by both; choose which stay:`}
              </p>
              {merge.conflicts.map((conflict, index) => (
                <ConflictRow
                  key={`${conflict.step} ${conflict.path.join(".")}`}
                  conflict={conflict}
                  author={merge.theirs.author}
                  takesTheirs={theirs.has(index)}
                  onChoose={(takes) => {
                    const next = new Set(theirs);
                    if (takes) next.add(index);
                    else next.delete(index);
                    setTheirs(next);
                  }}
                />
              ))}
            </section>
          )}
        </>
      )}
      {problem !== null && (
        <p className="notice notice-error" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={close}>
          Go back
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={merge === null || busy}
          onClick={() => void take()}
        >
          Take both in
        </button>
      </div>
    </Dialog>
  );
}

function Changes({ title, changes }: { title: string; changes: readonly string[] }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {changes.length === 0 ? (
        <p className="muted">Nothing but positions.</p>
      ) : (
        <ul className="rewrite-list">
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

type ConflictRowProps = {
  conflict: Conflict;
  author: string;
  takesTheirs: boolean;
  onChoose: (theirs: boolean) => void;
};

function ConflictRow({ conflict, author, takesTheirs, onChoose }: ConflictRowProps) {
  const where = placeOf(conflict);
  return (
    <fieldset className="fieldset conflict">
      <legend>{where}</legend>
      <div className="split-even">
        <label className="conflict-side">
          <span>
            <input type="radio" name={where} checked={!takesTheirs} onChange={() => onChoose(false)} /> Yours
          </span>
          <pre className="code">{shown(conflict.mine)}</pre>
        </label>
        <label className="conflict-side">
          <span>
            <input type="radio" name={where} checked={takesTheirs} onChange={() => onChoose(true)} /> {author}
          </span>
          <pre className="code">{shown(conflict.theirs)}</pre>
        </label>
      </div>
    </fieldset>
  );
}

/** "step review, config.title", or the plan's own key. */
function placeOf({ step, path }: Conflict): string {
  const inside = step === null ? path : path.slice(2);
  const words = inside.join(".") || "the whole step";
  return step === null ? words : `Step ${step}, ${words}`;
}

function shown(value: Json): string {
  if (value === null) return "Nothing: it is removed, or was never there";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
