/** A text field that offers what there is: search by typing, choose by keys or hand, or write something else. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import "./combobox.css";
import { matching, type Option } from "./options";

export type ComboboxProps = {
  id: string;
  label?: string | undefined;
  value: string;
  /** What is offered; a function is asked when the list opens, for what is dear to find. */
  options: readonly Option[] | (() => readonly Option[]);
  /** Told when something is chosen, or when the text is left as it was typed. */
  onCommit: (value: string) => void;
  placeholder?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean;
  /** Empty after each choice: it adds to a list. */
  adds?: boolean;
};

const SHOWN = 60;

export function Combobox(props: ComboboxProps) {
  const { id, label, value, options, onCommit, placeholder, describedBy, invalid, adds = false } = props;
  const list = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const popup = useRef<HTMLDivElement>(null);
  const all = useMemo(() => (open ? listed(options) : NONE), [open, options]);
  const offered = useMemo(() => matching(all, typed ?? "").slice(0, SHOWN), [all, typed]);
  const shown = open && offered.length > 0;

  useEffect(() => {
    if (shown) popup.current?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  useEffect(() => {
    if (at >= 0) popup.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const close = () => {
    setOpen(false);
    setAt(-1);
  };
  const commit = (text: string) => {
    setTyped(null);
    close();
    if (adds ? text !== "" : text !== value) onCommit(text);
  };
  const leave = () => {
    if (typed === null) return close();
    const known = exact(options, typed);
    // A list takes what is left half typed only if it is the name of something; it stays in the field else.
    if (adds && known === null) return close();
    commit(known ?? typed.trim());
  };
  const press = (event: KeyboardEvent) => {
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        event.preventDefault();
        const by = event.key === "ArrowDown" ? 1 : -1;
        setOpen(true);
        setAt((now) => (offered.length === 0 ? -1 : (now + by + offered.length) % offered.length));
        return;
      }
      case "Enter": {
        if (!open && typed === null) return;
        event.preventDefault();
        commit(offered[at]?.value ?? exact(options, typed) ?? typed ?? value);
        return;
      }
      case "Escape":
        if (!open && typed === null) return;
        // The first Escape closes the list, not the dialog around it.
        event.preventDefault();
        event.stopPropagation();
        setTyped(null);
        close();
        return;
      default:
    }
  };
  return (
    <div className="combobox">
      <input
        id={id}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={typed ?? value}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={press}
        onBlur={leave}
      />
      <div
        ref={popup}
        id={list}
        role="listbox"
        aria-label={label === undefined ? "Choices" : `${label}: choices`}
        className="combobox-list"
        hidden={!shown}
      >
        {offered.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's; an option never has the focus
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant leads there
          <div
            key={option.value}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            data-chosen={option.value === value || undefined}
            // A press must not take the focus, or the list is gone before it is heard.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => commit(option.value)}
          >
            <span className="combobox-words">
              <span>{option.label}</span>
              {option.label !== option.value && <code>{option.value}</code>}
            </span>
            {option.detail !== undefined && option.detail !== "" && <small>{option.detail}</small>}
          </div>
        ))}
      </div>
    </div>
  );
}

const NONE: readonly Option[] = [];

function listed(options: ComboboxProps["options"]): readonly Option[] {
  return typeof options === "function" ? options() : options;
}

/** The value of the option that is called exactly so, whatever the case. */
function exact(options: ComboboxProps["options"], typed: string | null): string | null {
  if (typed === null) return null;
  const wanted = typed.trim().toLowerCase();
  const found = listed(options).find(
    ({ value, label }) => value.toLowerCase() === wanted || label.toLowerCase() === wanted,
  );
  return found?.value ?? null;
}
