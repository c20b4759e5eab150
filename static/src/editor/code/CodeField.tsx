/** A field of code: labelled, coloured, with completion and what is wrong underlined; it opens large on a press. */
import type { EditorView } from "@codemirror/view";
import {
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Icon } from "../../shared/ui/bits";
import { Dialog } from "../../shared/ui/dialogs";
import type { Finding } from "../model/look";
import "./code.css";
import { useSetup } from "./load";
import { marksOf } from "./marks";
import type { CodeOutlets } from "./setup";
import {
  type CodeHandle,
  type CodeHeight,
  type CodeLanguage,
  type Complete,
  HEIGHTS,
  type Mark,
} from "./types";

export type CodeFieldProps = {
  language: CodeLanguage;
  value: string;
  onChange: (text: string) => void;
  /** The name that people hear; what stands above the field is the caller's. */
  label: string;
  id?: string;
  "data-field"?: string;
  /** The server's findings about this field: underlined where their message says, else all of it. */
  findings?: readonly Finding[];
  /** What else is wrong, at places that are known. */
  marks?: readonly Mark[];
  height?: CodeHeight;
  completions?: Complete;
  onFocus?: () => void;
  onBlur?: () => void;
  onLine?: (line: number) => void;
  readOnly?: boolean;
  placeholder?: string;
  /** Whether it can be opened large; true by default but for fields that fill what they stand in. */
  expandable?: boolean;
  /** Marks beside the lines, too. */
  gutter?: boolean;
  describedBy?: string;
  invalid?: boolean;
  /** Buttons beside the one that opens it large. */
  tools?: ReactNode;
  /** What stands below, in the large one too. */
  below?: ReactNode;
  handle?: Ref<CodeHandle>;
};

export function CodeField(props: CodeFieldProps) {
  const { language, label, height = HEIGHTS[language], readOnly = false } = props;
  const [large, setLarge] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wasLarge = useRef(false);
  useEffect(() => {
    // The dialog is gone now: the focus goes back to what opened it.
    if (!large && wasLarge.current) opener.current?.focus();
    wasLarge.current = large;
  }, [large]);
  const keys = useId();
  const expandable = props.expandable ?? height !== "fill";
  const tall = height === "tall";
  const tools = (
    <div className="code-tools">
      {tall && (
        <span id={keys} className="code-keys">
          Tab indents; Escape, then Tab leaves
        </span>
      )}
      {props.tools}
      {expandable && (
        <button
          ref={opener}
          type="button"
          className="button-icon"
          aria-label={`Open ${label} large`}
          title="Open large"
          onClick={() => setLarge(true)}
        >
          <Icon name="fit" />
        </button>
      )}
    </div>
  );
  const describedBy = [props.describedBy, tall ? keys : undefined].filter(Boolean).join(" ");
  return (
    <div className="code-with">
      <div
        className="code-frame"
        data-height={height}
        data-language={language}
        data-read-only={readOnly}
        data-tools={props.tools !== undefined}
      >
        {tall && tools}
        <Code {...props} {...(describedBy !== "" && { describedBy })} height={height} />
        {!tall && tools}
      </div>
      {props.below}
      {large && <LargeCode {...props} onClose={() => setLarge(false)} />}
    </div>
  );
}

