/**
 * Fold what the server sends into what is shown: pure.
 *
 * Rule 1: events fold one by one, in the order of their seq.
 * Rule 2: what is doubled or late changes nothing, and is the same object.
 * Rule 3: what comes too early is a gap; nothing is folded past it.
 */
import type { ActivityView, EventMessage, Message, Snapshot, StepChange, StepView } from "./messages";

/** `steps` keeps the plan's order; a step that did not change stays the same object. */
export type View = { seq: number; activity: ActivityView; steps: readonly StepView[] };

/** `gap`: events after `view.seq` are missing and must be asked for. */
export type Applied = { kind: "view"; view: View } | { kind: "gap"; view: View };

export function fromSnapshot(snapshot: Snapshot): View {
  return { seq: snapshot.seq, activity: snapshot.activity, steps: snapshot.steps };
}

export function apply(view: View, message: Message): Applied {
  switch (message.kind) {
    case "snapshot":
      return message.seq > view.seq ? folded(fromSnapshot(message)) : folded(view);
    case "heartbeat":
      return message.seq > view.seq ? { kind: "gap", view } : folded(view);
    case "event":
      return applyEvent(view, message);
    default: {
      const _: never = message;
      return _;
    }
  }
}

/** Fold many; stops at the first gap. */
export function applyAll(view: View, messages: readonly Message[]): Applied {
  let current = view;
  for (const message of messages) {
    const applied = apply(current, message);
    if (applied.kind === "gap") return applied;
    current = applied.view;
  }
  return folded(current);
}

function applyEvent(view: View, event: EventMessage): Applied {
  if (event.seq <= view.seq) return folded(view);
  if (event.seq > view.seq + 1) return { kind: "gap", view };
  const activity = event.activity ? { ...view.activity, ...event.activity } : view.activity;
  return folded({ seq: event.seq, activity, steps: changed(view.steps, event.steps) });
}

/** A step that the view does not know is left out: it comes with the next snapshot. */
function changed(steps: readonly StepView[], changes: readonly StepChange[]): readonly StepView[] {
  if (changes.length === 0) return steps;
  const bySlug = new Map<string, StepChange>();
  for (const change of changes) bySlug.set(change.slug, { ...bySlug.get(change.slug), ...change });
  return steps.map((step) => {
    const change = bySlug.get(step.slug);
    return change ? { ...step, ...change } : step;
  });
}

function folded(view: View): Applied {
  return { kind: "view", view };
}
