/** Plain widgets: texts, numbers, switches, choices. */
import { isObject, type Json } from "../model/plan";
import type { FieldSchema } from "../schema.gen";
import { parseNumber, useDraft } from "./useDraft";
import { allows, defaultWords, type WidgetProps } from "./widget";

export function TextWidget({ id, value, set, describedBy, invalid, hint, schema }: WidgetProps) {
  return (
    <input
      id={id}
      className="input"
      value={textOf(value)}
      placeholder={hint.placeholder ?? defaultWords(schema)}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
    />
  );
}

export function MultilineWidget({ id, value, set, describedBy, invalid, hint }: WidgetProps) {
  const text = textOf(value);
  return (
    <textarea
      id={id}
      className="input"
      rows={Math.min(12, Math.max(2, text.split("\n").length))}
      value={text}
      placeholder={hint.placeholder}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
    />
  );
}

/** What stands in a text field for a value that is no text: its JSON, so that nothing is hidden. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/Seconds$/, "seconds"],
  [/Hours$/, "hours"],
  [/Pages$/, "pages"],
  [/^maxSize$/, "bytes"],
  [/Attempts$/, "times"],
  [/Retries$/, "times"],
];

export function NumberWidget(props: WidgetProps) {
  const { id, field, path, value, set, describedBy, invalid, schema } = props;
  const draft = useDraft(field, value, textOf, (text) => readNumber(text, schema), set);
  const key = String(path.at(-1));
  const unit = UNITS.find(([pattern]) => pattern.test(key))?.[1];
  return (
    <>
      <span className="field-unit">
        <input
          id={id}
          className="input"
          inputMode="decimal"
          value={draft.text}
          placeholder={defaultWords(schema)}
          aria-describedby={draft.problem === null ? describedBy : `${describedBy} ${id}-problem`}
          aria-invalid={invalid || draft.problem !== null || undefined}
          onChange={(event) => draft.type(event.target.value)}
        />
        {unit !== undefined && <span className="muted">{unit}</span>}
      </span>
      <Problem id={id} text={draft.problem} />
    </>
  );
}

/** A number, whole where the schema wants it so. */
function readNumber(text: string, schema: FieldSchema) {
  const parsed = parseNumber(text);
  if ("problem" in parsed || parsed.value === undefined) return parsed;
  const whole = allows(schema, "integer") && !allows(schema, "number");
  return whole && !Number.isInteger(parsed.value) ? { problem: "Write a whole number." } : parsed;
}

export function Problem({ id, text }: { id: string; text: string | null }) {
  if (text === null) return null;
  return (
    <p className="field-error" id={`${id}-problem`} role="alert">
      {text}
    </p>
  );
}

/** On or off; what equals the default is not written. */
export function SwitchWidget({ id, value, set, describedBy, schema, label }: WidgetProps) {
  const byDefault = schema.default === true;
  const on = typeof value === "boolean" ? value : byDefault;
  return (
    <label className="field-switch">
      <input
        id={id}
        type="checkbox"
        checked={on}
        aria-describedby={describedBy}
        onChange={(event) => set(event.target.checked === byDefault ? undefined : event.target.checked)}
      />
      <span className="field-label">{label}</span>
    </label>
  );
}

export function ChoiceWidget({ id, value, set, describedBy, invalid, hint, schema }: WidgetProps) {
  const choices =
    hint.choices ??
    (schema.enum ?? []).map((each) => ({ value: textOf(each), label: textOf(each), help: "" }));
  const byDefault = choices.find((choice) => choice.value === schema.default);
  const chosen = choices.find((choice) => choice.value === value);
  const unknown = value !== undefined && value !== null && !chosen;
  const told = chosen ?? byDefault;
  return (
    <>
      <select
        id={id}
        className="input"
        value={unknown ? "unknown" : (chosen?.value ?? "")}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
      >
        <option value="">{byDefault ? `${byDefault.label} (default)` : "Nothing"}</option>
        {choices
          .filter((choice) => choice !== byDefault || choice === chosen)
          .map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        {unknown && (
          <option value="unknown" disabled>
            {isObject(value) ? "Something else" : textOf(value)} (unknown)
          </option>
        )}
      </select>
      {told !== undefined && told.help !== "" && <p className="field-hint">{told.help}</p>}
    </>
  );
}
