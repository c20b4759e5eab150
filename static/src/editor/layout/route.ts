/** Ways of edges at right angles, around the steps that lie between. Pure. */

import { sourceHandle } from "../../canvas/arrange";
import type { GraphView, Point } from "../../canvas/graph";
import { edgeId } from "../../canvas/graph";
import { handlePoint, inPoint, nodeSize } from "../../canvas/measure";
import type { Places } from "./place";

export type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/** How far an edge leaves a step before it may turn. */
const STUB = 14;
/** Air between an edge and a step that it passes. */
const AIR = 12;
const HIT = 10_000;
const BEND = 24;

/** The corners of every edge, ends included, by edge id. */
export function routeAll(graph: GraphView, places: Places): Readonly<Record<string, Point[]>> {
  const { width, height } = nodeSize(false);
  const steps = new Map(graph.steps.map((step) => [step.slug, step]));
  const boxes = graph.steps.flatMap(({ slug }) => {
    const at = places[slug];
    return at ? [{ slug, left: at.x, top: at.y, right: at.x + width, bottom: at.y + height }] : [];
  });
  const sorted = boxes.sort((one, other) => one.left - other.left);
  const routes: Record<string, Point[]> = {};
  for (const edge of graph.edges) {
    const source = steps.get(edge.from);
    const from = places[edge.from];
    const to = places[edge.to];
    if (!source || !from || !to) continue;
    const handle = sourceHandle({ ...graph, steps: [source] }, edge);
    const start = add(from, handlePoint(source, handle, false, "right"));
    const end = add(to, inPoint(false, "right"));
    routes[edgeId(edge)] = route(
      start,
      end,
      sorted.filter((box) => inReach(box, start, end)),
    );
  }
  return routes;
}

/** The cheapest of a few ways: as short as it goes, with few bends, and over no step. */
export function route(from: Point, to: Point, boxes: readonly Box[]): Point[] {
  const out = { x: from.x + STUB, y: from.y };
  const back = { x: to.x - STUB, y: to.y };
  const ways: Point[][] = [];
  if (back.x >= out.x) {
    if (from.y === to.y) ways.push([from, to]);
    for (const x of crossings(out.x, back.x, boxes)) ways.push([from, { x, y: from.y }, { x, y: to.y }, to]);
  }
  for (const y of lanes(from, to, boxes)) {
    ways.push([from, out, { x: out.x, y }, { x: back.x, y }, back, to]);
  }
  let best = ways[0] ?? [from, to];
  let least = Number.POSITIVE_INFINITY;
  for (const way of ways) {
    const price = cost(way, boxes);
    if (price < least) {
      least = price;
      best = way;
    }
  }
  return best;
}

/** Where an edge may go up or down: half-way, near its ends, and beside the steps between. */
function crossings(left: number, right: number, boxes: readonly Box[]): number[] {
  const beside = boxes.flatMap((box) => [box.left - AIR, box.right + AIR]);
  return [(left + right) / 2, right, left, ...beside.filter((x) => x > left && x < right)];
}

/** Heights at which an edge may pass: half-way, and above and below the steps between. */
function lanes(from: Point, to: Point, boxes: readonly Box[]): number[] {
  const around = boxes.flatMap((box) => [box.top - AIR, box.bottom + AIR]);
  return [(from.y + to.y) / 2, ...around];
}

function cost(way: readonly Point[], boxes: readonly Box[]): number {
  let sum = way.length * BEND;
  for (let index = 1; index < way.length; index += 1) {
    const a = way[index - 1] as Point;
    const b = way[index] as Point;
    sum += Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
    for (const box of boxes) if (crosses(a, b, box)) sum += HIT;
  }
  return sum;
}

/** Whether a horizontal or vertical line runs through a box; touching its border does not count. */
function crosses(a: Point, b: Point, box: Box): boolean {
  return (
    Math.max(a.x, b.x) > box.left &&
    Math.min(a.x, b.x) < box.right &&
    Math.max(a.y, b.y) > box.top &&
    Math.min(a.y, b.y) < box.bottom
  );
}

/** Only steps near the way can be in it. */
function inReach(box: Box, from: Point, to: Point): boolean {
  const reach = 120;
  return (
    box.right > Math.min(from.x, to.x) - reach &&
    box.left < Math.max(from.x, to.x) + reach &&
    box.bottom > Math.min(from.y, to.y) - reach &&
    box.top < Math.max(from.y, to.y) + reach
  );
}

function add(left: Point, right: Point): Point {
  return { x: left.x + right.x, y: left.y + right.y };
}
