/** The language of a field of code, as the code editor reads it. */
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { jsonLanguage } from "@codemirror/lang-json";
import { yamlLanguage } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, StreamLanguage, syntaxTree } from "@codemirror/language";
import type { EditorState, Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { jsonata } from "./jsonata";
import { template } from "./template";
import type { CodeLanguage, Mark } from "./types";

const MANY = 20;

export function languageOf(language: CodeLanguage): Extension {
  switch (language) {
    case "javascript":
      return [javascriptLanguage, bracketMatching()];
    case "jsonata":
      return [StreamLanguage.define(jsonata), bracketMatching()];
    case "template":
      return [StreamLanguage.define(template), bracketMatching()];
    case "yaml":
      return [yamlLanguage, bracketMatching(), foldGutter(), keymap.of(foldKeymap)];
    case "json":
      return [jsonLanguage, bracketMatching()];
    case "text":
      return [];
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** Languages whose parser knows where it could not go on; of the others the server says what is wrong. */
export function hasSyntax(language: CodeLanguage): boolean {
  return language === "javascript" || language === "json";
}

/** Where the parser of the language could not go on. */
export function syntaxMarks(state: EditorState): Mark[] {
  const marks: Mark[] = [];
  if (state.doc.toString().trim() === "") return marks;
  syntaxTree(state).iterate({
    enter: ({ type, from, to }) => {
      if (!type.isError || marks.length >= MANY) return;
      const [start, end] = from < to ? [from, to] : around(state, from);
      const last = marks.at(-1);
      if (last && last.from === start) return;
      const said = state.sliceDoc(start, Math.min(end, start + 20)).trim();
      const message = from < to && said !== "" ? `Syntax error at “${said}”` : "Something is missing here";
      marks.push({ from: start, to: end, severity: "error", message });
    },
  });
  return marks;
}

/** An error between two characters is shown under the one before it. */
function around(state: EditorState, at: number): [number, number] {
  const before = state.sliceDoc(0, at).trimEnd().length;
  return [Math.max(0, before - 1), Math.max(before, Math.min(1, state.doc.length))];
}
