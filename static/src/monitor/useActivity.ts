/** An activity as it is now: snapshot, live stream, event log, and the answers of commands. */
import { useCallback, useEffect, useRef, useState } from "react";
import { getJson } from "../shared/api";
import { applyAll, fromSnapshot, type View } from "./apply";
import type { Freshness } from "./freshness";
import { addEvents, earlierThan, type Log } from "./log";
import { type EventMessage, type Message, type Snapshot, toMessages } from "./messages";
import { openStream, type Stream, withQuery } from "./socket";

export type ActivityUrls = { socket: string; snapshot: string; events: string };

export type LiveActivity = {
  view: View;
  log: Log;
  freshness: Freshness;
  /** Fold messages that came another way, such as a command's answer. */
  take: (messages: Message[]) => void;
  /** Load events before the first of the log; null when the log is whole. */
  earlier: (() => void) | null;
};

const PAGE = 200;

export function useActivity(
  snapshot: Snapshot,
  events: EventMessage[] | undefined,
  urls: ActivityUrls,
): LiveActivity {
  const [view, setView] = useState(() => fromSnapshot(snapshot));
  const [log, setLog] = useState<Log>(() => addEvents([], events ?? []));
  const [fresh, setFresh] = useState<Freshness>({ kind: "live" });
  const shown = useRef(view);
  const stream = useRef<Stream | null>(null);

  const take = useCallback((messages: Message[]) => {
    const applied = applyAll(shown.current, messages);
    shown.current = applied.view;
    setView(applied.view);
    setLog((before) => addEvents(before, messages));
    if (applied.kind === "gap") stream.current?.fillGap();
  }, []);
  const load = useCallback(
    (after: number) => {
      const earlierEvents = getJson(withQuery(urls.events, "after", after)).then(toMessages);
      void earlierEvents
        .then((messages) => setLog((before) => addEvents(before, messages)))
        .catch(() => undefined);
    },
    [urls.events],
  );

  useEffect(() => {
    stream.current = openStream({
      socketUrl: urls.socket,
      eventsUrl: urls.events,
      snapshotUrl: urls.snapshot,
      since: () => shown.current.seq,
      onMessages: take,
      onFreshness: (next) => setFresh((before) => (sameFreshness(before, next) ? before : next)),
    });
    return () => stream.current?.close();
  }, [urls.socket, urls.events, urls.snapshot, take]);

  useEffect(() => {
    if (!events) load(Math.max(0, shown.current.seq - PAGE));
  }, [events, load]);

  const first = log[0]?.seq ?? 1;
  const earlier = first > 1 ? () => load(earlierThan(log, view.seq, PAGE)) : null;
  return { view, log, freshness: fresh, take, earlier };
}

function sameFreshness(left: Freshness, right: Freshness): boolean {
  if (left.kind === "stale" && right.kind === "stale") return left.since.getTime() === right.since.getTime();
  return left.kind === right.kind;
}
