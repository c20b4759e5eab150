/** Walk the inbox by keyboard: j and k move the selection, Enter opens it. */
import { describeShortcuts, isTyping } from "../shared/ui/shortcuts";

/** Wire every [data-inbox] list; its rows hold one .row-link each. */
export function startInbox(): void {
  if (!document.querySelector("[data-inbox]")) return;
  describeShortcuts([
    { keys: "j", text: "Next" },
    { keys: "k", text: "Previous" },
    { keys: "Enter", text: "Open the selected" },
  ]);
  document.addEventListener("keydown", (event) => {
    if (isTyping(event)) return;
    const rows = [...document.querySelectorAll<HTMLElement>("[data-inbox] > li")];
    const at = rows.findIndex((row) => row.hasAttribute("data-selected"));
    const next = nextIndex(event.key, at, rows.length);
    if (next === null) return;
    event.preventDefault();
    select(rows, next);
  });
}

/** The index that a key selects out of `count` rows, or null where it moves nothing. */
export function nextIndex(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "j" || key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "k" || key === "ArrowUp") return Math.max(at - 1, 0);
  return null;
}

function select(rows: HTMLElement[], index: number): void {
  for (const row of rows) row.removeAttribute("data-selected");
  const row = rows[index];
  row?.setAttribute("data-selected", "");
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector<HTMLElement>(".row-link")?.focus();
}
