/** Everything that the editor does, with its name and its key: keys, Ctrl K and the list under `?` read it. */
import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { offerInPalette } from "../shared/ui/palette";
import { describeShortcuts } from "../shared/ui/shortcuts";
import {
  alignSelected,
  copySelected,
  duplicateSelected,
  focusInspector,
  pasteText,
  removeSelected,
  selectAll,
  toggleAwait,
  toggleBypass,
  walk,
} from "./actions";
import { type EditorStore, useStore } from "./store";
import { tryAlone, tryUpTo } from "./sync/trying";

export type Flow = { zoomIn: () => void; zoomOut: () => void; fit: () => void; arrange: () => void };

type Deed = {
  /** As people read them: "Ctrl Shift Z"; Ctrl is Cmd on a Mac. "" where only Ctrl K has it. */
  readonly keys: string;
  readonly text: string;
  readonly run: (store: EditorStore, flow: Flow) => void;
};

const DEEDS: readonly Deed[] = [
  { keys: "Ctrl S", text: "Save version", run: (store) => store.set({ dialog: { kind: "save" } }) },
  { keys: "Ctrl Z", text: "Undo", run: (store) => store.undo() },
  { keys: "Ctrl Shift Z", text: "Do again", run: (store) => store.redo() },
  { keys: "Ctrl Y", text: "Do again", run: (store) => store.redo() },
  { keys: "a", text: "Add step", run: (store) => store.set({ dialog: { kind: "add" } }) },
  { keys: "c", text: "Connect step to another", run: (store) => store.set({ dialog: { kind: "connect" } }) },
  { keys: "/", text: "Find step", run: (store) => store.set({ dialog: { kind: "search" } }) },
  { keys: "Ctrl .", text: "Go to field", run: (store) => store.set({ dialog: { kind: "field" } }) },
  { keys: "Enter", text: "Configure step", run: focusInspector },
  { keys: "Alt ArrowRight", text: "Go to the next step along an edge", run: (store) => walk(store, "down") },
  { keys: "Alt ArrowLeft", text: "Go to the step before along an edge", run: (store) => walk(store, "up") },
  { keys: "w", text: "Make edge await only, or required", run: toggleAwait },
  { keys: "b", text: "Bypass step, or not", run: toggleBypass },
  { keys: "Delete", text: "Remove steps or edge", run: removeSelected },
  { keys: "Backspace", text: "Remove steps or edge", run: removeSelected },
  { keys: "u", text: "Try the plan up to this step", run: (store) => onSelected(store, tryUpTo) },
  { keys: "r", text: "Run this step alone", run: (store) => onSelected(store, tryAlone) },
  { keys: "Ctrl A", text: "Select all steps", run: selectAll },
  { keys: "Ctrl C", text: "Copy steps", run: (store) => void copySelected(store) },
  {
    keys: "Ctrl X",
    text: "Cut steps",
    run: (store) => void copySelected(store).then(() => removeSelected(store)),
  },
  { keys: "Ctrl D", text: "Duplicate steps", run: duplicateSelected },
  { keys: "f", text: "Fit the whole graph", run: (_store, flow) => flow.fit() },
  { keys: "l", text: "Arrange all steps", run: (_store, flow) => flow.arrange() },
  { keys: "+", text: "Zoom in", run: (_store, flow) => flow.zoomIn() },
  { keys: "-", text: "Zoom out", run: (_store, flow) => flow.zoomOut() },
  { keys: "", text: "Align steps left", run: (store) => alignSelected(store, "left") },
  { keys: "", text: "Align steps right", run: (store) => alignSelected(store, "right") },
  { keys: "", text: "Align steps at the top", run: (store) => alignSelected(store, "top") },
  { keys: "", text: "Align steps at the bottom", run: (store) => alignSelected(store, "bottom") },
  { keys: "", text: "Align steps in a row", run: (store) => alignSelected(store, "row") },
  { keys: "", text: "Align steps in a column", run: (store) => alignSelected(store, "column") },
  { keys: "", text: "Spread steps from left to right", run: (store) => alignSelected(store, "spread-x") },
  { keys: "", text: "Spread steps from top to bottom", run: (store) => alignSelected(store, "spread-y") },
  { keys: "1", text: "Show kinds of steps", run: (store) => store.set({ left: "palette" }) },
  { keys: "2", text: "Show outline", run: (store) => store.set({ left: "outline" }) },
  { keys: "3", text: "Show findings", run: (store) => store.set({ left: "findings" }) },
  { keys: "p", text: "Plan settings", run: (store) => store.set({ dialog: { kind: "settings" } }) },
  { keys: "s", text: "Show source, or hide it", run: (store) => toggleBottom(store, "source") },
  { keys: "t", text: "Try the plan, or stop trying", run: (store) => toggleBottom(store, "try") },
  { keys: "v", text: "Show versions", run: (store) => store.set({ dialog: { kind: "versions" } }) },
  { keys: "Escape", text: "Select nothing", run: (store) => store.select([]) },
];

