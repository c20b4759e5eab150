/** What the inbox says, and which row or button a key means: pure. */

/** "3 new", on the button that inserts them. */
export function newText(count: number): string {
  return count === 0 ? "" : `${count} new, show ${count === 1 ? "it" : "them"}`;
}

export function selectedText(count: number): string {
  return count === 1 ? "1 task selected" : `${count} tasks selected`;
}

/** The index that a key selects out of `count` rows, or null where it moves nothing. */
export function nextIndex(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "j" || key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "k" || key === "ArrowUp") return Math.max(at - 1, 0);
  return null;
}

/** The indices from the last chosen row to this one, both included; this one alone without a last one. */
export function range(last: number, at: number): number[] {
  const from = last < 0 ? at : Math.min(last, at);
  const to = last < 0 ? at : Math.max(last, at);
  return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
}
