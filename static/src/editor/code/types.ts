/** What fields of code are made of, without the code editor itself: that one is loaded when the first field shows. */
import type { Completions } from "./complete/completions";

export type CodeLanguage = "javascript" | "jsonata" | "template" | "yaml" | "json" | "text";

/**
 * line: grows from one line to six; short: from three lines to ten; tall: from ten lines up, with line numbers;
 * fill: as high as what it stands in, with line numbers.
 */
export type CodeHeight = "line" | "short" | "tall" | "fill";

/** Something wrong with the text, in characters from 0; `to` may equal `from`. */
export type Mark = {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
};

/** What can be written at a place; `explicit` when asked for by a key. */
export type Complete = (text: string, position: number, explicit: boolean) => Completions | null;

/** What can be done with a field from outside. */
export type CodeHandle = {
  /** Put a text where the cursor is, in place of what is selected, and go there. */
  insert: (text: string) => void;
  focus: () => void;
  /** Bring a line, counted from 1, into sight. */
  showLine: (line: number) => void;
  /** Lift lines out, first and last; null lifts none. */
  showRange: (range: readonly [number, number] | null) => void;
};

export const HEIGHTS: Readonly<Record<CodeLanguage, CodeHeight>> = {
  javascript: "tall",
  jsonata: "line",
  template: "line",
  yaml: "tall",
  json: "short",
  text: "line",
};
