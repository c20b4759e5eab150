/** The start form as people will see it, while it is built. */
import { listOf } from "../fields/rows";
import { useFieldValue } from "../fields/scope";
import { textOf } from "../fields/texts";
import { pathOf } from "../fields/wire";
import { isObject, type JsonObject } from "../model/plan";

export function PlanSettingsPreview() {
  const options = listOf(useFieldValue(pathOf("inputOptions"))).filter(isObject);
  return (
    <section className="start-preview" aria-label="Preview of the start form">
      <h3>What people see</h3>
      {options.length === 0 && (
        <p className="muted">
          Nothing is asked for: the activity starts at a press. Add an input to ask for it.
        </p>
      )}
      {options.map((option, index) => (
        <Asked
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be doubled; typed anew when type or default changes
          key={`${index} ${textOf(option.type)} ${JSON.stringify(option.default ?? null)}`}
          option={option}
          id={`preview-${index}`}
        />
      ))}
    </section>
  );
}

function Asked({ option, id }: { option: JsonObject; id: string }) {
  const label = textOf(option.label) || textOf(option.name) || "Input";
  const help = textOf(option.description);
  if (option.type === "boolean")
    return (
      <div className="field">
        <label className="check">
          <input type="checkbox" defaultChecked={option.default === true} /> <span>{label}</span>
        </label>
        {help !== "" && <p className="field-hint">{help}</p>}
      </div>
    );
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label} {option.required !== true && <span className="muted">optional</span>}
      </label>
      <Control option={option} id={id} />
      {help !== "" && <p className="field-hint">{help}</p>}
    </div>
  );
}

function Control({ option, id }: { option: JsonObject; id: string }) {
  const byDefault = textOf(option.default);
  switch (option.type) {
    case "text":
    case "object":
    case "array":
      return <textarea id={id} className="input" rows={3} defaultValue={byDefault} />;
    case "number":
    case "integer":
      return (
        <input
          id={id}
          className="input"
          type="number"
          step={option.type === "integer" ? 1 : "any"}
          defaultValue={byDefault}
        />
      );
    case "date":
      return <input id={id} className="input" type="date" defaultValue={byDefault} />;
    case "datetime":
      return <input id={id} className="input" type="datetime-local" defaultValue={byDefault} />;
    case "selection":
      return (
        <select id={id} className="input" defaultValue={byDefault}>
          <option value="" />
          {listOf(option.options).map((each) => {
            const value = isObject(each) ? textOf(each.value) : textOf(each);
            return (
              <option key={value} value={value}>
                {(isObject(each) && textOf(each.label)) || value}
              </option>
            );
          })}
        </select>
      );
    default:
      return <input id={id} className="input" defaultValue={byDefault} />;
  }
}
