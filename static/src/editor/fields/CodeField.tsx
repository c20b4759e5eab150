/** A field for code and expressions in a form: it completes what the plan has, and takes what is pressed in the data. */
import { type Ref, useCallback, useEffect, useId, useImperativeHandle, useMemo, useRef } from "react";
import { CodeField as Code } from "../code/CodeField";
import { complete } from "../code/complete/completions";
import { languageOfValue } from "../code/reference";
import type { CodeHeight, CodeHandle as Handle, CodeLanguage as Language } from "../code/types";
import { planOf, useStore } from "../store";
import { dropTarget, type ReferenceStyle, setTarget } from "./cursor";
import { runDataOf } from "./runData";
import { useFindings, useScope } from "./scope";

/** value: JSONata, or a text with {{ }}; reply: JSONata over an answer; tree: JSON with references. */
export type CodeLanguage = "jsonata" | "reply" | "value" | "script" | "template" | "tree" | "json";

/** What can be done with a field from outside. */
export type CodeHandle = { readonly insert: (text: string) => void };

export type CodeFieldProps = {
  language: CodeLanguage;
  value: string;
  onChange: (text: string) => void;
  label: string;
  /** The wire path. */
  field: string;
  id?: string | undefined;
  describedBy?: string | undefined;
  placeholder?: string | undefined;
  height?: CodeHeight | undefined;
  handle?: Ref<CodeHandle> | undefined;
};

export function CodeField(props: CodeFieldProps) {
  const { language, value, onChange, label, field, id, describedBy, placeholder, height, handle } = props;
  const own = useId();
  const name = id ?? own;
  const store = useStore();
  const slug = useScope();
  const code = useRef<Handle>(null);
  const findings = useFindings(field, false);
  const written = writtenIn(language, value);
  useEffect(() => () => dropTarget(store, name), [store, name]);
  useImperativeHandle(handle, () => ({ insert: (words) => code.current?.insert(words) }), []);
  const completions = useCallback(
    (text: string, position: number, explicit: boolean) => {
      const { look, catalog } = store.get();
      const plan = planOf(store.get());
      const data = runDataOf(store).detail();
      return complete(written, { plan, look, catalog, data, slug, field }, text, position, explicit);
    },
    [store, slug, field, written],
  );
  const style = styleOf(language, written);
  const take = () => {
    if (style) setTarget(store, { id: name, label, style, insert: (words) => code.current?.insert(words) });
  };
  const extras = useMemo(
    () => ({
      ...(describedBy !== undefined && { describedBy }),
      ...(placeholder !== undefined && { placeholder }),
      ...(height !== undefined && { height }),
    }),
    [describedBy, placeholder, height],
  );
  return (
    <Code
      id={name}
      language={written}
      label={label}
      value={value}
      onChange={onChange}
      onFocus={take}
      completions={completions}
      findings={findings}
      handle={code}
      {...extras}
    />
  );
}

/** The language that is coloured and completed. */
function writtenIn(language: CodeLanguage, text: string): Language {
  switch (language) {
    case "jsonata":
    case "reply":
      return "jsonata";
    case "value":
      return languageOfValue(text);
    case "script":
      return "javascript";
    case "template":
      return "template";
    case "tree":
    case "json":
      return "json";
    default: {
      const _: never = language;
      return _;
    }
  }
}

/** How references are written; null where they mean nothing. */
function styleOf(language: CodeLanguage, written: Language): ReferenceStyle | null {
  if (language === "tree") return "tree";
  return written === "jsonata" || written === "javascript" || written === "template" ? written : null;
}
