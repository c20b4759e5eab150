/** Widgets of code, expressions and JSON. */
import type { Ref } from "react";
import type { Json } from "../model/plan";
import { CodeField, type CodeHandle, type CodeLanguage } from "./CodeField";
import { Problem, textOf } from "./texts";
import { formatJson, parseJson, useDraft } from "./useDraft";
import { allows, type WidgetProps } from "./widget";

/** A text that is code: JSONata, JavaScript, or text with {{ }}. */
export function TextCodeWidget({ language, ...props }: WidgetProps & { language: CodeLanguage }) {
  const { id, value, set, describedBy, invalid, hint, label, schema } = props;
  return (
    <CodeField
      id={id}
      language={language}
      field={props.field}
      label={label}
      value={textOf(value)}
      onChange={(text) => set(read(text, allows(schema, "integer") || allows(schema, "number")))}
      placeholder={hint.placeholder}
      describedBy={describedBy}
      invalid={invalid}
      height={
        language === "template" && hint.group === "main" && !allows(schema, "null") ? "short" : undefined
      }
    />
  );
}

function read(text: string, mayBeNumber: boolean): Json | undefined {
  if (text === "") return undefined;
  return mayBeNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

export type JsonWidgetProps = WidgetProps & {
  language: "json" | "tree";
  handle?: Ref<CodeHandle>;
};

/** Any JSON, as it is written; the plan gets it when it can be read. */
export function JsonWidget({ language, handle, ...props }: JsonWidgetProps) {
  const { id, field, value, set, describedBy, invalid, label, hint } = props;
  const draft = useDraft(field, value, formatJson, parseJson, set);
  return (
    <>
      <CodeField
        id={id}
        language={language}
        field={props.field}
        label={label}
        value={draft.text}
        onChange={draft.type}
        placeholder={hint.placeholder}
        describedBy={draft.problem === null ? describedBy : `${describedBy} ${id}-problem`}
        invalid={invalid || draft.problem !== null}
        handle={handle}
      />
      <Problem id={id} text={draft.problem} />
    </>
  );
}
