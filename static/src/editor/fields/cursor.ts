/** The field that was focused last: where a value that is pressed in the data goes. */
import { useSyncExternalStore } from "react";
import { type EditorStore, useStore } from "../store";

/** How references are written in a field; reply: JSONata over the answer of the step itself. */
export type ReferenceStyle = "jsonata" | "reply" | "javascript" | "template" | "tree";

export type Target = {
  readonly id: string;
  readonly label: string;
  readonly style: ReferenceStyle;
  readonly insert: (text: string) => void;
};

type Cursor = { target: Target | null; readonly listeners: Set<() => void> };

const cursors = new WeakMap<EditorStore, Cursor>();

function cursorOf(store: EditorStore): Cursor {
  const cursor = cursors.get(store) ?? { target: null, listeners: new Set() };
  cursors.set(store, cursor);
  return cursor;
}

/** Say which field has the cursor now; null where it takes no references. */
export function setTarget(store: EditorStore, target: Target | null): void {
  const cursor = cursorOf(store);
  cursor.target = target;
  for (const listener of [...cursor.listeners]) listener();
}

/** A field that is gone takes nothing any more. */
export function dropTarget(store: EditorStore, id: string): void {
  const cursor = cursorOf(store);
  if (cursor.target?.id !== id) return;
  cursor.target = null;
  for (const listener of [...cursor.listeners]) listener();
}

export function useTarget(): Target | null {
  const store = useStore();
  const cursor = cursorOf(store);
  return useSyncExternalStore(
    (listener) => {
      cursor.listeners.add(listener);
      return () => cursor.listeners.delete(listener);
    },
    () => cursor.target,
    () => cursor.target,
  );
}
