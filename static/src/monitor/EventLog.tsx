/** The event log, newest last; what arrives while one reads further up is announced, not scrolled to. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { clock, exact } from "../shared/time";
import { type Log, saying } from "./log";
import type { EventMessage } from "./messages";

export type EventLogProps = {
  log: Log;
  earlier: (() => void) | null;
  onSelect: (slug: string) => void;
};

const NEAR = 24;

export function EventLog({ log, earlier, onSelect }: EventLogProps) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [seen, setSeen] = useState(0);
  const last = log.at(-1)?.seq ?? 0;

  useLayoutEffect(() => {
    if (atEnd.current && box.current && last > 0) box.current.scrollTop = box.current.scrollHeight;
  }, [last]);
  useEffect(() => {
    if (atEnd.current) setSeen(last);
  }, [last]);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    if (atEnd.current) setSeen(last);
  };
  const fresh = log.filter((event) => event.seq > seen).length;
  return (
    <section className="panel monitor-log" aria-labelledby="event-log">
      <header className="panel-head">
        <h2 id="event-log">Events</h2>
        <span className="row">
          {fresh > 0 && !atEnd.current && (
            <button type="button" className="button button-small" onClick={toEnd}>
              {fresh} new
            </button>
          )}
          {earlier && (
            <button type="button" className="button button-small button-quiet" onClick={earlier}>
              Show earlier
            </button>
          )}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <div className="monitor-log-rows" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off">
        {log.length === 0 && (
          <p className="monitor-log-none">Everything that happens in this activity is listed here.</p>
        )}
        <ol>
          {log.map((event) => (
            <Row key={event.seq} event={event} onSelect={onSelect} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Row({ event, onSelect }: { event: EventMessage; onSelect: (slug: string) => void }) {
  const at = new Date(event.at);
  const slug = event.step;
  return (
    <li className="event" data-type={event.type}>
      <span className="event-seq num">{event.seq}</span>
      <time dateTime={event.at} title={exact(at)}>
        {clock(at)}
      </time>
      <span className="event-step">
        {slug && (
          <button type="button" className="event-link mono" onClick={() => onSelect(slug)}>
            {slug}
          </button>
        )}
      </span>
      <span className="event-text">
        {event.actor && <span className="who">{event.actor.name}: </span>}
        {saying(event)}
      </span>
    </li>
  );
}
