/** Small components that islands share: icon, status, kind, slug, ticking time. */
import { useEffect, useState } from "react";
import { type Face, kindWord, type StepKind } from "../statuses";
import { exact } from "../time";

/** An icon of the page's sprite; decorative, so words must stand beside it. */
export function Icon({ name }: { name: string }) {
  return (
    <svg className="icon" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

export function Status({ face, large = false }: { face: Face; large?: boolean }) {
  return (
    <span className={large ? "status status-large" : "status"} data-status={face.key}>
      <Icon name={`s-${face.key}`} />
      {face.word}
    </span>
  );
}

export function Kind({ kind }: { kind: StepKind }) {
  return (
    <span className="kind" data-kind={kind}>
      <Icon name={kind} />
      {kindWord(kind)}
    </span>
  );
}

/** A slug in mono; a press copies it (the page's own listener does). */
export function Slug({ slug }: { slug: string }) {
  return (
    <button type="button" className="slug" data-copy={slug} title="Copy">
      {slug}
    </button>
  );
}

/** Date and time in the reader's zone. */
export function Exact({ at }: { at: string }) {
  return <time dateTime={at}>{exact(new Date(at))}</time>;
}

/** The present moment, ticking each second while `ticking`; a still clock costs nothing. */
export function useNow(ticking: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!ticking) return;
    setNow(new Date());
    const timer = window.setInterval(() => setNow(new Date()), 1000);
    return () => window.clearInterval(timer);
  }, [ticking]);
  return now;
}

/** True while the media query matches. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const listen = () => setMatches(list.matches);
    list.addEventListener("change", listen);
    return () => list.removeEventListener("change", listen);
  }, [query]);
  return matches;
}
