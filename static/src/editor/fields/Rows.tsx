/** What rows of all lists share: buttons that move and remove, a name that is typed before it counts. */
import { type KeyboardEvent, useState } from "react";
import { Icon } from "../../shared/ui/bits";

export type RowToolsProps = {
  /** What the row is, for the names of the buttons. */
  name: string;
  index: number;
  count: number;
  onMove?: (by: number) => void;
  onRemove: () => void;
};

export function RowTools({ name, index, count, onMove, onRemove }: RowToolsProps) {
  return (
    <span className="row-tools">
      {onMove && count > 1 && (
        <>
          <button
            type="button"
            className="button-icon row-up"
            aria-label={`Move ${name} up`}
            aria-disabled={index === 0}
            onClick={() => onMove(-1)}
          >
            <Icon name="chevron" />
          </button>
          <button
            type="button"
            className="button-icon row-down"
            aria-label={`Move ${name} down`}
            aria-disabled={index === count - 1}
            onClick={() => onMove(1)}
          >
            <Icon name="chevron" />
          </button>
        </>
      )}
      <button type="button" className="button-icon" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </span>
  );
}

export type NameInputProps = {
  label: string;
  value: string;
  /** Give the name back; a text says why it can't be. */
  onCommit: (name: string) => string | null;
  id?: string;
};

/** A name that counts when it is left or Enter is pressed. */
export function NameInput({ label, value, onCommit, id }: NameInputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    const refused = typed.trim() === "" ? "It needs a name." : onCommit(typed.trim());
    setProblem(refused);
    if (refused === null) setTyped(null);
  };
  return (
    <span className="name-input">
      <input
        id={id}
        className="input mono"
        aria-label={label}
        aria-invalid={problem !== null || undefined}
        value={typed ?? value}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape" && typed !== null) {
            event.stopPropagation();
            event.preventDefault();
            setTyped(null);
            setProblem(null);
          }
        }}
      />
      {problem !== null && (
        <span className="field-error" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

export type AddRowProps = {
  /** What is added, as the name of the field. */
  label: string;
  placeholder: string;
  button: string;
  onAdd: (name: string) => string | null;
};

/** A field that adds a row of the name typed, again and again. */
export function AddRow({ label, placeholder, button, onAdd }: AddRowProps) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const add = () => {
    if (name.trim() === "") return;
    const refused = onAdd(name.trim());
    setProblem(refused);
    if (refused === null) setName("");
  };
  return (
    <>
      <span className="add-row">
        <input
          className="input"
          aria-label={label}
          placeholder={placeholder}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
        <button type="button" className="button button-small" onClick={add}>
          <Icon name="plus" /> {button}
        </button>
      </span>
      {problem !== null && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
