/** Save a version: what the save will rewrite is shown before, then a note, then it is done. */
import { useCallback, useEffect, useRef, useState } from "react";
import { errorText } from "../../shared/api";
import { Dialog } from "../../shared/ui/dialogs";
import { toast } from "../../shared/ui/toast";
import { sourceSyncOf } from "../code/sourceSync";
import { replacePlan } from "../commands/replacePlan";
import type { Plan } from "../model/plan";
import { useStore } from "../store";
import { askRewrite, save } from "../sync/saving";

type Rewrite = { document: Plan; changes: string[] };

export function SaveDialog() {
  const store = useStore();
  const [rewrite, setRewrite] = useState<Rewrite | null>(null);
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const close = () => store.set({ dialog: null });
  const asked = useRef<Promise<Rewrite> | null>(null);
  const ask = useCallback(async () => {
    asked.current ??= askRewrite(store);
    try {
      return await asked.current;
    } catch (error) {
      asked.current = null;
      throw error;
    }
  }, [store]);
  useEffect(() => {
    ask()
      .then(setRewrite)
      .catch((error) => setProblem(errorText(error)));
  }, [ask]);
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { document, changes } = rewrite ?? (await ask());
      // What is rewritten is seen before it happens: who was faster than the answer presses once more.
      if (rewrite === null && changes.length > 0) return setBusy(false);
      if (changes.length > 0) store.do("Rewrite uuids as slugs", (plan) => replacePlan(plan, document));
      const saved = await save(store, note);
      if (saved.kind === "stale") return store.set({ dialog: { kind: "merge" } });
      toast(
        saved.changed
          ? `Version ${saved.versionNumber} is saved.`
          : "Nothing changed since the last version.",
        "success",
      );
      close();
    } catch (error) {
      setProblem(errorText(error));
    }
    setBusy(false);
  };
  const errors = store.get().look.findings.filter((finding) => finding.severity === "error").length;
  return (
    <Dialog label="Save version" onClose={close}>
      <h2>Save version</h2>
      {rewrite && rewrite.changes.length > 0 && (
        <section className="notice notice-warning" aria-label="Rewrite">
          <p className="strong">Legacy uuids become slugs:</p>
          <ul className="rewrite-list">
            {rewrite.changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </section>
      )}
      {errors > 0 && (
        <p className="notice notice-warning">
          {errors === 1 ? "The plan has 1 error" : `The plan has ${errors} errors`}: it can be saved, and
          can't be published until they are mended.
        </p>
      )}
      {sourceSyncOf(store).unread() && (
        <p className="notice notice-warning">
          The source holds a text that can't be read: the version is saved as the canvas shows it.
        </p>
      )}
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label className="field">
          <span className="field-label">
            Note <span className="muted">optional</span>
          </span>
          <input
            className="input"
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        {problem !== null && (
          <p className="notice notice-error" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>
            Go back
          </button>
          <button type="submit" className="button button-primary" disabled={busy}>
            Save version
          </button>
        </div>
      </form>
    </Dialog>
  );
}