function onSelected(store: EditorStore, run: (store: EditorStore, slug: string) => unknown): void {
  const [slug, second] = store.get().selection.steps;
  if (slug !== undefined && second === undefined) void run(store, slug);
}

function toggleBottom(store: EditorStore, which: "source" | "try"): void {
  store.set({ bottom: store.get().bottom === which ? null : which });
}

/** Listen while the editor stands; Ctrl V is the browser's own paste event, which needs no permission. */
export function useKeys(arrange: () => void): void {
  const store = useStore();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  useEffect(() => {
    const flow: Flow = {
      zoomIn: () => void zoomIn(),
      zoomOut: () => void zoomOut(),
      fit: () => void fitView({ padding: 0.08, maxZoom: 1 }),
      arrange,
    };
    describeShortcuts([...DEEDS.filter((deed) => deed.keys !== ""), { keys: "Ctrl V", text: "Paste steps" }]);
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const keys = pressed(event);
      const deed = DEEDS.find((candidate) => candidate.keys === keys);
      if (!deed || isElsewhere(event, deed, store)) {
        if (keys === "Escape") leaveField(event);
        return;
      }
      event.preventDefault();
      deed.run(store, flow);
    };
    const paste = (event: ClipboardEvent) => {
      if (isText(event.target) || !event.clipboardData) return;
      if (pasteText(store, event.clipboardData.getData("text/plain"))) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    document.addEventListener("paste", paste);
    const takeBack = offerInPalette(() =>
      [...new Map(DEEDS.map((deed) => [deed.text, deed])).values()].map(({ keys, text, run }) => ({
        label: text,
        hint: keys,
        run: () => run(store, flow),
      })),
    );
    return () => {
      document.removeEventListener("keydown", press);
      document.removeEventListener("paste", paste);
      takeBack();
    };
  }, [store, zoomIn, zoomOut, fitView, arrange]);
}

function pressed(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey;
  const parts = [];
  if (control) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && control) parts.push("Shift");
  parts.push(event.key.length === 1 && control ? event.key.toUpperCase() : event.key);
  return parts.join(" ");
}

/** Escape leaves a field of the form for the form around it, where letters are keys again. */
function leaveField({ target }: KeyboardEvent): void {
  if (isText(target) && target instanceof Element)
    target.closest(".editor-right")?.querySelector<HTMLElement>(".inspector-form")?.focus();
}

/** What these change is not in sight of who is in a form. */
const ON_CANVAS: ReadonlySet<string> = new Set(["Delete", "Backspace", "b", "w"]);

/** Texts and dialogs have keys of their own, buttons and links their Enter; saving and fields are everywhere. */
function isElsewhere(event: KeyboardEvent, deed: Deed, store: EditorStore): boolean {
  const { dialog } = store.get();
  if (document.querySelector("dialog[open]")) return deed.keys !== "Ctrl ." || dialog?.kind !== "settings";
  if (deed.keys === "Ctrl S" || deed.keys === "Ctrl .") return false;
  if (isText(event.target)) return true;
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (ON_CANVAS.has(deed.keys) && target.closest(".editor-right, .source-dock")) return true;
  if (deed.keys === "Escape") return target.closest("[role=menu]") !== null;
  return deed.keys === "Enter" && target.closest("button, a, summary") !== null;
}

function isText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
