/** The code editor of a field, put together; the only file through which CodeMirror comes into the page. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSection,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import {
  Annotation,
  Compartment,
  EditorState,
  type Extension,
  Prec,
  StateEffect,
  StateField,
  Transaction,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { changeBetween } from "./change";
import type { Completion as Ours } from "./complete/completions";
import { hasSyntax, languageOf, syntaxMarks } from "./languages";
import type { CodeHeight, CodeLanguage, Complete, Mark } from "./types";

/** What the field around the editor says and hears; read at each use, so that it may change. */
export type CodeOutlets = {
  onChange: (text: string) => void;
  onFocus?: (() => void) | undefined;
  onBlur?: (() => void) | undefined;
  /** The cursor went to another line, counted from 1, by hand or key. */
  onLine?: ((line: number) => void) | undefined;
  complete?: Complete | undefined;
};

export type CodeOptions = {
  parent: HTMLElement;
  text: string;
  /** Where typing goes on, in characters from 0. */
  cursor: number;
  language: CodeLanguage;
  height: CodeHeight;
  /** Attributes of the element that takes the typing. */
  attributes: Readonly<Record<string, string>>;
  /** Where findings are shown beside the text, too. */
  gutter: boolean;
  outlets: { readonly current: CodeOutlets };
};

const LANGUAGE = new Compartment();
const ATTRIBUTES = new Compartment();
const setRange = StateEffect.define<readonly [number, number] | null>();
const FROM_OUTSIDE = Annotation.define<boolean>();
const SYNTAX_PAUSE = 400;
// The keys of a page are not the code's: Ctrl Enter sends, Ctrl S saves.
const OURS: ReadonlySet<string> = new Set(["Mod-Enter", "Mod-s"]);

/** Make the editor of a field. */
export function createCode(options: CodeOptions): EditorView {
  const { parent, text, language, height, outlets } = options;
  const cursor = Math.min(options.cursor, text.length);
  const numbered = height === "tall" || height === "fill";
  const extensions: Extension[] = [
    history(),
    numbered ? [lineNumbers(), highlightActiveLine(), highlightActiveLineGutter()] : [],
    options.gutter ? lintGutter() : [],
    highlightSelectionMatches(),
    closeBrackets(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    language === "yaml" || language === "javascript" ? [] : EditorView.lineWrapping,
    syntaxHighlighting(classHighlighter),
    LANGUAGE.of(speaking(language)),
    RANGE,
    completions(outlets),
    keys(numbered),
    ATTRIBUTES.of(attributed(options.attributes)),
    listening(outlets),
  ];
  return new EditorView({
    parent,
    state: EditorState.create({ doc: text, selection: { anchor: cursor }, extensions }),
  });
}

/** Read the text as another language; cursor and history stay. */
export function setLanguage(view: EditorView, language: CodeLanguage): void {
  view.dispatch({ effects: LANGUAGE.reconfigure(speaking(language)) });
}

export function setAttributes(view: EditorView, attributes: Readonly<Record<string, string>>): void {
  view.dispatch({ effects: ATTRIBUTES.reconfigure(attributed(attributes)) });
}

/** Bring a text from outside in; what is typed already stays, and so does the cursor. */
export function bringIn(view: EditorView, text: string): void {
  const change = changeBetween(view.state.doc.toString(), text);
  if (change === null) return;
  view.dispatch({
    changes: change,
    annotations: [FROM_OUTSIDE.of(true), Transaction.addToHistory.of(false)],
  });
}

/** Show what is wrong; the parser's own marks stay beside it. */
export function showMarks(view: EditorView, marks: readonly Mark[], language: CodeLanguage): void {
  const own = hasSyntax(language) ? syntaxMarks(view.state) : [];
  const length = view.state.doc.length;
  const shown = [...marks, ...own].map(({ from, to, ...rest }) =>
    toDiagnostic({ ...rest, from: Math.min(from, length), to: Math.min(Math.max(from, to), length) }),
  );
  view.dispatch(setDiagnostics(view.state, shown));
}

export function insertAtCursor(view: EditorView, text: string): void {
  view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input" });
  view.focus();
}

/** Lift lines (first and last, from 1) out; null lifts none. */
export function showRange(view: EditorView, range: readonly [number, number] | null): void {
  view.dispatch({ effects: setRange.of(range) });
}

/** Bring a line (from 1) into sight, without taking the focus. */
export function showLine(view: EditorView, line: number): void {
  const found = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
  view.dispatch({ effects: EditorView.scrollIntoView(found.from, { y: "start", yMargin: 24 }) });
}

/** What is read only stays an element that takes the focus, for screen readers. */
function attributed(attributes: Readonly<Record<string, string>>): Extension {
  const readOnly = attributes["aria-readonly"] === "true";
  return [EditorView.contentAttributes.of(attributes), EditorState.readOnly.of(readOnly)];
}

function speaking(language: CodeLanguage): Extension {
  if (!hasSyntax(language)) return languageOf(language);
  const source = (view: EditorView) => syntaxMarks(view.state).map(toDiagnostic);
  return [languageOf(language), linter(source, { delay: SYNTAX_PAUSE })];
}

const LIFTED = Decoration.line({ class: "code-lifted" });

const RANGE = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lifted, { changes, effects, state }) {
    for (const effect of effects) if (effect.is(setRange)) return linesOf(state, effect.value);
    return lifted.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function linesOf(state: EditorState, range: readonly [number, number] | null): DecorationSet {
  if (range === null) return Decoration.none;
  const last = Math.min(range[1], state.doc.lines);
  const found = [];
  for (let line = range[0]; line <= last; line += 1) found.push(LIFTED.range(state.doc.line(line).from));
  return Decoration.set(found);
}

function toDiagnostic(mark: Mark): Diagnostic {
  return { ...mark };
}

function keys(numbered: boolean): Extension {
  const bindings = [
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...lintKeymap,
    ...completionKeymap,
  ].filter(({ key }) => key === undefined || !OURS.has(key));
  // In much code Tab indents, and Escape before it leaves the field; in small fields it always leaves.
  return [
    Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }])),
    keymap.of([...bindings, ...(numbered ? [indentWithTab] : [])]),
  ];
}

