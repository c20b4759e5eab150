/** Orthogonal paths with soft corners: pure geometry. */
import type { Point } from "./graph";

const RADIUS = 8;

/** An SVG path through `points`, every corner rounded as far as its sides allow. */
export function softPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  let before = first;
  rest.forEach((corner, index) => {
    const after = rest[index + 1];
    path += after ? roundCorner(before, corner, after) : `L${corner.x} ${corner.y}`;
    before = corner;
  });
  return path;
}

/** The point half-way along a path. */
export function middle(points: readonly Point[]): Point {
  const legs = points.slice(1).map((to, index) => ({ from: points[index] ?? to, to }));
  let left = legs.reduce((sum, leg) => sum + distance(leg.from, leg.to), 0) / 2;
  for (const { from, to } of legs) {
    const length = distance(from, to);
    if (length > 0 && left <= length) return along(from, to, left / length);
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

/** The right-angled way from a handle to a target when no layout routed it. */
export function elbow(from: Point, to: Point, down: boolean): Point[] {
  if (down) return elbow(turn(from), turn(to), false).map(turn);
  const stub = 20;
  if (to.x - from.x >= 2 * stub) {
    const x = (from.x + to.x) / 2;
    return tidy([from, { x, y: from.y }, { x, y: to.y }, to]);
  }
  // The target lies behind: leave, pass between the two rows, come back from the left.
  const y = Math.abs(to.y - from.y) > 120 ? (from.y + to.y) / 2 : Math.max(from.y, to.y) + 80;
  const out = from.x + stub;
  const back = to.x - stub;
  return tidy([from, { x: out, y: from.y }, { x: out, y }, { x: back, y }, { x: back, y: to.y }, to]);
}

function roundCorner(before: Point, corner: Point, after: Point): string {
  const radius = Math.min(RADIUS, distance(before, corner) / 2, distance(corner, after) / 2);
  if (radius < 1) return `L${corner.x} ${corner.y}`;
  const start = along(corner, before, radius / distance(before, corner));
  const end = along(corner, after, radius / distance(corner, after));
  return `L${start.x} ${start.y}Q${corner.x} ${corner.y} ${end.x} ${end.y}`;
}

function tidy(points: Point[]): Point[] {
  return points.filter((point, index) => {
    const before = points[index - 1];
    return !before || before.x !== point.x || before.y !== point.y;
  });
}

function turn(point: Point): Point {
  return { x: point.y, y: point.x };
}

function along(from: Point, to: Point, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}
