/** What a selection offers: values, each perhaps with words of its own. */
import { isObject, type Json } from "../model/plan";
import { AddRow, RowTools } from "./Rows";
import { moved } from "./rows";
import { textOf } from "./texts";

export type SelectionOptionsProps = {
  name: string;
  options: readonly Json[];
  onChange: (options: readonly Json[]) => void;
};

export function SelectionOptions({ name, options, onChange }: SelectionOptionsProps) {
  return (
    <fieldset className="field-rows rows-inner" aria-label={`Options of ${name}`}>
      {options.map((option, index) => {
        const value = isObject(option) ? textOf(option.value) : textOf(option);
        const label = isObject(option) ? textOf(option.label) : "";
        const put = (next: string, words: string) =>
          onChange(
            options.with(
              index,
              words === "" ? next : { ...(isObject(option) && option), value: next, label: words },
            ),
          );
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: values may be doubled while they are typed
          <div key={index} className="field-row-head">
            <input
              className="input mono"
              aria-label={`Value ${index + 1} of ${name}`}
              value={value}
              onChange={(event) => put(event.target.value, label)}
            />
            <input
              className="input"
              aria-label={`Words of value ${index + 1} of ${name}`}
              placeholder={value}
              value={label}
              onChange={(event) => put(value, event.target.value)}
            />
            <RowTools
              name={value}
              index={index}
              count={options.length}
              onMove={(by) => onChange(moved(options, index, by))}
              onRemove={() => onChange(options.toSpliced(index, 1))}
            />
          </div>
        );
      })}
      <AddRow
        label={`Value to add to ${name}`}
        placeholder="Value"
        button="Add value"
        onAdd={(value) => {
          const taken = options.some((option) => (isObject(option) ? option.value : option) === value);
          if (taken) return `“${value}” is there already.`;
          onChange([...options, value]);
          return null;
        }}
      />
    </fieldset>
  );
}
