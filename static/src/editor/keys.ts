/** Keys of the editor, by what is in hand: texts keep their own keys. */
import { useEffect } from "react";
import { describeShortcuts } from "../shared/ui/shortcuts";
import {
  copySelected,
  duplicateSelected,
  pasteText,
  removeSelected,
  selectAll,
  toggleAwait,
} from "./actions";
import { type EditorStore, useStore } from "./store";

type Key = { keys: string; text: string; run: (store: EditorStore) => void };

/** `keys` as people read them: "Ctrl Shift Z"; Ctrl is Cmd on a Mac. */
const KEYS: readonly Key[] = [
  { keys: "Ctrl S", text: "Save a version", run: (store) => store.set({ dialog: { kind: "save" } }) },
  { keys: "Ctrl Z", text: "Undo", run: (store) => store.undo() },
  { keys: "Ctrl Shift Z", text: "Do again", run: (store) => store.redo() },
  { keys: "Ctrl Y", text: "Do again", run: (store) => store.redo() },
  { keys: "Ctrl A", text: "Select all steps", run: selectAll },
  { keys: "Ctrl C", text: "Copy steps", run: (store) => void copySelected(store) },
  {
    keys: "Ctrl X",
    text: "Cut steps",
    run: (store) => void copySelected(store).then(() => removeSelected(store)),
  },
  { keys: "Ctrl D", text: "Duplicate steps", run: duplicateSelected },
  { keys: "Delete", text: "Remove steps or edge", run: removeSelected },
  { keys: "Backspace", text: "Remove steps or edge", run: removeSelected },
  { keys: "w", text: "Make the edge await only, or not", run: toggleAwait },
];

/** Listen while the editor stands; Ctrl V is the browser's own paste event, which needs no permission. */
export function useKeys(): void {
  const store = useStore();
  useEffect(() => {
    describeShortcuts(
      [...KEYS, { keys: "Ctrl V", text: "Paste steps" }].map(({ keys, text }) => ({ keys, text })),
    );
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const key = KEYS.find((candidate) => candidate.keys === pressed(event));
      if (!key || (inText(event) && key.keys !== "Ctrl S")) return;
      event.preventDefault();
      key.run(store);
    };
    const paste = (event: ClipboardEvent) => {
      if (inText(event) || !event.clipboardData) return;
      if (pasteText(store, event.clipboardData.getData("text/plain"))) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("keydown", press);
      document.removeEventListener("paste", paste);
    };
  }, [store]);
}

function pressed(event: KeyboardEvent): string {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey)) parts.push("Shift");
  parts.push(event.key.length === 1 && parts.length > 0 ? event.key.toUpperCase() : event.key);
  return parts.join(" ");
}

/** Whether the event belongs to a field or a dialog; Ctrl alone does not make it so. */
function inText(event: Event): boolean {
  const { target } = event;
  if (document.querySelector("dialog[open]")) return true;
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
