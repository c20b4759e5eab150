/** Colours for JSONata: its tokens, one line at a time. Whether a text is right only the server says. */
import type { StreamParser, StringStream } from "@codemirror/language";

/** `open` is what a line before left open; `value` tells that a value just ended, so that `/` divides. */
export type JsonataState = { open: "comment" | '"' | "'" | null; value: boolean };

const KEYWORDS: Readonly<Record<string, string>> = {
  and: "operatorKeyword",
  or: "operatorKeyword",
  in: "operatorKeyword",
  function: "keyword",
  λ: "keyword",
  true: "bool",
  false: "bool",
  null: "null",
};
const OPERATORS = /^(?::=|!=|<=|>=|~>|\.\.|\*\*|\?\?|\?:|[=<>+\-*/%&|!?^@#])/;

export const jsonata: StreamParser<JsonataState> = {
  name: "jsonata",
  startState: () => ({ open: null, value: false }),
  copyState: (state) => ({ ...state }),
  token: jsonataToken,
  languageData: {
    commentTokens: { block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", "'", '"', "`"] },
  },
};

/** The tag of the next token; null for what has no colour. */
export function jsonataToken(stream: StringStream, state: JsonataState): string | null {
  if (state.open === "comment") return comment(stream, state);
  if (state.open !== null) return text(stream, state, state.open);
  if (stream.eatSpace()) return null;
  if (stream.match("/*")) return comment(stream, state);
  const quote = stream.match(/^["']/) as RegExpMatchArray | null;
  if (quote) return text(stream, state, quote[0] as '"' | "'");
  const before = state.value;
  state.value = false;
  if (!before && stream.match(/^\/(?:[^/\\\n]|\\.)+\/[im]*/)) return ended(state, "regexp");
  if (stream.match(/^`[^`]*`?/)) return ended(state, "propertyName");
  if (stream.match(/^\$\$?(?=\.|\s|\)|\[|$)/)) return ended(state, "self");
  if (stream.match(/^\$[\w$]+(?=\s*\()/)) return ended(state, "variableName.function");
  if (stream.match(/^\$[\w$]*/)) return ended(state, "variableName");
  if (stream.match(/^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/)) return ended(state, "number");
  const word = stream.match(/^[A-Za-z_λ][\w]*/) as RegExpMatchArray | null;
  if (word) return wordToken(word[0], state);
  if (stream.match(/^[)\]}]/)) return ended(state, "bracket");
  if (stream.match(/^[([{]/)) return "bracket";
  if (stream.match(OPERATORS)) return "operator";
  if (stream.match(/^[.,;:]/)) return "punctuation";
  stream.next();
  return "invalid";
}

function wordToken(word: string, state: JsonataState): string {
  const keyword = Object.hasOwn(KEYWORDS, word) ? KEYWORDS[word] : undefined;
  state.value = keyword !== "operatorKeyword";
  return keyword ?? "propertyName";
}

function ended(state: JsonataState, tag: string): string {
  state.value = true;
  return tag;
}

function comment(stream: StringStream, state: JsonataState): string {
  state.open = "comment";
  while (!stream.eol()) {
    if (stream.match("*/")) {
      state.open = null;
      break;
    }
    stream.next();
  }
  return "blockComment";
}

function text(stream: StringStream, state: JsonataState, quote: '"' | "'"): string {
  state.open = quote;
  while (!stream.eol()) {
    const next = stream.next();
    if (next === "\\") stream.next();
    if (next === quote) {
      state.open = null;
      break;
    }
  }
  state.value = true;
  return "string";
}
