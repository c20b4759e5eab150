/** What the server sends about an activity; the twins of activities/messages.py. */
import type { DocumentCounts } from "../canvas/graph";
import type { ActivityStatus, StepKind, StepStatus, WaitingOn } from "../shared/statuses";

export type StepError = {
  code: string | number;
  class: string | null;
  message: string;
  place: string | null;
};

export type StepView = {
  slug: string;
  name: string;
  kind: StepKind;
  status: StepStatus;
  action: string | null;
  waitingOn: WaitingOn | null;
  blocked: boolean;
  attempt: number;
  run: number;
  startedAt: string | null;
  finishedAt: string | null;
  error: StepError | null;
  documents: DocumentCounts | null;
  line: string;
};

/** What a step put on the activity; `color` is a word of the palette, any other is shown plainly. */
export type Badge = { label: string; icon?: string; color?: string };

export type ActivityView = {
  id: string | number;
  title: string;
  status: ActivityStatus;
  planSlug: string;
  planName: string;
  planVersion: number | null;
  startedBy?: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  error: StepError | null;
  badges?: readonly Badge[];
};

export type Snapshot = { kind: "snapshot"; seq: number; activity: ActivityView; steps: StepView[] };

/** A step's changed fields: everything else stays as it was. */
export type StepChange = Partial<StepView> & { slug: string };

export type EventMessage = {
  kind: "event";
  seq: number;
  at: string;
  type: string;
  step: string | null;
  actor: { id: string | number; name: string } | null;
  text: string;
  activity: Partial<
    Pick<ActivityView, "status" | "finishedAt" | "error" | "startedAt" | "badges" | "title">
  > | null;
  steps: StepChange[];
};

export type Heartbeat = { kind: "heartbeat"; seq: number; at: string };

export type Message = Snapshot | EventMessage | Heartbeat;

/** The messages of an answer of the events or snapshot address: a list, a page of one, or a snapshot. */
export function toMessages(body: unknown): Message[] {
  if (Array.isArray(body)) return body.filter(isMessage);
  if (isMessage(body)) return [body];
  if (typeof body !== "object" || body === null) return [];
  const { snapshot, events, results } = body as Record<string, unknown>;
  return [...toMessages(snapshot), ...toMessages(events), ...toMessages(results)];
}

/** One message of the socket, or null for what is none. */
export function parseMessage(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { kind, seq } = value as Record<string, unknown>;
  return (kind === "snapshot" || kind === "event" || kind === "heartbeat") && typeof seq === "number";
}
