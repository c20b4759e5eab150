/** What can be done with the steps under the hand: a menu at the mouse. */
import { useEffect, useRef } from "react";
import type { Point } from "../../canvas/graph";
import {
  alignSelected,
  connectFrom,
  copySelected,
  duplicateSelected,
  focusInspector,
  removeSelected,
  toggleBypass,
} from "../actions";
import { type EditorStore, useEditor, useStore } from "../store";
import { tryAlone, tryUpTo } from "../sync/trying";

type Entry = { label: string; keys: string; run: (store: EditorStore) => void };

const first = (store: EditorStore) => store.get().selection.steps[0] ?? "";

const ONE: readonly Entry[] = [
  { label: "Configure step", keys: "Enter", run: focusInspector },
  {
    label: "Connect to…",
    keys: "c",
    run: (store) => connectFrom(store, first(store)),
  },
  { label: "Add step after", keys: "a", run: (store) => store.set({ dialog: { kind: "add" } }) },
  { label: "Bypass, or not", keys: "b", run: toggleBypass },
  { label: "Try up to here", keys: "u", run: (store) => tryUpTo(store, first(store)) },
  { label: "Run this step alone", keys: "r", run: (store) => void tryAlone(store, first(store)) },
  { label: "Copy", keys: "Ctrl C", run: (store) => void copySelected(store) },
  { label: "Duplicate", keys: "Ctrl D", run: duplicateSelected },
  { label: "Remove step", keys: "Delete", run: removeSelected },
];
const SEVERAL: readonly Entry[] = [
  { label: "Align in a row", keys: "", run: (store) => alignSelected(store, "row") },
  { label: "Align in a column", keys: "", run: (store) => alignSelected(store, "column") },
  { label: "Spread from left to right", keys: "", run: (store) => alignSelected(store, "spread-x") },
  { label: "Spread from top to bottom", keys: "", run: (store) => alignSelected(store, "spread-y") },
  { label: "Bypass, or not", keys: "b", run: toggleBypass },
  { label: "Copy", keys: "Ctrl C", run: (store) => void copySelected(store) },
  { label: "Duplicate", keys: "Ctrl D", run: duplicateSelected },
  { label: "Remove steps", keys: "Delete", run: removeSelected },
];

export function NodeMenu({ at, onClose }: { at: Point; onClose: () => void }) {
  const store = useStore();
  const several = useEditor((state) => state.selection.steps.length > 1);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    menu.current?.querySelector("button")?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [onClose]);
  const entries = several ? SEVERAL : ONE;
  return (
    <div
      ref={menu}
      role="menu"
      tabIndex={-1}
      aria-label={several ? "Steps" : "Step"}
      className="quick-add menu-list"
      style={{ left: Math.min(at.x, window.innerWidth - 220), top: Math.min(at.y, window.innerHeight - 360) }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (by === 0) return;
        event.preventDefault();
        const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
        const next = buttons.indexOf(document.activeElement as HTMLButtonElement) + by;
        buttons[(next + buttons.length) % buttons.length]?.focus();
      }}
    >
      {entries.map(({ label, keys, run }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          onClick={() => {
            onClose();
            run(store);
          }}
        >
          <span>{label}</span>
          {keys !== "" && <kbd>{keys}</kbd>}
        </button>
      ))}
    </div>
  );
}
