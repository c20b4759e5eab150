/** An object of the language inside a form: its fields, and the keys that it does not know, kept until they are removed. */
import { Json } from "../../shared/ui/Json";
import type { Json as JsonValue } from "../model/plan";
import { FindingsAt } from "./FindingsAt";
import { RowTools } from "./Rows";
import { objectOf, orNothing } from "./rows";
import { SubFields } from "./SubFields";
import type { WidgetProps } from "./widget";

export function ObjectWidget({ schema, path, field, value, set }: WidgetProps) {
  const object = objectOf(value);
  const others = Object.keys(object).filter((key) => !Object.hasOwn(schema.properties ?? {}, key));
  return (
    <>
      <SubFields schema={schema} path={path} />
      {others.map((key) => {
        const { [key]: gone, ...rest } = object;
        return (
          <div key={key} className="entry-row" data-field={`${field}.${key}`}>
            <div className="field-row-head">
              <code className="row-title">{key}</code>
              <RowTools name={key} index={0} count={1} onRemove={() => set(orNothing(rest))} />
            </div>
            <Json value={gone as JsonValue} label={key} />
            <FindingsAt field={`${field}.${key}`} within />
          </div>
        );
      })}
    </>
  );
}
