/** The inbox by keyboard. Keys of buttons (claim, release, the task's own actions) are theirs: see shared/ui/shortcuts. */
import { describeShortcuts, isTyping } from "../shared/ui/shortcuts";
import type { Bulk } from "./bulk";
import type { List } from "./list";
import type { Pane } from "./pane";
import { nextIndex } from "./words";

/** Listen for the keys that no button has. */
export function startKeys(list: List, pane: Pane, bulk: Bulk): void {
  describeShortcuts([
    { keys: "j", text: "Next" },
    { keys: "k", text: "Previous" },
    { keys: "Enter", text: "Open the selected as a page" },
    { keys: "a", text: "Approve, or the first action" },
    { keys: "1 9", text: "The actions in their order" },
    { keys: "x", text: "Select for many at once" },
    { keys: "Shift x", text: "Select all from the last selected" },
  ]);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!(event.target instanceof Element && event.target.closest("form"))) press(event, pane.actions()[0]);
      return;
    }
    if (isTyping(event) && !isBox(event)) return;
    handle(event, list, pane, bulk);
  });
}

function handle(event: KeyboardEvent, list: List, pane: Pane, bulk: Bulk): void {
  const selected = list.selected();
  if (event.key === "x" || event.key === "X") {
    if (selected) bulk.toggle(selected, event.shiftKey);
    return;
  }
  if (/^[1-9a]$/.test(event.key)) {
    press(event, pane.actions()[event.key === "a" ? 0 : Number(event.key) - 1]);
    return;
  }
  if (event.key.startsWith("Arrow") && !onList(event)) return;
  const rows = list.rows();
  const next = nextIndex(event.key, selected ? rows.indexOf(selected) : -1, rows.length);
  const row = next === null ? undefined : rows[next];
  if (!row) return;
  event.preventDefault();
  list.select(row);
}

/** A box in a row takes no letters, so keys go on there. */
function isBox(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.matches("[data-choose]") && !event.ctrlKey;
}

/** Arrows scroll the task beside the list where the focus is in it. */
function onList(event: KeyboardEvent): boolean {
  return !(event.target instanceof Element && event.target.closest("[data-detail]"));
}

function press(event: KeyboardEvent, button: HTMLButtonElement | undefined): void {
  if (!button) return;
  event.preventDefault();
  button.click();
}
