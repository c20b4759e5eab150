/** What every widget is given. */
import type { Path } from "../model/patch";
import type { Json } from "../model/plan";
import type { FieldSchema, Hint } from "../schema.gen";
import type { SetField } from "./scope";

export type WidgetProps = {
  readonly path: Path;
  /** The wire path. */
  readonly field: string;
  /** The id of the control; of a group of controls it is the id of the group. */
  readonly id: string;
  readonly label: string;
  readonly schema: FieldSchema;
  readonly hint: Hint;
  readonly value: Json | undefined;
  readonly set: SetField;
  /** Ids of the words under the control. */
  readonly describedBy: string;
  readonly invalid: boolean;
  /** Whether the server says something about it, below. */
  readonly told: boolean;
};

/** The default as a person reads it; nothing where there is none. */
export function defaultWords(schema: FieldSchema): string {
  const { default: value } = schema;
  if (value === undefined || value === null || value === "") return "";
  if (typeof value === "object") return "";
  return String(value);
}

/** Whether the schema lets a value be of a JSON type, in one of its alternatives. */
export function allows(schema: FieldSchema, type: string): boolean {
  return schema.type === type || (schema.anyOf ?? []).some((each) => allows(each, type));
}
