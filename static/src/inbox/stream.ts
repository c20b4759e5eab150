/** How many tasks wait, on every page: a websocket that comes back, and asking where it can't. */

import { backoff, type Freshness, freshness, POLL_AFTER } from "../monitor/freshness";
import { getJson } from "../shared/api";

/** List by name ("all", "mine" …) to how many are on it. */
export type Counts = Record<string, number>;
export type InboxHeard = { counts: Counts; changed: boolean };
/** Fired on the document; `detail` is an InboxHeard or a Freshness. */
export const HEARD = "inbox:heard";
export const FRESHNESS = "inbox:freshness";

const POLL_EVERY = 3000;
/** Close codes by which the server says that coming back is no use: signed out, no longer a member. */
const FINAL_CODES = [4401, 4404];

/** Follow the inbox that the rail names, and keep its count. */
export function startInboxStream(): void {
  const link = document.querySelector<HTMLElement>("[data-inbox-stream]");
  if (!link) return;
  const stream = link.dataset.inboxStream ?? "";
  const news = link.dataset.inboxNews ?? "";
  let socket: WebSocket | null = null;
  let failures = 0;
  let lastHeard = Date.now();
  let before: Counts | null = null;
  let again = false;

  const heard = (message: InboxHeard, asked: boolean) => {
    lastHeard = Date.now();
    const changed = message.changed || asked || again || (before !== null && differ(before, message.counts));
    before = message.counts;
    again = false;
    showCounts(message.counts);
    tell(HEARD, { counts: message.counts, changed });
    report();
  };
  const report = () => tell(FRESHNESS, freshness(lastHeard, Date.now(), failures >= POLL_AFTER));
  const connect = () => {
    const address = new URL(stream, window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const opened = new WebSocket(address.href);
    socket = opened;
    opened.addEventListener("message", (event) => {
      const message = typeof event.data === "string" ? parseHeard(event.data) : null;
      if (!message) return;
      failures = 0;
      heard(message, false);
    });
    opened.addEventListener("close", (event) => {
      if (socket !== opened || FINAL_CODES.includes(event.code)) return;
      again = true;
      window.setTimeout(connect, backoff(failures, Math.random()));
      failures += 1;
    });
  };
  const ask = () => {
    if (failures < POLL_AFTER || document.hidden) return;
    void getJson<unknown>(news).then((answer) => {
      const message = toHeard(answer);
      if (message) heard(message, true);
    }, report);
  };
  /** A sleeping laptop's socket looks open: hang up what has been silent too long. */
  const watch = () => {
    report();
    if (freshness(lastHeard, Date.now(), false).kind === "stale" && socket?.readyState === WebSocket.OPEN) {
      socket.close();
    }
  };

  connect();
  window.setInterval(watch, 1000);
  window.setInterval(ask, POLL_EVERY);
}

/** Read a message of the server; null for what is none. */
export function parseHeard(text: string): InboxHeard | null {
  try {
    return toHeard(JSON.parse(text));
  } catch {
    return null;
  }
}

/** True where a list has grown or shrunk. */
export function differ(before: Counts, after: Counts): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].some((name) => before[name] !== after[name]);
}

function toHeard(value: unknown): InboxHeard | null {
  if (typeof value !== "object" || value === null || !("counts" in value)) return null;
  const { counts } = value;
  if (typeof counts !== "object" || counts === null) return null;
  const numbers = Object.entries(counts).filter(([, count]) => typeof count === "number");
  return {
    counts: Object.fromEntries(numbers) as Counts,
    changed: "changed" in value && value.changed === true,
  };
}

/** Counts tick in place; nothing else moves. */
function showCounts(counts: Counts): void {
  const rail = document.querySelector<HTMLElement>('[data-nav-count="inbox"]');
  if (rail && counts.all !== undefined) {
    rail.textContent = String(counts.all);
    rail.hidden = counts.all === 0;
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-list-count]")) {
    const count = counts[element.dataset.listCount ?? ""];
    if (count !== undefined) element.textContent = String(count);
  }
}

function tell(name: string, detail: InboxHeard | Freshness): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
