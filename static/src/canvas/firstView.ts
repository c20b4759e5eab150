/** What a graph shows first: all of it while it can be read, else the place where something goes on. Pure. */
import type { Looks, Point } from "./graph";
import { nodeSize } from "./measure";

export type Room = { width: number; height: number };
export type Viewport = { x: number; y: number; zoom: number };

/** Below this the names of steps can't be read. */
const READABLE = 0.7;
const MARGIN = 16;
/** Room above and below, which the controls stand in. */
const ABOVE = 44;
const LOWEST = 200;

/** The height of a pane of this width in which the graph stands without much air around it, at most `highest`. */
export function heightFor(
  positions: Record<string, Point>,
  live: boolean,
  width: number,
  highest: number,
): number {
  const box = bounds(Object.values(positions), nodeSize(live));
  const zoom = zoomFor(box, { width, height: highest });
  return Math.round(Math.min(highest, Math.max(LOWEST, box.height * zoom + 2 * ABOVE)));
}

/** The viewport over steps at `positions` in a pane of the size of `room`. */
export function firstView(positions: Record<string, Point>, looks: Looks | null, room: Room): Viewport {
  const size = nodeSize(looks !== null);
  const box = bounds(Object.values(positions), size);
  const zoom = zoomFor(box, room);
  const focus = busiest(positions, looks);
  const centre = focus
    ? { x: focus.x + size.width / 2, y: focus.y + size.height / 2 }
    : { x: box.x, y: box.y };
  return {
    x: offset(box.x, box.width, centre.x, room.width, zoom),
    y: offset(box.y, box.height, centre.y, room.height, zoom),
    zoom,
  };
}

/** As large as fits, as large as life at most, and never too small to read. */
function zoomFor(box: Room, room: Room): number {
  const fitting = Math.min((room.width - 2 * MARGIN) / box.width, (room.height - 2 * MARGIN) / box.height);
  return Math.max(READABLE, Math.min(1, fitting));
}

/** The first step, from the left, that waits for a person, runs or has failed; else the last that completed. */
function busiest(positions: Record<string, Point>, looks: Looks | null): Point | null {
  if (!looks) return null;
  const rank = (slug: string) => RANKS[looks[slug]?.status ?? "PENDING"] ?? 0;
  const slugs = Object.keys(positions).filter((slug) => rank(slug) > 0);
  const best = Math.max(0, ...slugs.map(rank));
  const along = slugs.filter((slug) => rank(slug) === best).map((slug) => positions[slug]);
  const sorted = along
    .filter((point) => point !== undefined)
    .sort((left, right) => left.x + left.y - right.x - right.y);
  return (best === RANKS.COMPLETED ? sorted.at(-1) : sorted[0]) ?? null;
}

const RANKS: Record<string, number> = { FAILED: 3, RUNNING: 2, COMPLETED: 1 };

/** Centre what fits; scroll what does not as far towards `centre` as its ends allow. */
function offset(start: number, length: number, centre: number, room: number, zoom: number): number {
  if (length * zoom <= room - 2 * MARGIN) return (room - length * zoom) / 2 - start * zoom;
  const wanted = room / 2 - centre * zoom;
  const first = MARGIN - start * zoom;
  const last = room - MARGIN - (start + length) * zoom;
  return Math.min(first, Math.max(last, wanted));
}

function bounds(points: Point[], size: Room): Room & Point {
  const x = Math.min(...points.map((point) => point.x));
  const y = Math.min(...points.map((point) => point.y));
  const right = Math.max(...points.map((point) => point.x)) + size.width;
  const bottom = Math.max(...points.map((point) => point.y)) + size.height;
  return { x, y, width: right - x, height: bottom - y };
}
