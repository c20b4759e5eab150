/** Marks that a step shows: a label, perhaps an icon and a colour, perhaps put on the whole activity. */
import { isObject, type Json, type JsonObject } from "../model/plan";
import { FindingsAt } from "./FindingsAt";
import { AddRow, RowTools } from "./Rows";
import { listOf, moved, orNothing } from "./rows";
import { textOf } from "./texts";
import type { WidgetProps } from "./widget";

export function BadgesWidget({ value, set, field, label }: WidgetProps) {
  const badges = listOf(value);
  const write = (next: readonly Json[]) => set(orNothing(next));
  return (
    <div className="field-rows">
      {badges.map((badge, index) => (
        <BadgeRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a badge has no name of its own
          key={index}
          badge={isObject(badge) ? badge : {}}
          index={index}
          count={badges.length}
          field={`${field}[${index}]`}
          onChange={(next) => write(badges.with(index, next))}
          onMove={(by) => write(moved(badges, index, by))}
          onRemove={() => write(badges.toSpliced(index, 1))}
        />
      ))}
      <AddRow
        label={`${label}: words of a badge to add`}
        placeholder="Words of a badge"
        button="Add"
        onAdd={(words) => {
          write([...badges, { label: words }]);
          return null;
        }}
      />
    </div>
  );
}

type BadgeRowProps = {
  badge: JsonObject;
  index: number;
  count: number;
  field: string;
  onChange: (badge: JsonObject) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function BadgeRow({ badge, index, count, field, onChange, onMove, onRemove }: BadgeRowProps) {
  const name = `badge ${index + 1}`;
  const put = (key: string, value: Json | undefined) => {
    const { [key]: _old, ...rest } = badge;
    onChange(value === undefined ? rest : { ...badge, [key]: value });
  };
  return (
    <div className="entry-row" data-field={field}>
      <div className="field-row-head">
        <input
          className="input"
          aria-label={`Words of ${name}`}
          value={textOf(badge.label)}
          onChange={(event) => put("label", event.target.value)}
        />
        <RowTools name={name} index={index} count={count} onMove={onMove} onRemove={onRemove} />
      </div>
      <div className="field-row-head">
        <input
          className="input"
          aria-label={`Colour of ${name}`}
          placeholder="Colour"
          value={textOf(badge.color)}
          onChange={(event) => put("color", event.target.value || undefined)}
        />
        <input
          className="input"
          aria-label={`Icon of ${name}`}
          placeholder="Icon"
          value={textOf(badge.icon)}
          onChange={(event) => put("icon", event.target.value || undefined)}
        />
      </div>
      <label className="check small">
        <input
          type="checkbox"
          checked={badge.promote === true}
          onChange={(event) => put("promote", event.target.checked || undefined)}
        />
        Put it on the activity, too
      </label>
      <FindingsAt field={field} within />
    </div>
  );
}
