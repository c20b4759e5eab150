/** A slug that others refer to: what is typed is asked of the server first, and it says what would change. */
import { useEffect, useState } from "react";
import { errorText } from "../../shared/api";
import { useStore } from "../store";
import { askRename, rename } from "./renaming";

export type SlugFieldProps = {
  id: string;
  label: string;
  step: string;
  /** Null for the step's own slug. */
  action: string | null;
  /** Told after the rename. */
  onRenamed?: (slug: string) => void;
  describedBy?: string | undefined;
  invalid?: boolean;
};

type Asked =
  | { readonly kind: "asking" }
  | { readonly kind: "can"; readonly changes: readonly string[] }
  | { readonly kind: "cannot"; readonly why: string };

const PAUSE = 250;
const SHOWN = 6;

export function SlugField(props: SlugFieldProps) {
  const { id, label, step, action, onRenamed, describedBy, invalid } = props;
  const store = useStore();
  const slug = action ?? step;
  const [typed, setTyped] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked>({ kind: "asking" });
  const wanted = typed !== null && typed !== slug && typed !== "" ? typed : null;
  useEffect(() => {
    if (wanted === null) return;
    let current = true;
    setAsked({ kind: "asking" });
    const timer = window.setTimeout(() => {
      askRename(store, { step, action, to: wanted })
        .then(({ changes }) => current && setAsked({ kind: "can", changes }))
        .catch((error) => current && setAsked({ kind: "cannot", why: errorText(error) }));
    }, PAUSE);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [store, step, action, wanted]);
  const go = async () => {
    if (wanted === null) return setTyped(null);
    try {
      await rename(store, { step, action, to: wanted });
      setTyped(null);
      onRenamed?.(wanted);
    } catch (error) {
      setAsked({ kind: "cannot", why: errorText(error) });
    }
  };
  const refused = wanted !== null && asked.kind === "cannot";
  return (
    <div className="slug-field">
      <input
        id={id}
        className="input mono"
        aria-label={label}
        aria-describedby={`${describedBy ?? ""} ${id}-rename`.trim()}
        aria-invalid={invalid || refused || undefined}
        spellCheck={false}
        value={typed ?? slug}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            void go();
          }
          if (event.key === "Escape" && typed !== null) {
            event.preventDefault();
            event.stopPropagation();
            setTyped(null);
          }
        }}
      />
      <div id={`${id}-rename`} aria-live="polite">
        {wanted !== null && <Preview asked={asked} slug={slug} wanted={wanted} />}
        {wanted !== null && (
          <span className="row-buttons">
            <button
              type="button"
              className="button button-small"
              aria-disabled={asked.kind !== "can"}
              onClick={() => asked.kind === "can" && void go()}
            >
              Rename
            </button>
            <button type="button" className="button button-small button-quiet" onClick={() => setTyped(null)}>
              Keep {slug}
            </button>
          </span>
        )}
      </div>
    </div>
  );
}

function Preview({ asked, slug, wanted }: { asked: Asked; slug: string; wanted: string }) {
  switch (asked.kind) {
    case "asking":
      return <p className="field-hint">Looking where {slug} is used…</p>;
    case "cannot":
      return <p className="field-error">{asked.why}</p>;
    case "can":
      return (
        <>
          <p className="field-hint">
            {asked.changes.length === 0
              ? `Nothing else refers to ${slug}.`
              : `Renaming to ${wanted} changes:`}
          </p>
          <ul className="rename-list">
            {asked.changes.slice(0, SHOWN).map((change) => (
              <li key={change}>{change}</li>
            ))}
            {asked.changes.length > SHOWN && <li>and {asked.changes.length - SHOWN} more</li>}
          </ul>
        </>
      );
    default: {
      const _: never = asked;
      return _;
    }
  }
}
