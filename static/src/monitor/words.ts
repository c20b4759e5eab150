/** What an activity is doing, and what a command would do to it, in sentences: pure. */
import type { View } from "./apply";
import type { StepView } from "./messages";

export type Command = "cancel" | "retry" | "pause" | "resume";

/** What holds the activity now, as a sentence; null when there is nothing to say. */
export function standing(view: View): string | null {
  switch (view.activity.status) {
    case "PENDING":
      return "Not started yet: it starts as soon as a worker is free.";
    case "RUNNING":
      return running(view.steps);
    case "PAUSED":
      return paused(view.steps);
    case "FAILED":
      return failed(view);
    case "CANCELLED":
      return "Cancelled. Steps that had completed keep their results.";
    case "COMPLETED":
    case "REPLANNED":
      return null;
    default: {
      const _: never = view.activity.status;
      return _;
    }
  }
}

/** Whether a command makes sense in this status; the server has the last word. */
export function applies(command: Command, view: View): boolean {
  const { status } = view.activity;
  switch (command) {
    case "cancel":
      return status === "PENDING" || status === "RUNNING" || status === "PAUSED";
    case "pause":
      return status === "RUNNING";
    case "resume":
      return status === "PAUSED";
    case "retry":
      return status !== "REPLANNED" && status !== "COMPLETED" && again(view.steps).length > 0;
    default: {
      const _: never = command;
      return _;
    }
  }
}

/** Exactly what the command will do, and to how many. */
export function consequence(command: Command, view: View): string {
  switch (command) {
    case "cancel":
      return cancelText(view);
    case "retry":
      return `${names(again(view.steps))} ${again(view.steps).length === 1 ? "runs" : "run"} again, and what depends on ${again(view.steps).length === 1 ? "it" : "them"} afterwards. Completed steps keep their results.`;
    case "pause":
      return "Steps that are running end; no further step starts until the activity is resumed.";
    case "resume":
      return "Steps that are ready start.";
    default: {
      const _: never = command;
      return _;
    }
  }
}

function running(steps: readonly StepView[]): string {
  const people = steps.filter((step) => isOpen(step) && isHuman(step));
  const machines = steps.filter((step) => step.status === "RUNNING" && !isHuman(step));
  const parts = [];
  if (machines.length > 0) parts.push(`Running ${names(machines)}`);
  if (people.length > 0)
    parts.push(`${parts.length > 0 ? "waiting" : "Waiting"} for a person at ${names(people)}`);
  if (parts.length === 0) return "Between two steps: the next one starts as soon as a worker is free.";
  return `${parts.join("; ")}.`;
}

function paused(steps: readonly StepView[]): string {
  const busy = steps.filter((step) => step.status === "RUNNING");
  if (busy.length === 0) return "Paused: no step starts until the activity is resumed.";
  return `Paused: ${names(busy)} may still end; no step starts until the activity is resumed.`;
}

function failed(view: View): string {
  const broken = view.steps.filter((step) => step.status === "FAILED");
  const message = view.activity.error?.message ?? broken[0]?.error?.message ?? null;
  const where = broken.length > 0 ? `Failed at ${names(broken)}` : "Failed";
  return message ? `${where}: ${message}` : `${where}.`;
}

function cancelText(view: View): string {
  const tasks = view.steps.filter((step) => isOpen(step) && isHuman(step)).length;
  const busy = view.steps.filter((step) => step.status === "RUNNING" && !isHuman(step)).length;
  const pending = view.steps.filter((step) => step.status === "PENDING").length;
  const parts = [];
  if (busy > 0) parts.push(`${count(busy, "running step")} ${busy === 1 ? "is" : "are"} stopped`);
  if (tasks > 0) parts.push(`${count(tasks, "open task")} ${tasks === 1 ? "is" : "are"} closed`);
  if (pending > 0) parts.push(`${count(pending, "pending step")} will not run`);
  const what = parts.length > 0 ? `${parts.join(", ")}. ` : "";
  return `“${view.activity.title}” ends as cancelled. ${what}Completed steps keep their results.`;
}

function again(steps: readonly StepView[]): StepView[] {
  return steps.filter((step) => step.status === "FAILED" || step.status === "CANCELLED");
}

function isHuman(step: StepView): boolean {
  return step.waitingOn === "TASK" || step.waitingOn === "APPROVAL";
}

function isOpen(step: StepView): boolean {
  return step.status === "RUNNING" || step.status === "PENDING";
}

/** Up to three names, then how many more. */
function names(steps: readonly StepView[]): string {
  const shown = steps.slice(0, 3).map((step) => step.name || step.slug);
  const more = steps.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : (shown[0] ?? "");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