function listening(outlets: CodeOptions["outlets"]): Extension {
  return EditorView.updateListener.of((update) => {
    const outside = update.transactions.some((transaction) => transaction.annotation(FROM_OUTSIDE));
    if (update.docChanged && !outside) outlets.current.onChange(update.state.doc.toString());
    if (update.focusChanged) {
      if (update.view.hasFocus) outlets.current.onFocus?.();
      else outlets.current.onBlur?.();
    }
    if (!outside && update.view.hasFocus && (update.selectionSet || update.docChanged)) {
      const line = update.state.doc.lineAt(update.state.selection.main.head).number;
      outlets.current.onLine?.(line);
    }
  });
}

function completions(outlets: CodeOptions["outlets"]): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const found = outlets.current.complete?.(text, context.pos, context.explicit);
    if (!found) return null;
    return { from: found.from, options: found.options.map(toCompletion), validFor: /^[\w$-]*$/ };
  };
  return autocompletion({ override: [source], icons: false, activateOnTyping: true });
}

const SECTIONS: Readonly<Record<string, number>> = { "Upstream steps": 0, "Not upstream": 1, Functions: 2 };

function toCompletion(found: Ours, index: number): Completion {
  const section: CompletionSection | undefined =
    found.section === "" ? undefined : { name: found.section, rank: SECTIONS[found.section] ?? 0 };
  return {
    label: found.label,
    detail: found.detail,
    type: found.kind,
    // Of equally good matches the order is ours: the nearest step first.
    boost: Math.max(-90, -index),
    ...(found.help !== "" && { info: found.help }),
    ...(section && { section }),
    apply: (view, _completion, from, to) => {
      const end = closing(view.state.sliceDoc(to, to + 1), found.insert) ? to + 1 : to;
      const at = from - found.eat + found.insert.length;
      view.dispatch({
        changes: { from: from - found.eat, to: end, insert: found.insert },
        selection: { anchor: at },
        userEvent: "input.complete",
      });
      if (found.insert.endsWith(".")) startCompletion(view);
    },
  };
}

/** Whether the character behind the cursor is the one that the completion brings itself. */
function closing(next: string, insert: string): boolean {
  return next !== "" && "`}".includes(next) && insert.endsWith(next);
}
