/** Where a new step goes: beside what it comes after, where nothing lies. Pure. */
import type { Point } from "../../canvas/graph";
import { NODE_WIDTH, nodeSize } from "../../canvas/measure";

const GAP_X = 88;
const GAP_Y = 28;
const GRID = 4;

export type Places = Readonly<Record<string, Point>>;

/** Right of a step, below what lies there already. */
export function placeAfter(places: Places, slug: string): Point {
  const from = places[slug];
  return from ? freeSpot(places, { x: from.x + NODE_WIDTH + GAP_X, y: from.y }) : placeLast(places);
}

/** Right of everything. */
export function placeLast(places: Places): Point {
  const spots = Object.values(places);
  if (spots.length === 0) return { x: 0, y: 0 };
  const right = spots.reduce((last, spot) => (spot.x > last.x ? spot : last));
  return freeSpot(places, { x: right.x + NODE_WIDTH + GAP_X, y: right.y });
}

/** The spot, or the first one below it that no step covers. */
export function freeSpot(places: Places, wanted: Point): Point {
  const { width, height } = nodeSize(false);
  const spots = Object.values(places);
  let y = snap(wanted.y);
  const x = snap(wanted.x);
  for (;;) {
    const hit = spots.find(
      (spot) => Math.abs(spot.x - x) < width + 8 && Math.abs(spot.y - y) < height + GAP_Y / 2,
    );
    if (!hit) return { x, y };
    y = snap(hit.y + height + GAP_Y);
  }
}

export function snap(value: number): number {
  return Math.round(value / GRID) * GRID;
}
