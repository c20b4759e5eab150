/** One field of a form: its label, its widget, what it does, what is wrong with it. Drawn anew only for itself. */
import { memo } from "react";
import type { Path } from "../model/patch";
import type { Json } from "../model/plan";
import type { FieldSchema, Hint, Widget as WidgetName } from "../schema.gen";
import { FindingList } from "./FindingsAt";
import { idOf, useFieldValue, useFindings, useScope, useSetField } from "./scope";
import { Widget } from "./Widget";
import { pathOf, wireOf } from "./wire";

export type FieldProps = {
  path: Path;
  schema: FieldSchema;
  required?: boolean;
  /** For the names of fields that stand in rows. */
  label?: string;
};

/** Those that show what is found inside them where it stands. */
const OWN_FINDINGS: ReadonlySet<WidgetName> = new Set([
  "actions",
  "keyValues",
  "planInputs",
  "moduleOptions",
  "dependsOn",
  "badges",
  "object",
  "inputOptions",
  "documentGroups",
  "variables",
  "enrichment",
]);

/** Those made of several controls: the label names the group. */
const GROUPS: ReadonlySet<WidgetName> = new Set<WidgetName>([...OWN_FINDINGS, "schema"]);

const CODE: ReadonlySet<WidgetName> = new Set(["jsonata", "script", "template", "tree", "json"]);

export const Field = memo(function Field({ path, schema, required = false, label }: FieldProps) {
  const hint = schema.editor;
  if (!hint || hint.widget === "hidden") return null;
  return (
    <ShownField path={path} schema={schema} hint={hint} required={required} label={label ?? hint.label} />
  );
});

type ShownProps = Required<FieldProps> & { hint: Hint };

function ShownField({ path, schema, hint, required, label }: ShownProps) {
  const scope = useScope();
  const field = wireOf(path);
  const value = useFieldValue(path);
  const shown = useWorthShowing(hint, path, value);
  const set = useSetField(path, hint.label.toLowerCase());
  const findings = useFindings(field, !OWN_FINDINGS.has(hint.widget));
  if (!shown) return null;
  const id = idOf(scope, field);
  const grouped = GROUPS.has(hint.widget);
  const words = (
    <>
      {label}
      {required && <span className="field-required">required</span>}
    </>
  );
  const invalid = findings.some((finding) => finding.severity === "error");
  return (
    <div
      className="field"
      data-field={field}
      data-widget={hint.widget}
      {...(grouped && { role: "group", "aria-labelledby": `${id}-label` })}
    >
      {grouped && (
        <span className="field-label" id={`${id}-label`}>
          {words}
        </span>
      )}
      {CODE.has(hint.widget) && (
        // A field of code has its name from aria-label: a label can't lead into it.
        <span className="field-label">{words}</span>
      )}
      {!grouped && !CODE.has(hint.widget) && hint.widget !== "switch" && (
        <label className="field-label" htmlFor={id}>
          {words}
        </label>
      )}
      <Widget
        path={path}
        field={field}
        id={id}
        label={label}
        schema={schema}
        hint={hint}
        value={value}
        set={set}
        describedBy={findings.length > 0 ? `${id}-help ${id}-findings` : `${id}-help`}
        invalid={invalid}
        told={findings.length > 0}
      />
      <p className="field-hint" id={`${id}-help`}>
        {hint.help}
      </p>
      <FindingList findings={findings} id={`${id}-findings`} />
    </div>
  );
}

/** A field whose sibling makes it mean nothing is left out, unless it is written. */
function useWorthShowing(hint: Hint, path: Path, value: Json | undefined): boolean {
  const sibling = useFieldValue(hint.when ? pathOf(...path.slice(0, -1), hint.when.key) : path);
  if (!hint.when || value !== undefined) return true;
  return sibling !== undefined && hint.when.in.includes(sibling);
}
