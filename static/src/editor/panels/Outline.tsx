/** The plan as a list that a keyboard and a screen reader can do everything in. */
import { kindWord } from "../../shared/statuses";
import { Icon } from "../../shared/ui/bits";
import { dependsOnOf, nameOf, stepsOf } from "../model/plan";
import { planOf, useEditor, useStore } from "../store";

export function Outline() {
  const store = useStore();
  const plan = useEditor(planOf);
  const selected = useEditor((state) => state.selection.steps);
  return (
    <ul className="outline">
      {stepsOf(plan).map((step) => (
        <li key={step.slug}>
          <button
            type="button"
            className="outline-step"
            aria-current={selected.includes(step.slug)}
            data-kind={step.kind}
            onClick={() => store.select([step.slug])}
          >
            <Icon name={step.kind} />
            <span>
              <strong>{nameOf(step)}</strong>
              <small>
                {kindWord(step.kind)}
                {dependsOnOf(step).length > 0 && ` after ${dependsOnOf(step).join(", ")}`}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
