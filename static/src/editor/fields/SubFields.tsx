/** The fields of an object inside a form. */
import type { Path } from "../model/patch";
import type { FieldSchema } from "../schema.gen";
import { Field } from "./Field";
import { pathOf } from "./wire";

export type SubFieldsProps = {
  schema: FieldSchema;
  path: Path;
  /** Keys that are shown otherwise. */
  without?: readonly string[];
};

export function SubFields({ schema, path, without = [] }: SubFieldsProps) {
  const keys = Object.entries(schema.properties ?? {}).filter(([key]) => !without.includes(key));
  return (
    <div className="sub-fields">
      {keys.map(([key, each]) => (
        <Field
          key={key}
          path={pathOf(...path, key)}
          schema={each}
          required={schema.required?.includes(key) ?? false}
        />
      ))}
    </div>
  );
}
