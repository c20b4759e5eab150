/** Colours for texts with `{{ … }}` in them, and `{name}` of prompts. */
import type { StreamParser, StringStream } from "@codemirror/language";

export type TemplateState = { inside: boolean };

export const template: StreamParser<TemplateState> = {
  name: "template",
  startState: () => ({ inside: false }),
  copyState: (state) => ({ ...state }),
  token: templateToken,
  languageData: { closeBrackets: { brackets: ["{", "("] } },
};

/** The tag of the next token; null for plain text. */
export function templateToken(stream: StringStream, state: TemplateState): string | null {
  if (state.inside) return insideToken(stream, state);
  if (stream.match(/^\{\{-?/)) {
    state.inside = true;
    return "brace";
  }
  if (stream.match(/^\{[A-Za-z_][\w.-]*\}/)) return "variableName";
  if (stream.match(/^\$\{[\w. -]+\}/)) return "variableName";
  stream.next();
  stream.match(/^[^{$]+/);
  return null;
}

function insideToken(stream: StringStream, state: TemplateState): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^-?\}\}/)) {
    state.inside = false;
    return "brace";
  }
  if (stream.match(/^(?:"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`)/)) return "string";
  if (stream.match(/^-?\d+(?:\.\d+)?(?![\w.])/)) return "number";
  if (stream.match(/^(?:filename|join|default)(?![\w.-])/)) return "keyword";
  if (stream.match(/^(?:true|false|nil|null)(?![\w.-])/)) return "bool";
  if (stream.match(/^[A-Za-z_$][\w$-]*/)) return "propertyName";
  if (stream.match(/^[|()[\].]/)) return "punctuation";
  stream.next();
  return "invalid";
}
