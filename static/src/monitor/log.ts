/** The event log of an activity in the browser: by seq, each once. Pure. */
import type { EventMessage, Message } from "./messages";

export type Log = readonly EventMessage[];

/** Add the events among `messages`; the same log when there is nothing new. */
export function addEvents(log: Log, messages: readonly Message[]): Log {
  const known = new Set(log.map((event) => event.seq));
  const fresh: EventMessage[] = [];
  for (const message of messages) {
    if (message.kind !== "event" || known.has(message.seq)) continue;
    known.add(message.seq);
    fresh.push(message);
  }
  if (fresh.length === 0) return log;
  return [...log, ...fresh].sort((left, right) => left.seq - right.seq);
}

/** What an event says beside its step and its actor, which stand in the row already. */
export function saying({ text, step, actor }: EventMessage): string {
  const told = [step, actor?.name].find((name) => name && text.startsWith(name));
  return told ? text.slice(told.length).replace(/^:?\s+/, "") || text : text;
}

/** The seq after which to ask for what lies before the log: `count` events earlier, never below 0. */
export function earlierThan(log: Log, seq: number, count: number): number {
  const first = log[0]?.seq ?? seq + 1;
  return Math.max(0, first - 1 - count);
}
