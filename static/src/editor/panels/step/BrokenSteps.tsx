/** Steps that can't be drawn, with what mends them: a slug, a kind; they stay as they were typed until then. */
import { useMemo } from "react";
import { kindWord } from "../../../shared/statuses";
import { Json } from "../../../shared/ui/Json";
import { setPlanField } from "../../commands/setField";
import { NameInput, RowTools } from "../../fields/Rows";
import { KINDS } from "../../model/plan";
import { planOf, useEditor, useStore } from "../../store";
import { type Broken, brokenIn } from "./broken";

/** Of one slug only, if it is given: the entries that share it. */
export function BrokenSteps({ slug }: { slug?: string }) {
  const text = useEditor((state) => {
    const found = brokenIn(planOf(state));
    return JSON.stringify(slug === undefined ? found : found.filter((each) => each.slug === slug));
  });
  const broken = useMemo(() => JSON.parse(text) as Broken[], [text]);
  if (broken.length === 0) return null;
  return (
    <section className="broken-steps" aria-label="Steps that can't be drawn">
      <h3>{broken.length === 1 ? "A step can't be drawn" : `${broken.length} steps can't be drawn`}</h3>
      {broken.map((each) => (
        <BrokenStep key={each.index} broken={each} />
      ))}
    </section>
  );
}

function BrokenStep({ broken }: { broken: Broken }) {
  const store = useStore();
  const { index, slug, kind, why, entry } = broken;
  const name = slug || `entry ${index + 1}`;
  const put = (key: string, value: string) =>
    store.do(`Mend ${name}`, (plan) => setPlanField(plan, ["steps", index, key], value));
  return (
    <div className="entry-row" data-field={`steps[${index}]`}>
      <p>
        <strong>{name}</strong> {why}.
      </p>
      <div className="field-row-head">
        <NameInput
          label={`Slug of ${name}`}
          value={slug}
          onCommit={(wanted) => {
            put("slug", wanted);
            return null;
          }}
        />
        <select
          className="input row-mode"
          aria-label={`Kind of ${name}`}
          value={kind}
          onChange={(event) => put("kind", event.target.value)}
        >
          {kind === "" && <option value="">Choose a kind</option>}
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {kindWord(each)}
            </option>
          ))}
        </select>
        <RowTools
          name={name}
          index={0}
          count={1}
          onRemove={() =>
            store.do(`Remove ${name}`, (plan) => setPlanField(plan, ["steps", index], undefined))
          }
        />
      </div>
      <Json value={entry} label={`${name} as it was typed`} />
    </div>
  );
}
