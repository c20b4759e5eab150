/** Where in a text a message belongs: pure. */
import type { Finding } from "../model/look";
import type { Mark } from "./types";

/** A line and a column from 1, as the server's messages tell them. */
export type Place = { readonly line: number; readonly column: number };

const PLACES = [/line (\d+),? column (\d+)/i, /\b(\d+):(\d+)\b/];
const CHARACTER = /\b(?:at|position) (?:character )?(\d+)\b/i;

/** The place that a message names; null where it names none. */
export function placeIn(message: string): Place | null {
  for (const pattern of PLACES) {
    const match = pattern.exec(message);
    if (match) return { line: Number(match[1]), column: Number(match[2]) };
  }
  return null;
}

/** Characters from 0 of a place; a place behind the end is the end. */
export function offsetOf(text: string, { line, column }: Place): number {
  let start = 0;
  for (let count = 1; count < line; count += 1) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  return Math.min(start + Math.max(0, column - 1), end < 0 ? text.length : end);
}

/** The marks of findings about a text: at their place, else under all of its first line that says anything. */
export function marksOf(text: string, findings: readonly Finding[]): Mark[] {
  return findings.map(({ message, severity }) => ({ ...rangeOf(text, message), severity, message }));
}

/** A mark at a place, as far as the word there goes. */
export function markAt(
  text: string,
  place: Place,
  message: string,
  severity: Mark["severity"] = "error",
): Mark {
  return { ...wordAt(text, offsetOf(text, place)), severity, message };
}

function rangeOf(text: string, message: string): { from: number; to: number } {
  const place = placeIn(message);
  if (place) return wordAt(text, offsetOf(text, place));
  const character = CHARACTER.exec(message);
  if (character && Number(character[1]) <= text.length) return wordAt(text, Number(character[1]));
  const named = namedIn(text, message);
  if (named) return named;
  const from = text.search(/\S/);
  if (from < 0) return { from: 0, to: text.length };
  const end = text.indexOf("\n", from);
  return { from, to: text.slice(0, end < 0 ? text.length : end).trimEnd().length };
}

/** What a message puts between quotes or names as `steps.x`, where the text holds it. */
function namedIn(text: string, message: string): { from: number; to: number } | null {
  const names = [...message.matchAll(/\bsteps\.`?([\w-]+)`?/g)].map((match) => match[0]);
  for (const name of names) {
    const from = text.indexOf(name.replaceAll("`", ""));
    const found = from < 0 ? text.indexOf(name) : from;
    if (found >= 0) return wordAt(text, found);
  }
  return null;
}

function wordAt(text: string, at: number, least = 1): { from: number; to: number } {
  // Behind the end there is nothing to underline: the last character stands for it.
  const from = at >= text.length ? Math.max(0, text.trimEnd().length - 1) : at;
  const word = /^[\w$`.-]+/.exec(text.slice(from));
  return { from, to: Math.min(text.length, from + Math.max(least, word ? word[0].length : 1)) };
}