/** The same field over the whole page. */
function LargeCode({ onClose, ...props }: CodeFieldProps & { onClose: () => void }) {
  const { id: _id, "data-field": _field, handle: _handle, ...field } = props;
  return (
    <Dialog label={props.label} className="dialog-wide" onClose={onClose}>
      <div className="code-large">
        <header className="code-large-head">
          <h2>{props.label}</h2>
          <p className="muted small">Tab indents; Ctrl M lets Tab leave the field. Ctrl Space completes.</p>
          {props.tools}
        </header>
        <div className="code-frame" data-height="fill" data-language={props.language}>
          <Code {...field} height="fill" focused />
        </div>
        {props.below}
        <div className="dialog-actions">
          <button type="button" className="button button-primary" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}

type CodeProps = CodeFieldProps & { height: CodeHeight; focused?: boolean };

function Code(props: CodeProps) {
  const setup = useSetup();
  const hadFocus = useRef(false);
  const cursor = useRef(0);
  if (setup)
    return (
      <Editor
        {...props}
        setup={setup}
        focused={props.focused === true || hadFocus.current}
        cursor={cursor.current}
      />
    );
  return (
    <textarea
      className="code-plain"
      aria-label={props.label}
      id={props.id}
      data-field={props["data-field"]}
      value={props.value}
      readOnly={props.readOnly}
      spellCheck={false}
      onChange={(event) => props.onChange(event.target.value)}
      onSelect={(event) => {
        cursor.current = event.currentTarget.selectionEnd;
      }}
      onFocus={() => {
        hadFocus.current = true;
        props.onFocus?.();
      }}
      onBlur={() => {
        hadFocus.current = false;
        props.onBlur?.();
      }}
    />
  );
}

type EditorProps = CodeProps & {
  setup: NonNullable<ReturnType<typeof useSetup>>;
  focused: boolean;
  cursor: number;
};

const NONE: readonly never[] = [];

function Editor(props: EditorProps) {
  const { setup, language, height, value, label, readOnly = false, gutter = false, focused } = props;
  const { findings = NONE, marks = NONE, id, describedBy, invalid = false, placeholder } = props;
  const dataField = props["data-field"];
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const outlets = useRef<CodeOutlets>({ onChange: props.onChange });
  const first = useRef({ value, focused, language, cursor: props.cursor, attributes: {} });
  useLayoutEffect(() => {
    const { onChange, onFocus, onBlur, onLine, completions } = props;
    outlets.current = { onChange, onFocus, onBlur, onLine, complete: completions };
    const attributes = attributesOf({
      label,
      id,
      dataField,
      describedBy,
      invalid,
      readOnly,
      placeholder,
      focused,
    });
    first.current = { ...first.current, value, language, attributes };
  });
  useLayoutEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const { value: text, language, attributes, cursor } = first.current;
    const looks = { language, height, gutter, attributes };
    const made = setup.createCode({ parent, text, cursor, outlets, ...looks });
    view.current = made;
    if (first.current.focused) made.focus();
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [setup, height, gutter]);
  useEffect(() => {
    if (view.current) setup.setLanguage(view.current, language);
  }, [setup, language]);
  useEffect(() => {
    const attributes = attributesOf({
      label,
      id,
      dataField,
      describedBy,
      invalid,
      readOnly,
      placeholder,
      focused,
    });
    if (view.current) setup.setAttributes(view.current, attributes);
  }, [setup, label, id, dataField, describedBy, invalid, readOnly, placeholder, focused]);
  useEffect(() => {
    if (view.current) setup.bringIn(view.current, value);
  }, [setup, value]);
  useEffect(() => {
    if (!view.current) return;
    const text = view.current.state.doc.toString();
    setup.showMarks(view.current, [...marksOf(text, findings), ...marks], language);
  }, [setup, findings, marks, language]);
  useImperativeHandle(
    props.handle,
    () => ({
      insert: (text) => view.current && setup.insertAtCursor(view.current, text),
      focus: () => view.current?.focus(),
      showRange: (range) => view.current && setup.showRange(view.current, range),
      showLine: (line) => view.current && setup.showLine(view.current, line),
    }),
    [setup],
  );
  return <div ref={box} className="code-box" />;
}

type Names = {
  label: string;
  id: string | undefined;
  dataField: string | undefined;
  describedBy: string | undefined;
  invalid: boolean;
  readOnly: boolean;
  placeholder: string | undefined;
  focused: boolean;
};

function attributesOf({
  label,
  id,
  dataField,
  describedBy,
  invalid,
  readOnly,
  placeholder,
  focused,
}: Names): Record<string, string> {
  return {
    "aria-label": label,
    spellcheck: "false",
    autocapitalize: "off",
    // Editable content is focusable without it; tools that look for what scrolls and can't be reached want it said.
    tabindex: "0",
    ...(id !== undefined && { id }),
    ...(dataField !== undefined && { "data-field": dataField }),
    ...(describedBy !== undefined && { "aria-describedby": describedBy }),
    ...(placeholder !== undefined && { "aria-placeholder": placeholder, "data-placeholder": placeholder }),
    ...(invalid && { "aria-invalid": "true" }),
    // A dialog that opens looks for it.
    ...(focused && { autofocus: "" }),
    ...(readOnly && { "aria-readonly": "true" }),
  };
}
