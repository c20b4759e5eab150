/** The live stream of one activity: a websocket that comes back where it stopped, and polling where it can't. */
import { getJson } from "../shared/api";
import { backoff, type Freshness, freshness, POLL_AFTER } from "./freshness";
import { type Message, parseMessage, toMessages } from "./messages";

export type StreamOptions = {
  socketUrl: string;
  eventsUrl: string;
  snapshotUrl: string;
  /** The seq up to which everything is known. */
  since: () => number;
  onMessages: (messages: Message[]) => void;
  onFreshness: (fresh: Freshness) => void;
};

export type Stream = { close: () => void; fillGap: () => void };

const POLL_EVERY = 3000;
/** Close codes by which the server says that coming back is no use: signed out, no longer a member. */
const FINAL_CODES = [4401, 4403, 4404];

/** Open the stream; `fillGap` asks for what is missing, once at a time. */
export function openStream(options: StreamOptions): Stream {
  let socket: WebSocket | null = null;
  let failures = 0;
  let lastHeard = Date.now();
  let filling = false;
  let closed = false;
  let retry = 0;

  const heard = (messages: Message[]) => {
    if (closed) return;
    lastHeard = Date.now();
    report();
    options.onMessages(messages);
  };
  const polling = () => failures >= POLL_AFTER;
  const report = () => options.onFreshness(freshness(lastHeard, Date.now(), polling()));

  const connect = () => {
    const opened = new WebSocket(socketAddress(options.socketUrl, options.since()));
    socket = opened;
    opened.addEventListener("message", (event) => {
      const message = typeof event.data === "string" ? parseMessage(event.data) : null;
      if (!message) return;
      failures = 0;
      heard([message]);
    });
    opened.addEventListener("close", (event) => {
      if (closed || socket !== opened) return;
      if (FINAL_CODES.includes(event.code)) return;
      retry = window.setTimeout(connect, backoff(failures, Math.random()));
      failures += 1;
    });
  };

  const fillGap = () => {
    if (filling || closed) return;
    filling = true;
    void missing(options)
      .then(heard, report)
      .finally(() => {
        filling = false;
      });
  };
  /** A sleeping laptop's socket looks open: hang up what has been silent too long. */
  const watch = () => {
    report();
    if (freshness(lastHeard, Date.now(), false).kind === "stale" && socket?.readyState === WebSocket.OPEN) {
      socket.close();
    }
  };

  connect();
  const watching = window.setInterval(watch, 1000);
  const asking = window.setInterval(() => polling() && fillGap(), POLL_EVERY);
  return {
    fillGap,
    close: () => {
      closed = true;
      window.clearInterval(watching);
      window.clearInterval(asking);
      window.clearTimeout(retry);
      socket?.close();
    },
  };
}

/** Events after what is known; a server that no longer keeps them all is asked for a snapshot. */
async function missing({ eventsUrl, snapshotUrl, since }: StreamOptions): Promise<Message[]> {
  const after = since();
  const messages = toMessages(await getJson(withQuery(eventsUrl, "after", after)));
  const next = messages.find((message) => message.kind === "event" && message.seq > after);
  if (!next || next.seq === after + 1) return messages;
  return [...toMessages(await getJson(snapshotUrl)), ...messages];
}

/** The address with one more parameter. */
export function withQuery(url: string, name: string, value: number): string {
  return `${url}${url.includes("?") ? "&" : "?"}${name}=${value}`;
}

function socketAddress(url: string, since: number): string {
  const address = new URL(withQuery(url, "since", since), window.location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
