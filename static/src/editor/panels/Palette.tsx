/** The kinds of steps: drag one onto the canvas, or press it to add it behind the selected step. */
import { kindWord } from "../../shared/statuses";
import { Icon } from "../../shared/ui/bits";
import { addStepOf } from "../actions";
import { DRAG_TYPE } from "../canvas/useHands";
import { KINDS, type Step } from "../model/plan";
import { useStore } from "../store";

/** One line a kind: what such a step does. */
export const KIND_TELLS: Record<Step["kind"], string> = {
  EXECUTION: "Runs a module, once or for each document",
  SCRIPT: "Runs JavaScript of yours",
  BRIDGE_CALL: "Calls a service over HTTP",
  LLM: "Asks a language model",
  AGENT: "Lets a model work with tools",
  CREATE_TASK: "Waits for a person's work",
  APPROVAL: "Waits for a decision",
  PLAN: "Runs another plan",
};

export function Palette() {
  const store = useStore();
  return (
    <ul className="palette-kinds">
      {KINDS.map((kind) => (
        <li key={kind}>
          <button
            type="button"
            className="palette-kind"
            data-kind={kind}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.setData(DRAG_TYPE, kind);
              event.dataTransfer.effectAllowed = "copy";
            }}
            onClick={() => addStepOf(store, kind)}
          >
            <Icon name={kind} />
            <span>
              <strong>{kindWord(kind)}</strong>
              <small>{KIND_TELLS[kind]}</small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
