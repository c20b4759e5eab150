/** Dialogs that choose: which kind to add, which step to find, which step to connect to. */
import { kindWord } from "../../shared/statuses";
import { Icon } from "../../shared/ui/bits";
import { Choose } from "../../shared/ui/Choose";
import { addStepOf } from "../actions";
import { canConnect, connect } from "../commands/connect";
import { findStep, KINDS, nameOf, stepsOf } from "../model/plan";
import { planOf, useStore } from "../store";
import { KIND_TELLS } from "./Palette";

export function AddDialog() {
  const store = useStore();
  const close = () => store.set({ dialog: null });
  const after = store.get().selection.steps.length === 1 ? store.get().selection.steps[0] : undefined;
  return (
    <Choose
      label={after === undefined ? "Add step" : `Add step after ${after}`}
      placeholder="Which kind of step"
      nothing="No kind is called that."
      items={KINDS.map((kind) => ({
        key: kind,
        label: kindWord(kind),
        hint: KIND_TELLS[kind],
        icon: <Icon name={kind} />,
        kind,
      }))}
      onChoose={({ kind }) => {
        close();
        addStepOf(store, kind);
      }}
      onClose={close}
    />
  );
}

export function SearchDialog() {
  const store = useStore();
  const close = () => store.set({ dialog: null });
  return (
    <Choose
      label="Find step"
      placeholder="Name or slug of a step"
      nothing="No step is called that."
      items={stepsOf(planOf(store.get())).map((step) => ({
        key: step.slug,
        label: nameOf(step),
        hint: `${step.slug} · ${kindWord(step.kind)}`,
        icon: <Icon name={step.kind} />,
      }))}
      onChoose={({ key }) => {
        close();
        store.select([key]);
      }}
      onClose={close}
    />
  );
}

/** From the selected step, on one of its actions or on none, to another step: every edge that may be drawn. */
export function ConnectDialog() {
  const store = useStore();
  const close = () => store.set({ dialog: null });
  const state = store.get();
  const plan = planOf(state);
  const from = state.selection.steps[0] ?? "";
  const actions = state.look.graph.steps.find((step) => step.slug === from)?.actions ?? [];
  const items = [null, ...actions].flatMap((action) =>
    stepsOf(plan)
      .filter((step) => canConnect(plan, from, action, step.slug))
      .map((step) => ({
        key: `${action ?? ""} ${step.slug}`,
        label: `${action === null ? "" : `${action} → `}${nameOf(step)}`,
        hint: step.slug,
        icon: <Icon name={step.kind} />,
        action,
        to: step.slug,
      })),
  );
  return (
    <Choose
      label={`Connect ${findStep(plan, from) ? from : "a step"} to`}
      placeholder="Action and step"
      nothing={from === "" ? "Select a step first." : "Every edge that could be drawn is there."}
      items={items}
      onChoose={({ action, to }) => {
        close();
        const word = action === null ? from : `${from}:${action}`;
        store.do(`Connect ${word} to ${to}`, (now) => connect(now, from, action, to));
        store.say(`Connected ${word} to ${to}`);
      }}
      onClose={close}
    />
  );
}
