/** Whether what is shown is live: pure. */
import { clock } from "../shared/time";

/** The server beats every 5 s; after this long without a message, the page no longer claims to be live. */
export const STALE_AFTER = 12_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** Failures in a row after which the page also polls. */
export const POLL_AFTER = 3;

export type Freshness = { kind: "live" } | { kind: "polling" } | { kind: "stale"; since: Date };

export function freshness(lastHeard: number, now: number, polling: boolean): Freshness {
  if (now - lastHeard > STALE_AFTER) return { kind: "stale", since: new Date(lastHeard) };
  return polling ? { kind: "polling" } : { kind: "live" };
}

export function freshnessText(fresh: Freshness): string {
  switch (fresh.kind) {
    case "live":
      return "Live";
    case "polling":
      return "Live, by asking every 3 s";
    case "stale":
      return `Stale since ${clock(fresh.since)}`;
    default: {
      const _: never = fresh;
      return _;
    }
  }
}

/** Milliseconds before the next attempt: doubling, with up to a quarter less so that 200 pages do not return at once. */
export function backoff(failures: number, random: number): number {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 10));
  return Math.round(wait * (1 - random / 4));
}
