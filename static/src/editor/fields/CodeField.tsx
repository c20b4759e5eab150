/** A field of code in a form: what is pressed in the data beside the form goes where its cursor is. */
import { type Ref, useEffect, useId, useImperativeHandle, useRef } from "react";
import { codeLanguage, PlanCode, type PlanLanguage } from "../code/PlanCode";
import type { CodeHeight, CodeHandle as Handle } from "../code/types";
import { useStore } from "../store";
import { dropTarget, type ReferenceStyle, setTarget } from "./cursor";
import { useScope } from "./scope";

export type CodeLanguage = PlanLanguage;

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
  invalid?: boolean | undefined;
  placeholder?: string | undefined;
  height?: CodeHeight | undefined;
  handle?: Ref<CodeHandle> | undefined;
};

export function CodeField({ handle, id, ...props }: CodeFieldProps) {
  const own = useId();
  const name = id ?? own;
  const store = useStore();
  const slug = useScope();
  const code = useRef<Handle>(null);
  useEffect(() => () => dropTarget(store, name), [store, name]);
  useImperativeHandle(handle, () => ({ insert: (words) => code.current?.insert(words) }), []);
  const style = styleOf(props.language, props.value);
  const take = () => {
    if (!style) return setTarget(store, null);
    setTarget(store, {
      id: name,
      label: props.label,
      style,
      insert: (words) => code.current?.insert(words),
    });
  };
  return <PlanCode {...props} id={name} slug={slug} onFocus={take} handle={code} />;
}

/** How references are written; null where they mean nothing. */
function styleOf(language: CodeLanguage, text: string): ReferenceStyle | null {
  if (language === "tree" || language === "reply") return language;
  const written = codeLanguage(language, text);
  return written === "jsonata" || written === "javascript" || written === "template" ? written : null;
}
