/** A JSON value as a tree: folded where it gets deep; a press on a value gives its path. */
import { type MouseEvent, type ReactNode, useState } from "react";
import type { DataPath } from "../../fields/references";
import { isObject, type Json } from "../../model/plan";

export type ValueTreeProps = {
  name: string;
  path: DataPath;
  value: Json;
  /** None: nothing can be pressed. */
  onPress?: (path: DataPath) => void;
  note?: ReactNode;
  open?: boolean;
};

const SHOWN = 50;
const LONG = 120;

export function ValueTree({ name, path, value, onPress, note, open: openAtFirst = false }: ValueTreeProps) {
  const [open, setOpen] = useState(openAtFirst);
  const [shown, setShown] = useState(SHOWN);
  const entries = entriesOf(value);
  if (entries === null || entries.length === 0)
    return (
      <div className="value-leaf">
        <Name name={name} path={path} onPress={onPress} />
        {note ?? <code className="value-text">{preview(value)}</code>}
      </div>
    );
  return (
    <div className="value-branch">
      <div className="value-leaf">
        <button
          type="button"
          className="button-icon value-fold"
          aria-expanded={open}
          aria-label={`${open ? "Fold" : "Unfold"} ${name}`}
          onMouseDown={keepFocus}
          onClick={() => setOpen(!open)}
        />
        <Name name={name} path={path} onPress={onPress} />
        {note}
        {!open && <span className="muted small">{sizeOf(value)}</span>}
      </div>
      {open && (
        <div className="value-children">
          {entries.slice(0, shown).map(([key, each]) => (
            <ValueTree
              key={key}
              name={String(key)}
              path={[...path, key]}
              value={each}
              {...(onPress && { onPress })}
            />
          ))}
          {entries.length > shown && (
            <button type="button" className="link-button" onClick={() => setShown(shown + 10 * SHOWN)}>
              Show {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name, path, onPress }: { name: string; path: DataPath; onPress: ValueTreeProps["onPress"] }) {
  if (!onPress) return <span className="value-name">{name}</span>;
  return (
    <button
      type="button"
      className="value-name value-press"
      onMouseDown={keepFocus}
      onClick={() => onPress(path)}
      title={`Write the reference to ${path.join(".")}`}
    >
      {name}
    </button>
  );
}

/** The field that takes the reference keeps its cursor. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

function entriesOf(value: Json): (readonly [string | number, Json])[] | null {
  if (Array.isArray(value)) return value.map((each: Json, index) => [index, each] as const);
  return isObject(value) ? Object.entries(value) : null;
}

function sizeOf(value: Json): string {
  if (Array.isArray(value)) return value.length === 1 ? "1 entry" : `${value.length} entries`;
  const keys = Object.keys(isObject(value) ? value : {});
  return keys.length > 3 ? `${keys.slice(0, 3).join(", ")} …` : keys.join(", ");
}

function preview(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}
