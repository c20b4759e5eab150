/** Which entries of a list match what was typed, best first: pure. */

export type Ranked = { label: string; hint?: string };

/**
 * Every word must occur in label or hint; what is called exactly so comes first, then a match at a word's start counts most;
 * else the given order.
 */
export function rank<Item extends Ranked>(items: readonly Item[], query: string): readonly Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items
    .map((item, index) => ({ item, index, score: score(item, words) + (isLabel(item, query) ? EXACT : 0) }))
    .filter((entry) => entry.score > 0)
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .map((entry) => entry.item);
}

const EXACT = 1000;

/** What is typed is the label, or one of the parts of the hint: "post" of "post · Bridge call". */
function isLabel(item: Ranked, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [item.label, ...(item.hint ?? "").split(" · ")].some((text) => text.toLowerCase() === wanted);
}

function score(item: Ranked, words: string[]): number {
  const label = item.label.toLowerCase();
  const all = `${label} ${(item.hint ?? "").toLowerCase()}`;
  let total = 0;
  for (const word of words) {
    if (!all.includes(word)) return 0;
    total += startsWord(label, word) ? 3 : label.includes(word) ? 2 : 1;
  }
  return total;
}

function startsWord(label: string, word: string): boolean {
  const at = label.indexOf(word);
  return at === 0 || (at > 0 && /[\s\-_/·]/.test(label.charAt(at - 1)));
}
